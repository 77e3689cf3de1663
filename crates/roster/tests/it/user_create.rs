//! `roster user create`

use rstest::rstest;
use serde_json::json;

use crate::api::{Api, EMAIL, PASSWORD, text};
use crate::place::{Kind, Place};

const CREATE: [&str; 4] = ["user", "create", "--email", EMAIL];

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn an_account_made_here_is_one_like_any_other(#[case] kind: Kind) {
    // Also where strangers may make none.
    let place = Place::ready(kind).with("ROSTER_AUTH__REGISTRATION", "closed");
    let said = place.run_with_input(&[&CREATE[..], &["--firstname", "Ada"]].concat(), &format!("{PASSWORD}\n"));
    let shown = |name: &str| {
        let line = said.done().lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };

    let running = place.serve();
    let stranger = Api::of(&running);
    assert_eq!(stranger.post("/users", &json!({"email": "eve@example.org", "password": PASSWORD})).0, 403);
    let ada = stranger.signed_in();
    let contact = ada.contact("Amina Bello", "2348000000001");

    let credentials = json!({"session_id": shown("session_id"), "access_token": shown("access_token")});
    let (status, answer) = stranger.try_call("PUT", &format!("/contact/{contact}"), Some(&credentials)).unwrap();
    assert_eq!(status, 200, "{answer}");
    assert_eq!(text(&answer["data"]["client_id"]), shown("client"));
    assert_eq!(shown("user").len(), 24);
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn an_account_can_be_made_beside_a_running_server(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let running = place.serve();
    place.run_with_input(&CREATE, PASSWORD).done();
    Api::of(&running).signed_in().contact("Amina Bello", "2348000000001");
}

#[test]
fn an_address_is_taken_once() {
    let place = Place::bare();
    place.run_with_input(&CREATE, PASSWORD).done();
    let said = place.run_with_input(&CREATE, PASSWORD);
    let complaint = said.failed(1);
    assert!(complaint.contains("that address has an account already"), "{complaint}");
}

#[rstest]
#[case::short("horse")]
#[case::common("password123")]
#[case::the_address_itself("Ada@example.org")]
#[case::nothing("")]
fn a_bad_password_is_refused_and_not_repeated(#[case] password: &str) {
    let said = Place::bare().run_with_input(&CREATE, &format!("{password}\n"));
    let complaint = said.failed(1);
    assert!(complaint.contains("the password: must"), "{complaint}");
    assert!(password.is_empty() || !complaint.contains(password), "{complaint}");
}

#[test]
fn a_password_is_no_argument_and_an_address_must_be_one() {
    let place = Place::bare();
    place.run(&[&CREATE[..], &["--password", PASSWORD]].concat()).failed(2);
    let said = place.run(&["user", "create", "--email", "ada"]);
    assert!(said.failed(2).contains("must be an e-mail address"), "{}", said.stderr);
}

#[test]
fn postgres_must_be_migrated_first() {
    let said = Place::unmigrated(Kind::Postgres).run_with_input(&CREATE, PASSWORD);
    assert!(said.failed(1).contains("roster migrate run"), "{}", said.stderr);
}
