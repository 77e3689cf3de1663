//! What becomes of imports behind their end: cancelled, undone, gone on with.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Postgres, Roster, Sqlite, Store, id};

const CSV: &str = "Name,Phone\nAmina,+2348030000001\nBola,+2348030000002\n";

#[rstest]
fn one_that_waits_is_cancelled(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let import = ada.import("", CSV);
    let path = format!("/imports/{}", id(&import));

    let answer = ada.delete(&path).expect(200);

    assert_eq!(answer.message(), "Import cancelled successfully!");
    let cancelled = answer.data();
    assert_eq!((&cancelled["state"], &cancelled["endedAt"]), (&json!("cancelled"), &json!(roster.now())));
    assert_eq!(cancelled["expiresAt"], "2024-06-05T07:08:09.123Z", "30 days on");
    roster.later_by_millis(1_000);
    assert_eq!(ada.delete(&path).expect(200).data(), cancelled, "it stays as it is");
    roster.work_on_imports();
    ada.imported("", CSV);
    assert_eq!(ada.import_now(&import), cancelled, "nobody works on it any more");
    ada.call("POST", &format!("{path}/resume")).send().refused(409, "import_state");
}

#[rstest]
fn one_is_undone_but_for_what_others_did(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    let before = ada.contact(json!({ "name": "Chidi", "number": "+2348030000003" }));
    let file = format!("{CSV}Chidi Eze,+2348030000003\n");
    let import = ada.imported("on_match=update", file);
    assert_eq!((&import["counts"]["created"], &import["counts"]["updated"]), (&json!(2), &json!(1)));
    assert_eq!(ada.report_of(&import, "?of=undo"), "_id,reason\r\n", "nothing is undone so far");
    let bola = ada.get("/contact?q=bola").data()[0].clone();
    ada.put(&format!("/contact/{}", id(&bola)), json!({ "name": "Bola Ade" })).expect(200);
    let path = format!("/imports/{}", id(&import));

    let answer = ada.under("/api/v1").call("POST", &format!("{path}/undo")).send().expect(202);

    assert_eq!(answer.header("location"), Some(&*format!("/api/v1{path}")));
    let undone = ada.import_undone(&import);
    assert_eq!(undone["undo"], json!({ "removed": 1, "restored": 1, "left": 1 }));
    assert_eq!(ada.get("/contact").ids().len(), 2);
    let restored = ada.get(&format!("/contact/{}", id(&before))).data();
    assert_eq!(restored["name"], "Chidi");
    assert_eq!(ada.get(&format!("/contact/{}", id(&bola))).data()["name"], "Bola Ade");
    let report = ada.get(&format!("{path}/report?of=undo")).expect(200);
    let disposition = format!("attachment; filename=\"import-{}-undo.csv\"", id(&import));
    assert_eq!(report.header("content-disposition"), Some(&*disposition));
    assert_eq!(report.text(), format!("_id,reason\r\n{},changed\r\n", id(&bola)));
    let again = ada.call("POST", &format!("{path}/undo")).send().refused(409, "import_state");
    assert!(again.message().starts_with("The import is undone: "), "{again}");
    ada.get(&format!("{path}/report?of=rows")).invalid(&[("of", "malformed")]);
}

#[rstest]
fn what_is_not_at_its_end_is_not_undone(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let path = format!("/imports/{}", id(&ada.import("", CSV)));

    for act in ["undo", "resume"] {
        let answer = ada.call("POST", &format!("{path}/{act}")).send().refused(409, "import_state");
        assert!(answer.message().starts_with("The import is waiting: "), "{answer}");
        ada.call("POST", &format!("{path}/{act}?colour=red")).send().invalid(&[("colour", "unknown")]);
    }
}

/// The report is read a part at a time.
#[rstest]
fn a_long_report_is_whole(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    let rows: String = (0..2_500).map(|row| format!("{row}, \n")).collect();

    let import = ada.imported("", format!("Name,Phone\n{rows}"));

    assert_eq!((&import["counts"]["invalid"], &import["reported"]), (&json!(2_500), &json!(2_500)));
    let report = ada.report_of(&import, "");
    let lines: Vec<&str> =
        report.trim_end().split("\r\n").skip(1).map(|line| line.split(',').next().unwrap()).collect();
    let expected: Vec<String> = (2..2_502).map(|line: u32| line.to_string()).collect();
    assert_eq!(lines, expected);
    let head = ada.call("HEAD", &format!("/imports/{}/report", id(&import))).send().expect(200);
    assert_eq!(head.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
}
