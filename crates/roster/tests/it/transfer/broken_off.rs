//! Imports that are broken off, and go on.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use rstest::rstest;

use super::{Scene, rows, sums};
use crate::eventually::eventually;
use crate::place::{Kind, Said};

const ROWS: usize = 20_000;

/// An import that has done some rows and waits for more: they come over a pipe.
fn amid(scene: &Scene, client: &str, more: &[&str]) -> Child {
    let mut command = scene.place.command(env!("CARGO_BIN_EXE_roster"));
    command.args(["import", "-", "--client", client]).args(more);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let file = rows(ROWS);
    child.stdin.as_mut().unwrap().write_all(&file.as_bytes()[..file.len() / 2]).unwrap();
    eventually("some are in", || !scene.numbers(client).is_empty());
    child
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn told_to_stop_it_says_where_to_go_on(#[case] kind: Kind, #[values("INT", "TERM")] signal: &str) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    // Nothing is matched, so whatever came twice would be there twice.
    let add = ["--on-match", "add"];
    let child = amid(&scene, &client, &add);

    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let stdin_stays_open = child.stdin.is_some();
    let said = Said::of(wait(child));

    assert!(stdin_stays_open);
    let complaint = said.failed(1);
    let done = complaint.split("--skip-rows ").nth(1).unwrap_or_else(|| panic!("{complaint}"));
    let done = done.split_whitespace().next().unwrap();
    let first = sums(&said.stdout);
    assert_eq!(first[0].to_string(), done);
    assert!((1..ROWS).contains(&first[0]), "{}", said.stdout);
    assert_eq!(scene.numbers(&client).len(), first[0]);

    let said = scene.import("all.csv", rows(ROWS), &client, &[&add[..], &["--skip-rows", done]].concat());
    let second = sums(said.done());
    assert_eq!(first[0] + second[0], ROWS);
    let mut numbers = scene.numbers(&client);
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), ROWS);
    assert_eq!(first[1] + second[1], ROWS, "none twice");
}

/// Its end, its input held open all the while.
fn wait(mut child: Child) -> std::process::Output {
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    output
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn killed_it_can_be_begun_again(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    let mut child = amid(&scene, &client, &[]);

    child.kill().unwrap();
    child.wait().unwrap();

    let there = scene.numbers(&client).len();
    assert!((1..ROWS).contains(&there), "{there}");
    let again = sums(scene.import("all.csv", rows(ROWS), &client, &[]).done());
    assert_eq!(again, [ROWS, ROWS - there, 0, there, 0, 0]);
    let mut numbers = scene.numbers(&client);
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), ROWS, "none twice");
}
