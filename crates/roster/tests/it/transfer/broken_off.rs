//! Imports that are broken off, and go on.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use roster_testkit::eventually;
use rstest::rstest;

use super::{Scene, rows, sums};
use crate::place::{Kind, Said};

const ROWS: usize = 20_000;

/// An import of this file that has done some rows and waits for more: they come over a pipe.
fn amid(scene: &Scene, client: &str, file: &str, more: &[&str]) -> Child {
    let mut command = scene.place.command(env!("CARGO_BIN_EXE_roster"));
    command.args(["import", "-", "--client", client]).args(more);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(&file.as_bytes()[..file.len() / 2]).unwrap();
    eventually("some are in", || (!scene.numbers(client).is_empty()).then_some(()));
    child
}

/// Its end, its input held open all the while.
fn wait(mut child: Child) -> Said {
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    Said::of(output)
}

/// The import's id, as it is said where it begins.
fn id_of(said: &Said) -> String {
    let line = said.stderr.lines().find_map(|line| line.strip_prefix("import "));
    line.unwrap_or_else(|| panic!("no id: {}", said.stderr)).to_owned()
}

/// Each row is there, and none twice.
fn all_are_there_once(scene: &Scene, client: &str) {
    let mut numbers = scene.numbers(client);
    assert_eq!(numbers.len(), ROWS);
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), ROWS, "none twice");
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn told_to_stop_it_says_how_to_go_on(#[case] kind: Kind, #[values("INT", "TERM")] signal: &str) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    // Nothing is matched, so whatever came twice would be there twice.
    let child = amid(&scene, &client, &rows(ROWS), &["--on-match", "add"]);

    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let said = wait(child);

    let complaint = said.failed(1);
    let id = complaint.split("--resume ").nth(1).unwrap_or_else(|| panic!("{complaint}")).trim();
    assert_eq!(id, id_of(&said));
    let first = sums(&said.stdout);
    assert!((1..ROWS).contains(&first[0]), "{}", said.stdout);
    assert_eq!(scene.numbers(&client).len(), first[0]);
    assert!(complaint.contains(&format!("The first {} rows", first[0])), "{complaint}");

    let said = scene.import("all.csv", rows(ROWS), &client, &["--resume", id]);
    assert_eq!(sums(said.done()), [ROWS, ROWS, 0, 0, 0, 0]);
    all_are_there_once(&scene, &client);
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn killed_it_goes_on_as_if_nothing_had_been(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    let mut child = amid(&scene, &client, &rows(ROWS), &["--on-match", "add"]);

    child.kill().unwrap();
    let id = id_of(&wait(child));

    let there = scene.numbers(&client).len();
    assert!((1..ROWS).contains(&there), "{there}");
    let said = scene.import("all.csv", rows(ROWS), &client, &["--resume", &id]);
    assert_eq!(sums(said.done()), [ROWS, ROWS, 0, 0, 0, 0]);
    all_are_there_once(&scene, &client);
    // It is at its end now.
    let said = scene.import("all.csv", rows(ROWS), &client, &["--resume", &id]);
    assert!(said.failed(1).contains("it is completed"), "{}", said.stderr);
    all_are_there_once(&scene, &client);
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn the_report_of_one_that_goes_on_is_whole(#[case] kind: Kind) {
    let scene = Scene::on(kind);
    let client = scene.client("ada@example.org");
    let file = rows(ROWS).replacen("+2348000000007", "", 1).replacen("+2348000019999", "", 1);
    let mut child = amid(&scene, &client, &file, &[]);
    child.kill().unwrap();
    let id = id_of(&wait(child));

    let said = scene.import("all.csv", &file, &client, &["--resume", &id]);

    assert_eq!(sums(&said.stdout), [ROWS, ROWS - 2, 0, 0, 0, 2]);
    let report = scene.read("all.csv.report.csv");
    assert_eq!(report.lines().filter(|line| line.contains(",invalid,")).count(), 2, "{report}");
    assert!(report.starts_with("\u{feff}line,part,outcome,reason,original"), "{report}");
}

#[test]
fn what_cant_be_gone_on_with() {
    let scene = Scene::on(Kind::Sqlite);
    let client = scene.client("ada@example.org");
    let other = scene.client("bob@example.org");
    let cut = "[{\"number\": \"1\"}, {\"number\": \"2\"";
    let said = scene.import("cut.json", cut, &client, &[]);
    said.failed(1);
    let id = id_of(&said);
    let resume = |file: &str, client: &str, more: &[&str]| {
        scene.place.run(&[&["import", file, "--client", client, "--resume", &id], more].concat())
    };

    scene.place.write("longer.json", "[{\"number\": \"1\"}, {\"number\": \"2\"}]");
    assert!(resume("longer.json", &client, &[]).failed(1).contains("another file"), "another length");
    assert!(resume("cut.json", &other, &[]).failed(1).contains("no such import"), "somebody else's");
    for more in [&["--on-match", "add"][..], &["--dry-run"], &["--create-groups"]] {
        resume("cut.json", &client, more).failed(2);
    }
    resume("cut.json", &client, &[]).failed(1);
    assert_eq!(scene.numbers(&client), ["1"]);
}
