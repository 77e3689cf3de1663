//! `roster user set-password`

use roster_testkit::eventually;
use rstest::rstest;
use serde_json::json;

use crate::api::{Api, EMAIL, PASSWORD};
use crate::place::{Kind, Place};

const SET: [&str; 4] = ["user", "set-password", "--email", EMAIL];
const OTHER: &str = "low water at dusk";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn the_new_password_is_the_only_one_and_sessions_end(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let running = place.serve();
    let ada = Api::signed_up(&running);

    let said = place.run_with_input(&SET, &format!("{OTHER}\nand nothing else\n"));
    assert!(!said.done().contains(OTHER) && !said.stderr.contains(OTHER), "{}{}", said.stdout, said.stderr);
    eventually("the session is ended", || (ada.get("/contact").0 == 401).then_some(()));
    let sign_in = |password: &str| ada.post("/sessions", &json!({"email": EMAIL, "password": password})).0;
    assert_eq!((sign_in(PASSWORD), sign_in(OTHER)), (401, 201));
}

#[rstest]
#[case::short("horse")]
#[case::common("password123")]
#[case::the_address_itself("Ada@example.org")]
fn a_bad_password_is_refused_and_the_old_one_stays(#[case] password: &str) {
    let place = Place::bare();
    let running = place.serve();
    let ada = Api::signed_up(&running);
    let said = place.run_with_input(&SET, &format!("{password}\n"));
    let complaint = said.failed(1);
    assert!(complaint.contains("the password: must") && !complaint.contains(password), "{complaint}");
    ada.signed_in();
}

#[test]
fn a_password_is_no_argument() {
    Place::bare().run(&[&SET[..], &["--password", OTHER]].concat()).failed(2);
}
