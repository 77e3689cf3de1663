//! Files that are long on their way: what breaks off leaves nothing behind, and what changes meanwhile counts.

use std::net::Shutdown;
use std::time::Duration;

use roster_http::HttpSettings;
use roster_testkit::eventually;
use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Consumer, Form, Person, Postgres, Roster, Socket, Sqlite, Store, id};

const SOON: Duration = Duration::from_millis(500);

/// More than what is put into the store at once.
const SOME: usize = 700 * 1024;

/// A file that goes on behind what is sent of it, in a form or as it is.
fn begun(roster: &Roster, person: &Person, in_a_form: bool, length: usize) -> Socket {
    begun_by(roster, &format!("authorization: Bearer {}\r\n", person.access_token), in_a_form, length)
}

/// The same of whoever shows this.
fn begun_by(roster: &Roster, shown: &str, in_a_form: bool, length: usize) -> Socket {
    let mut socket = Socket::to(roster.address());
    let kind = if in_a_form { Form::CONTENT_TYPE } else { "text/csv" };
    socket.send(format!(
        "POST /imports HTTP/1.1\r\nhost: roster\r\n{shown}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
    ));
    if in_a_form {
        let mut form = Form::new().file("people.csv", vec![b'x'; SOME]).end();
        form.truncate(SOME);
        socket.send(form);
    } else {
        socket.send(vec![b'x'; SOME]);
    }
    socket
}

/// The one import there is, once it is there.
fn the_one(consumer: &Consumer) -> Value {
    let all = || consumer.get("/imports").expect(200).data();
    eventually("it is being received", || all().as_array().unwrap().first().cloned())
}

fn nothing_is_left(consumer: &Consumer) {
    eventually("it is given up", || consumer.get("/imports").expect(200).ids().is_empty().then_some(()));
}

#[rstest]
fn it_is_seen_while_it_comes(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    let mut socket = begun(&roster, &ada, false, SOME + 5);

    let import = the_one(&ada);
    assert_eq!((&import["state"], &import["counts"]["read"]), (&json!("receiving"), &json!(0)));
    let accepted = socket.send("\n1,2\n").answer().expect(202).data();
    assert_eq!((id(&accepted), &accepted["file"]["bytes"]), (id(&import), &json!(SOME + 5)));
}

#[rstest]
fn a_broken_connection_leaves_nothing(
    #[values(false, true)] in_a_form: bool,
    #[values(Sqlite, Postgres)] store: Store,
) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let socket = begun(&roster, &ada, in_a_form, 2 * SOME);
    the_one(&ada);
    drop(socket);
    nothing_is_left(&ada);

    // It ends what it sends, and waits for what is said of it.
    let mut socket = begun(&roster, &ada, in_a_form, 2 * SOME);
    the_one(&ada);
    socket.shutdown(Shutdown::Write);
    socket.answer().refused(400, "malformed_body");
    nothing_is_left(&ada);
}

#[rstest]
#[case::silent(|http: &mut HttpSettings| http.deadlines.body = SOON)]
#[case::slow(|http: &mut HttpSettings| http.deadlines.pace = SOON)]
fn a_stalled_file_is_given_up(
    #[case] change: fn(&mut HttpSettings),
    #[values(false, true)] in_a_form: bool,
    #[values(Sqlite, Postgres)] store: Store,
) {
    let roster = Roster::setup(store).http(change).start();
    let ada = roster.sign_up("ada@example.org");

    let answer = begun(&roster, &ada, in_a_form, 2 * SOME).answer().refused(408, "request_timeout");

    assert_eq!(answer.header("connection"), Some("close"), "the rest of it is no next request");
    nothing_is_left(&ada);
}

