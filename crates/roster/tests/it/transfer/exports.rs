//! Where exports go.

use std::fs;

use rstest::rstest;

use super::{Scene, rows};
use crate::place::Kind;

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn all_of_them_oldest_first(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    scene.import("people.csv", rows(2_100), &client, &[]).done();

    let numbers = scene.numbers(&client);

    assert_eq!(numbers.len(), 2_100);
    assert!(numbers.iter().enumerate().all(|(n, number)| *number == format!("+23480{n:08}")));
    let said = scene.place.run(&["export", "--user", "ada@example.org", "--format", "ndjson"]);
    assert_eq!(said.done().lines().count(), 2_100);
}

#[test]
fn a_file_is_there_once_it_is_whole() {
    let scene = Scene::on(Kind::Sqlite);
    let client = scene.client("ada@example.org");
    scene.import("people.csv", rows(3), &client, &[]).done();
    let export = |more: &[&str]| scene.place.run(&[&["export", "-o", "out.csv"], more].concat());
    let files = || fs::read_dir(scene.place.folder()).unwrap().count();

    assert_eq!(export(&["--client", &client]).done(), "");
    assert_eq!(scene.read("out.csv"), scene.export(&client, "csv"));
    let there = files();
    export(&["--client", "0123456789abcdef01234567"]).failed(1);
    export(&["--client", &client, "--group", "Swimmers"]).failed(1);
    export(&["--user", "eve@example.org"]).failed(1);
    export(&[]).failed(2);
    assert_eq!(scene.read("out.csv"), scene.export(&client, "csv"), "it is what it was");
    assert_eq!(files(), there, "and there is nothing beside it");
    scene.place.run(&["export", "--client", &client, "-o", "."]).failed(1);
}
