//! A store that fails: what is answered, that nothing of the cause is, and that the server goes on.

use std::thread;
use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Consumer, Fault, Gate, Postgres, Roster, Sqlite, Store, id};

/// Every call that asks the contacts' ports: what it is, and its body.
fn calls(contact: &Value) -> Vec<(&'static str, String, Value)> {
    let path = format!("/contact/{}", id(contact));
    let group = contact["group_id"].as_str().unwrap();
    vec![
        ("GET", path.clone(), json!({})),
        ("HEAD", path.clone(), json!({})),
        ("GET", "/contact".to_owned(), json!({})),
        ("GET", "/contact?type=all".to_owned(), json!({})),
        ("GET", "/contact?limit=10".to_owned(), json!({})),
        ("GET", "/contact/export".to_owned(), json!({})),
        ("POST", "/contact".to_owned(), json!({ "number": "2" })),
        ("PUT", path.clone(), json!({ "name": "changed" })),
        ("DELETE", path, json!({})),
        ("DELETE", format!("/contact?group_id={group}&confirm=1"), json!({})),
    ]
}

/// Fails unless the store's failure is told as it should be.
#[track_caller]
fn fails(consumer: &Consumer, (method, path, body): (&str, String, Value), status: u16, code: &str) {
    let answer = consumer.call(method, &path).json(&body).send().expect(status);
    if method != "HEAD" {
        answer.refused(status, code);
    }
}

#[rstest]
#[case::panic(Fault::Panic, 500, "internal")]
#[case::failed(Fault::Failed, 500, "internal")]
#[case::unavailable(Fault::Unavailable, 503, "store_unavailable")]
#[case::overloaded(Fault::Overloaded, 503, "overloaded")]
fn a_failing_store(
    #[case] fault: Fault,
    #[case] status: u16,
    #[case] code: &str,
    #[values(Sqlite, Postgres)] store: Store,
) {
    let (roster, faulty) = Roster::faulty(store, |http| http.in_flight = 1);
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "number": "1" }));

    faulty.set(fault);
    for call in calls(&contact) {
        fails(&ada, call, status, code);
    }
    ada.get("/contact_groups").expect(200);

    faulty.set(Fault::None);
    assert_eq!(ada.get("/contact").expect(200).data(), json!([contact]), "nothing was written meanwhile");
}

/// Each call is given up when its time is over, and its place is free again.
#[rstest]
fn a_silent_store(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |http| {
        let soon = Duration::from_secs(2);
        (http.deadlines.one, http.deadlines.list) = (soon, soon);
        (http.deadlines.bulk, http.deadlines.export) = (soon, soon);
        http.in_flight = 10;
    });
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "number": "1" }));
    assert_eq!(calls(&contact).len(), 10);

    faulty.set(Fault::Silence);
    thread::scope(|scope| {
        for call in calls(&contact) {
            scope.spawn(|| fails(&ada, call, 503, "store_unavailable"));
        }
    });

    let (gate, arrivals) = Gate::closed();
    faulty.set(Fault::Gate(gate.clone()));
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| ada.get("/contact?limit=1").expect(200));
        }
        for _ in 0..10 {
            arrivals.recv().unwrap();
        }
        gate.let_through(10);
    });
    faulty.set(Fault::None);
    assert_eq!(ada.get("/contact").expect(200).data(), json!([contact]), "nothing was written meanwhile");
}

/// A connection outlives the failure it carried.
#[rstest]
fn a_panic_is_answered_in_json_on_a_kept_connection(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |_| {});
    let ada = roster.sign_up("ada@example.org").with("x-request-id", "the-one");
    faulty.set(Fault::Panic);

    let answer = ada.post("/contact", json!({ "number": "1" })).refused(500, "internal");

    assert_eq!(answer.json()["error"]["request_id"], "the-one");
    assert_ne!(answer.header("connection"), Some("close"));
}

#[rstest]
fn more_in_flight_than_may_be_is_shed(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, faulty) = Roster::faulty(store, |http| {
        http.in_flight = 1;
        http.deadlines.one = Duration::from_secs(30);
    });
    let ada = roster.sign_up("ada@example.org");
    let contact = ada.contact(json!({ "number": "1" }));
    let path = format!("/contact/{}", id(&contact));
    let (gate, arrivals) = Gate::closed();
    faulty.set(Fault::Gate(gate.clone()));

    thread::scope(|scope| {
        let waiting = scope.spawn(|| ada.get(&path).expect(200).data());
        arrivals.recv().unwrap();
        ada.get(&path).refused(503, "overloaded");
        ada.post("/contact_groups", json!({ "title": "x" })).refused(503, "overloaded");
        gate.let_through(1);
        assert_eq!(waiting.join().unwrap(), contact);
    });

    faulty.set(Fault::None);
    ada.get(&path).expect(200);
    assert_eq!(ada.get("/contact_groups").ids().len(), 1);
}
