//! What goes by itself while the server runs.

use roster_testkit::eventually;
use rstest::rstest;

use crate::api::{EMAIL, PASSWORD};
use crate::place::{Kind, Place};

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn a_start_removes_what_is_over(#[case] kind: Kind) {
    let place = Place::ready(kind).with("ROSTER_RETENTION__AUDIT", "1s");
    place.run_with_input(&["user", "create", "--email", EMAIL], PASSWORD).done();
    assert!(place.run(&["audit"]).done().contains("account_created"));
    // A round is made at each start, and the next one a minute later: so start until the entry is old enough.
    eventually("the entry is gone", || {
        let running = place.serve();
        running.signal("TERM");
        assert_eq!(running.ended().0, Some(0));
        place.run(&["audit"]).done().is_empty().then_some(())
    });
    assert!(place.run(&["user", "list"]).done().contains(EMAIL));
}
