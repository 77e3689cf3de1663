//! `roster user disable` and `roster user enable`

use roster_testkit::eventually;
use rstest::rstest;
use serde_json::json;

use crate::api::{Api, EMAIL, PASSWORD, text};
use crate::place::{Kind, Place};

const DISABLE: [&str; 4] = ["user", "disable", "--email", EMAIL];
const ENABLE: [&str; 4] = ["user", "enable", "--email", EMAIL];

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn a_running_server_shuts_a_disabled_account_out_and_lets_it_in_again(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let running = place.serve();
    let stranger = Api::of(&running);
    let account = json!({"email": EMAIL, "password": PASSWORD});
    let client = stranger.post("/users", &account).1["data"]["client"].clone();
    let session = stranger.post("/sessions", &account).1["data"].clone();
    let ada = stranger.with_token(&text(&session["accessToken"]));
    let credentials = json!({"session_id": client["session_id"], "access_token": client["access_token"]});
    let as_client = || stranger.try_call("GET", "/contact", Some(&credentials)).unwrap().0;
    let refresh = || stranger.post("/sessions/refresh", &json!({"refreshToken": session["refreshToken"]})).0;
    assert_eq!((ada.get("/contact").0, as_client()), (200, 200));

    place.run(&DISABLE).done();
    eventually("the session is shut out", || (ada.get("/contact").0 == 401).then_some(()));
    eventually("the client is shut out", || (as_client() == 401).then_some(()));
    assert_eq!(refresh(), 401);
    assert_eq!(stranger.post("/sessions", &account).0, 401);
    assert!(place.run(&DISABLE).done().contains("disabled already, since 20"));

    place.run(&ENABLE).done();
    eventually("the client is let in", || (as_client() == 200).then_some(()));
    assert_eq!((ada.get("/contact").0, refresh()), (401, 401), "an ended session lives again");
    let again = ada.signed_in();
    assert_eq!(again.get("/contact").0, 200);
    assert!(place.run(&ENABLE).done().contains("isn't disabled"));
}

#[rstest]
#[case(&["user", "disable", "--email", "nobody@example.org"])]
#[case(&["user", "enable", "--email", "nobody"])]
#[case(&["user", "set-password", "--email", "nobody@example.org"])]
#[case(&["audit", "--email", "nobody@example.org"])]
fn an_address_without_an_account_is_told(#[case] command: &[&str]) {
    let said = Place::bare().run_with_input(command, PASSWORD);
    assert!(said.failed(1).contains("no account has that address"), "{}", said.stderr);
}

#[rstest]
#[case(&DISABLE)]
#[case(&ENABLE)]
#[case(&["user", "set-password", "--email", EMAIL])]
#[case(&["user", "list"])]
#[case(&["audit"])]
fn postgres_must_be_migrated_first(#[case] command: &[&str]) {
    let said = Place::unmigrated(Kind::Postgres).run_with_input(command, PASSWORD);
    assert!(said.failed(1).contains("roster migrate run"), "{}", said.stderr);
}
