//! `roster user list`

use rstest::rstest;
use serde_json::json;

use crate::api::{Api, EMAIL, PASSWORD};
use crate::place::{Kind, Place};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn accounts_are_listed_oldest_first_until_they_are_erased(#[case] kind: Kind) {
    let place = Place::ready(kind);
    assert_eq!(place.run(&["user", "list"]).done(), "");
    let running = place.serve();
    let ada = Api::signed_up(&running);
    place.run_with_input(&["user", "create", "--email", "Eve@example.org"], PASSWORD).done();
    place.run(&["user", "disable", "--email", "eve@example.org"]).done();

    let said = place.run(&["user", "list"]);
    let mut lines: Vec<Vec<&str>> = said.done().lines().map(|line| line.split("  ").collect()).collect();
    assert!(lines.iter().is_sorted_by_key(|line| line[0]), "{}", said.stdout);
    // Ids made in one second by two processes are in no order of time.
    lines.sort_by_key(|line| line[1] != EMAIL);
    let [first, second] = lines.as_slice() else { panic!("{}", said.stdout) };
    assert_eq!((first[0].len(), first[1], first.len()), (24, EMAIL, 3), "{}", said.stdout);
    assert!(first[2].starts_with("20") && first[2].ends_with('Z'), "{}", said.stdout);
    assert_eq!((second[1], second.len()), ("Eve@example.org", 4), "{}", said.stdout);
    assert!(second[3].starts_with("disabled since 20"), "{}", said.stdout);

    let (status, answer) = ada.try_call("DELETE", "/users/me", Some(&json!({"password": PASSWORD}))).unwrap();
    assert_eq!(status, 200, "{answer}");
    let said = place.run(&["user", "list"]);
    assert!(said.done().lines().count() == 1 && !said.stdout.contains(EMAIL), "{}", said.stdout);
}

#[test]
fn a_list_needs_no_signing_key() {
    let place = Place::ready(Kind::Postgres).without("ROSTER_AUTH__SECRET_KEY");
    assert_eq!(place.run(&["user", "list"]).done(), "");
    assert_eq!(place.run(&["audit"]).done(), "");
}
