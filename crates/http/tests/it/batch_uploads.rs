//! `POST /contact/batch` whose body is long on its way: what changes meanwhile counts.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Person, Postgres, Roster, Socket, Sqlite, Store};

const OPERATION: &str = r#"{"op": "create", "contact": {"number": "2348030000001"}}"#;

/// What shows who is calling, in a head.
fn token(person: &Person) -> String {
    format!("authorization: Bearer {}\r\n", person.access_token)
}

fn credentials(person: &Person) -> String {
    format!("x-client-session: {}\r\nx-client-token: {}\r\n", person.client.session_id, person.client.access_token)
}

/// A batch of this type whose head has been taken, and of whose body nothing has come.
fn begun(roster: &Roster, shown: &str, kind: &str, length: usize) -> Socket {
    let mut socket = Socket::to(roster.address());
    socket.send(format!(
        "POST /contact/batch HTTP/1.1\r\nhost: roster\r\n{shown}content-type: {kind}\r\n\
         content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
    ));
    assert_eq!(socket.head().0, 100);
    socket
}

/// They were known when it began, and aren't any more.
#[rstest]
#[case::document("application/json", format!(r#"{{"operations": [{OPERATION}]}}"#))]
#[case::lines("application/x-ndjson", format!("{OPERATION}\n"))]
fn who_is_shut_out_meanwhile_does_nothing(
    #[case] kind: &str,
    #[case] body: String,
    #[values(Sqlite, Postgres)] store: Store,
) {
    let roster = Roster::start(store);
    let (ada, bob) = (roster.sign_up("ada@example.org"), roster.sign_up("bob@example.org"));
    let again = [ada.elsewhere(), bob.elsewhere()];
    // What is remembered is looked at without waiting, so they are known by the time the head has been taken.
    ada.get("/contact").expect(200);
    bob.client.alone().get("/contact").expect(200);
    let sockets = [token(&ada), credentials(&bob)].map(|shown| begun(&roster, &shown, kind, body.len()));

    ada.delete("/sessions").expect(200);
    bob.call("POST", &format!("/clients/{}/credentials", bob.client.id)).send().expect(201);

    for mut socket in sockets {
        socket.send(&body).answer().refused(401, "unauthenticated");
    }
    for person in again {
        assert_eq!(person.get("/contact").ids().len(), 0);
    }
}

/// It counts as done when it is done.
#[rstest]
fn a_contact_is_as_old_as_it_is(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let body = format!(r#"{{"operations": [{OPERATION}]}}"#);
    ada.get("/contact").expect(200);
    let mut socket = begun(&roster, &token(&ada), "application/json", body.len());

    roster.later_by_millis(20_000);
    let answer = socket.send(&body).answer().expect(200);

    let contact = &answer.data()["results"][0]["contact"];
    assert_eq!([&contact["createdAt"], &contact["updatedAt"]], [&json!(roster.now()); 2]);
}

/// It keeps its place while it is asked anew who is calling.
#[rstest]
fn it_needs_no_second_place(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| (http.batches, http.batches_per_user) = (1, 1)).start();
    let ada = roster.sign_up("ada@example.org");
    let body = format!(r#"{{"operations": [{OPERATION}]}}"#);
    let mut socket = begun(&roster, &token(&ada), "application/json", body.len());

    socket.send(&body).answer().expect(200);
}
