//! Imports over a store that loses something.

use std::sync::Arc;

use roster_testkit::eventually;
use rstest::rstest;
use serde_json::json;

use crate::harness::{Lossy, LossyImports, Postgres, Roster, Socket, Sqlite, Store, id};

/// More than what is put into the store at once.
const SOME: usize = 700 * 1024;

fn lossy(store: Store) -> (Roster, Arc<Lossy>) {
    let lossy = Arc::new(Lossy::default());
    let of_store = lossy.clone();
    (Roster::setup(store).ports(|store| LossyImports::in_front_of(store, of_store)).start(), lossy)
}

#[rstest]
fn a_piece_whose_answer_is_lost_is_there_once(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, lossy) = lossy(store);
    let ada = roster.sign_up("ada@example.org");

    lossy.lose_answers(0, 1);
    let import = ada.import("", vec![b'x'; SOME]);

    assert_eq!(import["file"]["bytes"], SOME);
}

/// It is accepted, whoever has heard of it, and may even be in.
#[rstest]
fn a_file_whose_acceptance_is_lost_is_accepted(
    #[values(false, true)] is_worked_on: bool,
    #[values(Sqlite, Postgres)] store: Store,
) {
    let (roster, lossy) = lossy(store);
    if is_worked_on {
        roster.work_on_imports();
    }
    let ada = roster.sign_up("ada@example.org");

    lossy.lose_answers(1, 1);
    let import = ada.import("", "Name,Phone\nAmina,+2348030000001\n");

    if is_worked_on {
        assert_eq!(ada.import_ended(&import)["counts"]["created"], 1);
    } else {
        assert_eq!(import["state"], "waiting");
    }
    assert_eq!(ada.get("/imports").ids(), [id(&import)]);
}

/// Nobody can tell whoever sent it, but it is to be seen.
#[rstest]
fn a_file_of_which_nothing_is_heard_waits_all_the_same(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, lossy) = lossy(store);
    let ada = roster.sign_up("ada@example.org");

    lossy.lose_answers(1, 2);
    ada.send_file("", "Name,Phone\n").refused(503, "store_unavailable");

    let imports = ada.get("/imports").data();
    assert_eq!((imports.as_array().unwrap().len(), &imports[0]["state"]), (1, &json!("waiting")));
}

#[rstest]
fn a_store_that_is_gone_takes_no_file(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, lossy) = lossy(store);
    let ada = roster.sign_up("ada@example.org");

    lossy.lose_answers(0, usize::MAX);
    ada.send_file("", vec![b'x'; SOME]).refused(503, "store_unavailable");

    eventually("it is given up", || ada.get("/imports").expect(200).ids().is_empty().then_some(()));
}

/// Nobody may take half of it for the whole.
#[rstest]
fn a_report_is_whole_or_cut(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, lossy) = lossy(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    let rows: String = (0..1_500).map(|row| format!("{row}, \n")).collect();
    let import = ada.imported("", format!("Name,Phone\n{rows}"));
    let path = format!("/imports/{}/report", id(&import));
    let whole = ada.report_of(&import, "");

    lossy.lose_answers(0, usize::MAX);
    ada.get(&path).refused(503, "store_unavailable");
    lossy.lose_answers(1, 1);
    assert_eq!(ada.report_of(&import, ""), whole, "what is lost is asked for once more");
    lossy.lose_answers(1, usize::MAX);
    let mut socket = Socket::to(roster.address());
    socket.send(format!("GET {path} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {}\r\n\r\n", ada.access_token));
    assert_eq!(socket.head().0, 200);
    let rest = socket.rest();
    assert!(!rest.ends_with(b"0\r\n\r\n"), "it must not look whole");
}

/// Counts are told only where their sums hold.
#[rstest]
fn a_lost_row_is_a_defect(#[values(Sqlite, Postgres)] store: Store) {
    let (roster, lossy) = lossy(store);
    let ada = roster.sign_up("ada@example.org");
    let import = ada.import("", "Name,Phone\n");

    lossy.lose_rows();

    ada.get(&format!("/imports/{}", id(&import))).refused(500, "internal");
    ada.get("/imports?limit=5").refused(500, "internal");
    ada.get("/imports").refused(500, "internal");
}
