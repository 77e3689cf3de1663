//! `GET /contact/export`: contacts as a file.

use std::time::Duration;

use roster_testkit::eventually;
use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Fault, Gate, Postgres, Roster, Socket, Sqlite, Store};

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
        assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()), "{format}");
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

/// A client's own region says what its national numbers stand for, also among others'.
#[rstest]
fn cards_tell_which_account_a_national_number_is(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    for (client, region, number) in [(&ada.client, "NG", "08030000001"), (&shop, "GB", "020 7946 0018")] {
        ada.put(&format!("/clients/{}", client.id), json!({ "region": region })).expect(200);
        client.alone().contact(json!({ "number": number }));
    }

    let cards = ada.get(&format!("{PATH}?type=all&format=vcard")).expect(200).text();

    assert!(cards.contains("waid=2348030000001:08030000001\r\n"), "{cards}");
    assert!(cards.contains("waid=442079460018:020 7946 0018\r\n"), "{cards}");
}

#[rstest]
fn a_long_one_is_complete_or_refused(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |_| {});
    let ada = roster.sign_up("ada@example.org");
    let ids = roster.fill(&ada, 2_500);
    let path = format!("{PATH}?format=ndjson");

    let answer = ada.get(&path).expect(200).text();
    assert_eq!(ids_in(&answer), ids);

    for pages in [1, 0] {
        faulty.set(Fault::AfterPages(pages));
        ada.get(&path).refused(503, "store_unavailable");
        assert_eq!(faulty.open_snapshots(), 0);
    }
}

/// Of lines of JSON, the last one first.
fn ids_in(lines: &str) -> Vec<String> {
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["_id"].as_str().unwrap().to_owned();
    lines.lines().rev().map(id).collect()
}

/// It may take its time, and the store may go away meanwhile.
#[rstest]
fn a_reader_that_stops_reading_holds_nothing_of_the_store(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |_| {});
    let ada = roster.sign_up("ada@example.org");
    let ids = roster.fill(&ada, 2_500);
    let mut socket = Socket::to(roster.address());
    let (path, token) = (format!("{PATH}?format=ndjson"), &ada.access_token);

    socket.send(format!("GET {path} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\n\r\n"));
    let (status, headers) = socket.head();
    assert_eq!(status, 200);
    assert_eq!(faulty.open_snapshots(), 0, "all of it was read before the first byte was sent");
    faulty.set(Fault::Unavailable);
    let length = headers["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(ids_in(&String::from_utf8(socket.bytes(length)).unwrap()), ids);
}

/// Longer than any other act over many rows.
#[rstest]
fn it_may_take_long_to_be_read(#[values(Sqlite, Postgres)] store: Store) {
    const SOON: Duration = Duration::from_secs(1);
    let (roster, faulty) = Roster::faulty(store, |http| http.deadlines.bulk = SOON);
    let ada = roster.sign_up("ada@example.org");
    let (gate, arrivals) = Gate::closed();
    faulty.set(Fault::Gate(gate.clone()));
    let mut socket = Socket::to(roster.address());
    let token = &ada.access_token;

    socket.send(format!("GET {PATH} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\n\r\n"));

    arrivals.recv().unwrap();
    assert!(arrivals.recv_timeout(2 * SOON).is_err(), "the store is still at it");
    gate.let_through(10);
    socket.answer().expect(200);
}

#[rstest]
fn there_is_so_much_room_for_one_user(#[values(Sqlite, Postgres)] store: Store) {
    const ROOM: u64 = 700_000;
    let (roster, faulty) = Roster::faulty(store, |http| http.spool = 2 * ROOM);
    let ada = roster.sign_up("ada@example.org");
    roster.fill(&ada, 2_500);
    let (csv, json) = (PATH.to_owned(), format!("{PATH}?format=json"));

    for _ in 0..3 {
        ada.get(&json).refused(503, "overloaded");
        faulty.set(Fault::AfterPages(1));
        ada.get(&csv).refused(503, "store_unavailable");
        faulty.set(Fault::None);
    }
    // What was broken off takes up no room: there is none for two.
    let length = ada.get(&csv).expect(200).body.len() as u64;
    assert!((ROOM / 2..ROOM).contains(&length), "{length}");
    // The room is given back once the server knows that the last byte is out, an instant after the reader does.
    eventually("a finished export leaves its room", || (ada.get(&csv).status == 200).then_some(()));
}
