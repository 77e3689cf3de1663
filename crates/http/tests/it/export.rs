//! `GET /contact/export`: contacts as a file.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Fault, Postgres, Roster, Socket, Sqlite, Store};

const PATH: &str = "/contact/export";

#[rstest]
fn a_file_of_each_format(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    ada.contact(json!({ "name": "=SUM(A1)", "number": "+2348030000001" }));
    let newest = ada.contact(json!({ "name": "Zoë, \"李\"", "number": "08030000002" }));

    for (format, media_type, name, row) in [
        ("csv", "text/csv; charset=utf-8; header=present", "contacts.csv", "'=SUM(A1),"),
        ("vcard", "text/vcard; charset=utf-8", "contacts.vcf", "VERSION:3.0\r\nFN:=SUM(A1)\r\n"),
        ("vcard4", "text/vcard; charset=utf-8", "contacts.vcf", "VERSION:4.0\r\nFN:=SUM(A1)\r\n"),
        ("ndjson", "application/x-ndjson", "contacts.ndjson", "\"name\":\"=SUM(A1)\""),
        ("json", "application/json", "contacts.json", "\"name\":\"=SUM(A1)\""),
        ("json_array", "application/json", "contacts.json", "[{\"_id\":"),
    ] {
        let answer = ada.get(&format!("{PATH}?format={format}")).expect(200);
        assert_eq!(answer.header("content-type"), Some(media_type), "{format}");
        assert_eq!(answer.header("content-disposition"), Some(&*format!("attachment; filename=\"{name}\"")));
        assert!(answer.text().contains(row), "{}", answer.text());
    }
    let lines = ada.get(&format!("{PATH}?format=ndjson")).text();
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1], newest, "oldest first, and the same members as one by one");
    assert_eq!(ada.get(PATH).header("content-type"), Some("text/csv; charset=utf-8; header=present"));
}

#[rstest]
fn the_filters_of_lists_choose_what_is_in_it(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let other = ada.another_client("Shop");
    let group = ada.group("Friends");
    ada.contact(json!({ "name": "Amina", "number": "+2348030000001", "group_id": group["_id"] }));
    ada.contact(json!({ "name": "Bola", "number": "+2348030000002" }));
    other.alone().contact(json!({ "name": "Chidi", "number": "+2348030000003" }));

    let names = |query: &str| {
        let answer = ada.get(&format!("{PATH}?format=json_array{query}")).expect(200).json();
        answer.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["Amina", "Bola"]);
    assert_eq!(names("&type=all"), ["Amina", "Bola", "Chidi"]);
    assert_eq!(names(&format!("&group_id={}", group["_id"].as_str().unwrap())), ["Amina"]);
    assert_eq!(names("&q=bola"), ["Bola"]);
    assert_eq!(names("&number_suffix=0009"), [""; 0]);
    let csv = ada.get(&format!("{PATH}?q=amina")).text();
    assert!(csv.contains("Amina,"), "{csv}");
    assert!(csv.contains(",Friends,"), "{csv}");
    assert_eq!(bob.get(&format!("{PATH}?format=ndjson&type=all")).expect(200).text(), "");
}

#[rstest]
fn what_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    roster.nobody().get(PATH).refused(401, "unauthenticated");
    ada.client.alone().get(&format!("{PATH}?type=all")).refused(403, "client_scope");
    ada.get(&format!("{PATH}?format=xlsx&type=some")).invalid(&[("type", "malformed"), ("format", "malformed")]);
    ada.get(&format!("{PATH}?limit=5")).expect(422);
}

#[rstest]
fn a_head_tells_what_would_come(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let answer = ada.call("HEAD", &format!("{PATH}?format=vcard")).send().expect(200);

    assert_eq!(answer.header("content-type"), Some("text/vcard; charset=utf-8"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"contacts.vcf\""));
    assert_eq!(answer.text(), "");
}

#[rstest]
fn a_long_one_is_complete_or_cut(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |_| {});
    let ada = roster.sign_up("ada@example.org");
    let ids = roster.fill(&ada, 2_500);
    let path = format!("{PATH}?format=ndjson");

    let answer = ada.get(&path).expect(200).text();
    let found: Vec<Value> = answer.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found: Vec<&str> = found.iter().rev().map(|row| row["_id"].as_str().unwrap()).collect();
    assert_eq!(found, ids);

    faulty.set(Fault::AfterPages(2));
    let mut socket = Socket::to(roster.address());
    socket.send(format!("GET {path} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {}\r\n\r\n", ada.access_token));
    assert_eq!(socket.head().0, 200);
    let rest = socket.rest();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "it must not look whole");

    faulty.set(Fault::AfterPages(0));
    ada.get(&path).refused(503, "store_unavailable");
}
