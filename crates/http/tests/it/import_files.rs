//! Files that are imported: of each format, and as they are asked to be.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Form, Postgres, Roster, Sqlite, Store, id, members};

const CSV: &str =
    "Full Name,Phone\r\nAmina Bello,+234 803 123 4567\r\nBola Ade,'+2348031234568\r\nChidi Eze,2.34803E+12\r\n";

/// Created, updated, unchanged, skipped and invalid, of which there are as many as were read.
#[track_caller]
fn counts(import: &Value) -> [u64; 5] {
    let counts = &import["counts"];
    assert_eq!(members(counts), ["created", "invalid", "read", "skipped", "unchanged", "updated"]);
    let of = ["created", "updated", "unchanged", "skipped", "invalid"].map(|name| counts[name].as_u64().unwrap());
    assert_eq!(of.iter().sum::<u64>(), counts["read"], "{import}");
    of
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[rstest]
fn an_import_from_its_file_to_its_report(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    let answer = ada.under("/api/v1").send_file("file_name=people.csv", CSV).expect(202);

    let import = answer.data();
    assert_eq!(answer.message(), "Import accepted successfully!");
    assert_eq!(answer.header("location"), Some(&*format!("/api/v1/imports/{}", id(&import))));
    assert_eq!(uuid::Uuid::parse_str(id(&import)).unwrap().get_version_num(), 7);
    let expected = json!({
        "_id": id(&import),
        "client_id": ada.client.id,
        "source": "staged",
        "state": "waiting",
        "dry_run": false,
        "options": {},
        "file": { "name": "people.csv", "content_type": null, "bytes": CSV.len() },
        "counts": { "read": 0, "created": 0, "updated": 0, "unchanged": 0, "skipped": 0, "invalid": 0 },
        "reported": 0,
        "progress": { "percent": 0, "rows_per_second": null, "seconds_left": null },
        "failure": null,
        "undo": null,
        "createdAt": roster.now(),
        "startedAt": null,
        "endedAt": null,
        "expiresAt": null,
    });
    assert_eq!(import, expected);
    assert_eq!(ada.import_now(&import), expected);
    assert_eq!(ada.report_of(&import, ""), "\u{feff}line,part,outcome,reason,original\r\n", "nothing so far");

    roster.later_by_millis(1_500);
    roster.work_on_imports();
    let import = ada.import_ended(&import);

    assert_eq!(
        (&import["state"], &import["failure"], counts(&import)),
        (&json!("completed"), &Value::Null, [2, 0, 0, 0, 1])
    );
    assert_eq!((&import["reported"], &import["progress"]["percent"]), (&json!(2), &json!(100)));
    assert_eq!((&import["startedAt"], &import["endedAt"]), (&json!(roster.now()), &json!(roster.now())));
    assert!(import["expiresAt"].is_string());
    let report = ada.get(&format!("/imports/{}/report", id(&import))).expect(200);
    assert_eq!(report.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let disposition = format!("attachment; filename=\"import-{}.csv\"", id(&import));
    assert_eq!(report.header("content-disposition"), Some(&*disposition));
    assert_eq!(
        String::from_utf8(report.body).unwrap(),
        "\u{feff}line,part,outcome,reason,original\r\n\
         3,1,created,Phone: a leading apostrophe was taken off,\"Bola Ade,'+2348031234568\"\r\n\
         4,1,invalid,Phone is in scientific notation and has lost digits: format the column as text and export again,\
         \"Chidi Eze,2.34803E+12\"\r\n"
    );
    let contacts = ada.get("/contact?sort=oldest").expect(200).data();
    let found: Vec<(&Value, &Value)> =
        contacts.as_array().unwrap().iter().map(|contact| (&contact["name"], &contact["number"])).collect();
    assert_eq!(
        found,
        [(&json!("Amina Bello"), &json!("+234 803 123 4567")), (&json!("Bola Ade"), &json!("+2348031234568")),]
    );
}

#[rstest]
fn each_format(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Efe\r\nTEL;TYPE=CELL:+2348030000003\r\nEND:VCARD\r\n";
    let array = r#"[{"name": "Femi", "number": "+2348030000004"}]"#;
    let line = "{\"name\": \"Gozi\", \"number\": \"+2348030000005\"}\n";

    for (name, query, content_type, file) in [
        ("Dayo", "format=csv", "application/octet-stream", "Name;Phone\nDayo;+2348030000002\n"),
        ("Efe", "", "text/vcard", card),
        ("Femi", "", "application/json", array),
        ("Gozi", "", "application/x-ndjson", line),
        ("Hadiza", "", "application/x-www-form-urlencoded", "Name,Phone\nHadiza,+2348030000006\n"),
    ] {
        let call = ada.call("POST", &format!("/imports?{query}")).header("content-type", content_type);
        let import = ada.import_ended(&call.body(file).send().expect(202).data());
        assert_eq!((&import["state"], counts(&import)), (&json!("completed"), [1, 0, 0, 0, 0]), "{import}");
        assert_eq!(import["file"]["content_type"], content_type);
        assert_eq!(ada.get("/contact?limit=1").data()[0]["name"], name);
    }
}

#[rstest]
fn compressed_as_a_file_or_on_its_way(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    let post = |encoding: &str| ada.call("POST", "/imports").header("content-encoding", encoding);

    let import = ada.imported("file_name=people.csv.gz", gzipped("Name,Phone\nAmina,08030000001\n"));
    assert_eq!(counts(&import), [1, 0, 0, 0, 0]);
    let sent = gzipped("Name,Phone\nBola,08030000002\n");
    let import = ada.import_ended(&post("gzip").body(sent.clone()).send().expect(202).data());
    assert_eq!((counts(&import), &import["file"]["bytes"]), ([1, 0, 0, 0, 0], &json!(sent.len())), "as it comes");
    let import = ada.import_ended(&post("identity").body("Name,Phone\nChidi,08030000003\n").send().expect(202).data());
    assert_eq!(counts(&import), [1, 0, 0, 0, 0]);
    for encoding in ["br", "deflate", "gzip, gzip"] {
        post(encoding).body(CSV).send().refused(415, "unsupported_media_type");
    }
    let form = Form::new().file("people.csv", CSV);
    post("gzip")
        .header("content-type", Form::CONTENT_TYPE)
        .body(gzipped(&String::from_utf8(form.end()).unwrap()))
        .send()
        .refused(415, "unsupported_media_type");
    assert_eq!(ada.get("/imports").ids().len(), 3);
}

#[rstest]
fn what_is_asked_of_it(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    ada.contact(json!({ "name": "Amina", "number": "+2348030000001" }));
    let file = "Wer,Wo,Was\nAmina Bello,+234 803 000 0001,x\nBola,+2348030000002,x\n";

    let query = "map=number=Wo,name=Wer&on_match=update&match=number&group=Book+club&create_groups=1&encoding=utf-8";
    let import = ada.imported(query, file);

    assert_eq!(counts(&import), [1, 1, 0, 0, 0], "{import}");
    let options = json!({
        "encoding": "utf-8", "map": "number=Wo,name=Wer", "match": "number", "on_match": "update",
        "group": "Book club", "create_groups": "true",
    });
    assert_eq!(import["options"], options);
    let groups = ada.get("/contact_groups").data();
    let club = groups.as_array().unwrap().iter().find(|group| group["title"] == "Book club").unwrap();
    let names: Vec<Value> = ada
        .get(&format!("/contact?sort=name&group_id={}", id(club)))
        .data()
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| contact["name"].clone())
        .collect();
    assert_eq!(names, ["Amina Bello", "Bola"]);
}

#[rstest]
fn a_dry_run_writes_nothing(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    let file = "Name,Phone\nAmina,+2348030000001\nAmina,+234 803 000 0001\nBola,x\u{7}\n";

    let dry = ada.imported("dry_run=1&on_match=skip", file);
    assert_eq!((&dry["state"], &dry["dry_run"]), (&json!("completed"), &json!(true)));
    assert_eq!(ada.get("/contact").ids().len(), 0);
    let real = ada.imported("dry_run=0&on_match=skip", file);

    assert_eq!((counts(&dry), &real["dry_run"]), (counts(&real), &json!(false)));
    assert_eq!(dry["counts"]["skipped"], 1, "the second row finds what the first would have made");
    ada.call("POST", &format!("/imports/{}/undo", id(&dry))).send().refused(409, "import_state");
}

#[rstest]
fn wrong_parameters_come_at_once(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    ada.send_file("format=xlsx&dry_run=maybe&colour=red&match=_id&match=_id&map=x", CSV).invalid(&[
        ("format", "malformed"),
        ("dry_run", "malformed"),
        ("colour", "unknown"),
        ("match", "repeated"),
        ("map", "malformed"),
    ]);
    ada.send_file("encoding=klingon&group=", "").invalid(&[("encoding", "malformed"), ("group", "required")]);
    ada.send_file("", "").invalid(&[("file", "required")]);
    ada.call("POST", "/imports").send().invalid(&[("file", "required")]);
    assert_eq!(ada.get("/imports").expect(200).data(), json!([]), "nothing is left of them");
}

#[rstest]
fn a_file_that_can_not_be_read_fails(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");

    let import = ada.imported("format=csv", "Colour,Size\nred,5\n");

    assert_eq!(
        (&import["state"], &import["failure"]["code"]),
        (&json!("failed"), &json!("no_number_column")),
        "{import}"
    );
    assert!(import["failure"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    assert_eq!(ada.get("/contact").ids().len(), 0);
    let again = ada.call("POST", &format!("/imports/{}/resume", id(&import))).send().refused(409, "import_state");
    assert!(again.message().starts_with("The import is failed: "), "{again}");
}

/// What stood in its way may have gone away.
#[rstest]
fn a_failed_one_goes_on(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");
    let import = ada.imported("group=Friends", CSV);
    assert_eq!((&import["state"], &import["failure"]["code"]), (&json!("failed"), &json!("no_such_group")), "{import}");
    let resume = || ada.call("POST", &format!("/imports/{}/resume", id(&import))).send().expect(202);

    assert_eq!(resume().header("location"), Some(&*format!("/imports/{}", id(&import))));
    assert_eq!(ada.import_ended(&import)["state"], "failed", "nothing has changed");
    ada.group("Friends");
    resume();

    let import = ada.import_ended(&import);
    assert_eq!((&import["state"], &import["failure"]), (&json!("completed"), &json!(null)), "{import}");
}