#[rstest]
fn a_file_that_is_too_large_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let most = u64::try_from(SOME).unwrap() + 100;
    let roster = Roster::setup(store).http(|http| http.imports.most_bytes = most).start();
    let ada = roster.sign_up("ada@example.org");
    let head = format!("POST /imports HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {}\r\n", ada.access_token);

    // Before it comes, if that is known.
    let mut announced = Socket::to(roster.address());
    announced.send(format!("{head}content-length: {}\r\n\r\n", most + 1)).answer().refused(413, "too_large");
    let mut chunked = Socket::to(roster.address());
    chunked.send(format!("{head}transfer-encoding: chunked\r\n\r\n{SOME:x}\r\n")).send(vec![b'x'; SOME]).send("\r\n");
    the_one(&ada);
    chunked.send("65\r\n").send([b'x'; 101]).send("\r\n").answer().refused(413, "too_large");
    nothing_is_left(&ada);
    ada.send_file("", vec![b'x'; SOME + 100]).expect(202);
}

/// For longer than an access token lives.
const LONG: i64 = 16 * 60 * 1_000;

/// They were known when it began, and aren't any more.
#[rstest]
fn who_is_shut_out_meanwhile_imports_nothing(#[values(0, LONG)] later: i64, #[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let client = ada.client.alone();
    let mut socket = begun(&roster, &ada, false, SOME + 4);
    the_one(&client);

    ada.delete("/sessions").expect(200);
    roster.later_by_millis(later);

    socket.send("1,2\n").answer().refused(401, "unauthenticated");
    nothing_is_left(&client);
}

/// It was valid when it was shown, and its session lives.
#[rstest]
fn an_access_token_may_expire_meanwhile(
    #[values(false, true)] in_a_form: bool,
    #[values(Sqlite, Postgres)] store: Store,
) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let rest = if in_a_form {
        Form::new().file("people.csv", vec![b'x'; SOME]).end().split_off(SOME)
    } else {
        b"1,2\n".to_vec()
    };
    let mut socket = begun(&roster, &ada, in_a_form, SOME + rest.len());
    the_one(&ada);

    roster.later_by_millis(LONG);

    ada.get("/imports").refused(401, "unauthenticated");
    socket.send(rest).answer().expect(202);
    assert_eq!(the_one(&ada.client.alone())["state"], "waiting");
}

/// There is nobody left whose it could be.
#[rstest]
fn what_goes_with_its_client_meanwhile_is_nobodys(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let shown = format!("x-client-session: {}\r\nx-client-token: {}\r\n", shop.session_id, shop.access_token);
    let mut socket = begun_by(&roster, &shown, false, SOME + 4);
    the_one(&ada);

    ada.delete(&format!("/clients/{}", shop.id)).expect(200);

    socket.send("1,2\n").answer().refused(401, "unauthenticated");
    nothing_is_left(&ada);
}

#[rstest]
fn what_is_cancelled_meanwhile_is_told(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let mut socket = begun(&roster, &ada, false, SOME + 4);
    let path = format!("/imports/{}", id(&the_one(&ada)));

    assert_eq!(ada.delete(&path).expect(200).data()["state"], "cancelled");

    socket.send("1,2\n").answer().refused(409, "import_state");
    assert_eq!(ada.get(&path).expect(200).data()["state"], "cancelled");
}

#[rstest]
fn a_strangers_file_is_not_read(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let mismatch =
        format!("authorization: Bearer {}\r\nx-client-session: {}\r\n", ada.access_token, bob.client.session_id);

    for (shown, status, code) in [
        ("", 401, "unauthenticated"),
        ("authorization: Bearer x\r\n", 401, "unauthenticated"),
        ("x-client-session: x\r\n", 401, "unauthenticated"),
        (mismatch.as_str(), 403, "client_mismatch"),
    ] {
        for kind in ["text/csv", Form::CONTENT_TYPE] {
            let mut socket = Socket::to(roster.address());
            socket
                .send(format!("POST /imports?colour=red HTTP/1.1\r\nhost: roster\r\n{shown}content-type: {kind}\r\n"));
            let answer = socket.send("content-length: 1000000\r\n\r\nName,").answer().refused(status, code);
            assert_eq!(answer.header("connection"), Some("close"), "the rest of it is no next request");
        }
    }
}
