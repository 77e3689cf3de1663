//! `roster migrate`

use rstest::rstest;

use crate::place::{Kind, Place};

const NAMES: [&str; 16] = [
    "0001 users",
    "0002 clients",
    "0003 contact groups",
    "0004 contacts",
    "0005 sessions",
    "0006 session rotation",
    "0007 throttles",
    "0008 audit entries",
    "0009 contacts derived",
    "0010 contacts derived checked",
    "0011 contacts by number",
    "0012 contacts by name",
    "0013 search extensions",
    "0014 contacts by search",
    "0015 derive anew",
    "0016 imports",
];

fn lines(words: &str) -> Vec<String> {
    NAMES.iter().map(|name| format!("{name}  {words}")).collect()
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn migrations_are_listed_applied_and_reverted(#[case] kind: Kind) {
    let place = Place::unmigrated(kind);
    let status = || place.run(&["migrate", "status"]).done().to_owned();

    let said = status();
    assert_eq!(said.lines().collect::<Vec<_>>()[..NAMES.len()], lines("pending"), "{said}");
    assert!(said.ends_with("16 pending: roster migrate run\n"), "{said}");

    let applied: Vec<String> = NAMES.iter().map(|name| format!("applied {name}")).collect();
    assert_eq!(place.run(&["migrate", "run"]).done().lines().collect::<Vec<_>>(), applied);
    let said = place.run(&["migrate", "run"]);
    assert_eq!(said.done(), "Nothing to apply: the database is up to date.\n");
    let said = status();
    assert_eq!(said.lines().collect::<Vec<_>>()[..NAMES.len()], lines("applied"), "{said}");
    assert!(said.ends_with("Nothing is pending.\n"), "{said}");

    for name in NAMES.iter().rev() {
        assert_eq!(place.run(&["migrate", "revert"]).done(), format!("reverted {name}\n"));
    }
    assert_eq!(place.run(&["migrate", "revert"]).done(), "Nothing to revert: no migration is applied.\n");
    assert!(status().ends_with("16 pending: roster migrate run\n"));
    place.run(&["migrate", "run"]).done();
}

#[test]
fn the_store_can_be_named_by_a_flag() {
    let place = Place::bare();
    place.run(&["migrate", "run", "--database-url", "sqlite://other.db"]).done();
    assert!(place.has("other.db") && !place.has("roster.db"));
}

#[test]
fn a_store_that_is_none_is_told() {
    let said = Place::bare().run(&["migrate", "status", "--database-url", "mysql://ada:horse@localhost/roster"]);
    let complaint = said.failed(2);
    assert!(complaint.contains("store.url (the command line): must be sqlite://"), "{complaint}");
    assert!(!complaint.contains("horse"), "{complaint}");
}
