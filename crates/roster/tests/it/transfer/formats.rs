//! The formats that go in and out.

use rstest::rstest;

use super::{Scene, sums};
use crate::place::Kind;

const APPLE: &str = include_str!("../../../../transfer/tests/data/apple.vcf");
const LISTING: &str = include_str!("../../../../transfer/tests/data/listing.json");
const DUMP: &str = include_str!("../../../../transfer/tests/data/mongoexport.ndjson");

const LINES: &str = "{\"name\": \"Amina\", \"number\": \"+2348030000001\"}\n\
    {\"name\": \"Gulls\", \"number\": 120363045767536459}\n\
    {\"name\": \"Nobody\"}\n";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn cards_listings_and_lines(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");

    for (name, content) in [("people.vcf", APPLE), ("people.json", LISTING), ("people.ndjson", LINES)] {
        let said = scene.import(name, content, &client, &[]);
        let [read, created, _, _, _, invalid] = sums(&said.stdout);
        assert!(read > 1 && created > 0, "{name}: {}", said.stdout);
        assert_eq!(said.code, Some(if invalid > 0 { 2 } else { 0 }), "{name}: {}", said.stdout);
    }
    assert!(scene.numbers(&client).contains(&"120363045767536459".to_owned()), "all digits of it");
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn a_dump_keeps_its_ids_and_may_come_again(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");

    let [read, created, ..] = sums(scene.import("contacts.json", DUMP, &client, &[]).done());
    assert!(read > 0);
    assert_eq!(created, read, "each document, also where two share a number");
    let report = scene.read("contacts.json.report.csv");
    assert_eq!(report.matches("the client has no group 64a00ec7c5e487d95dcb0d5c").count(), read, "{report}");
    let exported = scene.export(&client, "ndjson");
    assert!(exported.contains("\"_id\":\"64a87271eccf5b76ca8e15e1\""), "{exported}");
    assert!(exported.contains("\"createdAt\":\"2023-07-07T20:15:45.962Z\""), "{exported}");
    assert!(exported.contains("\"__v\":3"), "{exported}");

    assert_eq!(sums(scene.import("contacts.json", DUMP, &client, &[]).done()), [read, 0, 0, 0, read, 0]);
    assert_eq!(scene.export(&client, "ndjson"), exported);
    let said = scene.import("contacts.json", DUMP, &client, &["--on-match", "update"]);
    assert_eq!(sums(said.done()), [read, 0, 0, read, 0, 0]);
}

const HOSTILE: &str = "name,number,group,channel,survey_id,survey_sort_id\n\
    '=1+1,'+2348030000001,Friends,whatsapp,64a00ec7c5e487d95dcb0d5c,'007\n\
    \"a \"\"b\"\"; c|\",120363045767536459,\"Family, near\",whatsapp,,7\n\
    \u{202e}Zoë 李 🐚,08030000002,,sms,,\n\
    ,status,,whatsapp,,\n";

/// Ids of contacts, clients and groups are others elsewhere. (A survey is nobody's.)
fn masked(text: &str) -> String {
    let mut masked = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        masked.push_str(if digits.len() == 24 && digits != "64a00ec7c5e487d95dcb0d5c" { "an id" } else { digits });
        masked.push_str(&part[digits.len()..]);
    }
    masked
}

#[rstest]
fn what_comes_out_goes_in_again(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
    #[values("csv", "vcard", "vcard4", "ndjson", "json", "json_array")] format: &str,
) {
    let scene = Scene::on(kind);
    let [ada, bob] = ["ada@example.org", "bob@example.org"].map(|email| scene.client(email));
    scene.import("hostile.csv", HOSTILE, &ada, &["--create-groups"]).done();
    let out = scene.export(&ada, format);

    let said = scene.import("out", &out, &bob, &["--create-groups"]);

    assert_eq!(sums(said.done()), [4, 4, 0, 0, 0, 0], "{out}");
    assert_eq!(masked(&scene.export(&bob, format)), masked(&out));
    // Where it came from nothing changes.
    assert_eq!(sums(scene.import("out", &out, &ada, &[]).done()), [4, 0, 0, 4, 0, 0]);
    assert_eq!(scene.export(&ada, format), out);
}
