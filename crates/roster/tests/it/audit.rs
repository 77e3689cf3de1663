//! `roster audit`

use rstest::rstest;
use serde_json::json;

use crate::api::{Api, EMAIL, PASSWORD};
use crate::place::{Kind, Place};

/// The columns of each line.
fn entries(place: &Place, arguments: &[&str]) -> Vec<Vec<String>> {
    let said = place.run(&[&["audit"], arguments].concat());
    said.done().lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn the_trail_is_listed_newest_first(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let running = place.serve();
    let ada = Api::signed_up(&running);
    let sign_in = |email: &str| ada.post("/sessions", &json!({"email": email, "password": "not this one"})).0;
    assert_eq!((sign_in(EMAIL), sign_in("nobody@example.org")), (401, 401));
    place.run(&["user", "disable", "--email", EMAIL]).done();

    let all = entries(&place, &[]);
    let events: Vec<&str> = all.iter().map(|columns| columns[1].as_str()).collect();
    let expected = ["account_disabled", "sign_in_failed", "sign_in_failed", "sign_in_succeeded", "account_created"];
    assert_eq!(events, expected, "{all:?}");
    assert!(all.iter().all(|columns| columns.len() == 7), "{all:?}");
    assert!(all.windows(2).all(|pair| pair[0][0] >= pair[1][0]), "{all:?}");

    let user = &all[0][2];
    assert_eq!(user.len(), 24);
    assert_eq!(all.iter().map(|columns| &columns[2] == user).collect::<Vec<_>>(), [true, false, true, true, true]);
    assert_eq!(all[1][2], "-", "an address without an account is nobody's");
    // The operator has no address and no request; callers have both.
    assert_eq!(all[0][5..], ["-", "-"]);
    assert!(all[1..].iter().all(|columns| columns[5] == "127.0.0.1" && columns[6] != "-"), "{all:?}");

    assert_eq!(entries(&place, &["--limit", "2"]), all[..2]);
    assert_eq!(entries(&place, &["--email", EMAIL]), [&all[..1], &all[2..]].concat());
    assert!(!place.run(&["audit"]).done().contains(PASSWORD));
}

#[test]
fn a_limit_is_a_number_above_nothing() {
    let place = Place::bare();
    place.run(&["audit", "--limit", "0"]).failed(2);
    place.run(&["audit", "--limit", "all"]).failed(2);
}
