//! Files that come in a form, as browsers and `curl -F` send them.

use roster_domain::ports::StagedPiece;
use roster_domain::{Clock, Lease};
use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Form, Postgres, Roster, Socket, Sqlite, Store};

const CSV: &str = "Name,Phone\nAmina,+2348030000001\n";

#[rstest]
fn parameters_then_the_file(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.work_on_imports();
    let ada = roster.sign_up("ada@example.org");

    let form = Form::new().field("dry_run", "true").field("on_match", "skip").file("people.csv", CSV);
    let import = ada.import_ended(&ada.send_form(form).expect(202).data());

    assert_eq!((&import["state"], &import["dry_run"]), (&json!("completed"), &json!(true)));
    assert_eq!(import["options"], json!({ "on_match": "skip" }));
    assert_eq!(import["counts"]["created"], 1);
    assert_eq!(import["file"], json!({ "name": "people.csv", "content_type": "text/csv", "bytes": CSV.len() }));
    let call = ada
        .call("POST", "/imports?dry_run=1")
        .header("content-type", &Form::CONTENT_TYPE.replace("form-data", "FORM-DATA"));
    let import = call.body(Form::new().file("people.csv", CSV).end()).send().expect(202).data();
    assert_eq!((&import["dry_run"], &import["options"]), (&json!(true), &json!({})), "the query is read as well");
}

/// What is around the file is none of it, whatever it holds.
#[rstest]
fn a_file_is_kept_byte_for_byte(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let row = "Amina,+2348030000001\r\n--almost a boundary\r\n------form-boundary\r\n";
    let file = format!("Name,Phone\r\n{}", row.repeat(20_000));

    let import = ada.send_form(Form::new().file("people.csv", &file)).expect(202).data();

    assert_eq!(import["file"]["bytes"], file.len());
    let (runs, now) = (roster.ports().import_runs, roster.clock.now());
    let kept = roster.act(async {
        let lease = Lease { holder: [1; 16], until: now.plus_millis(60_000) };
        let claim = runs.claim(now, lease, 1).await.unwrap().unwrap();
        let mut kept = Vec::new();
        for number in 0.. {
            let Some(piece) = runs.staged(&claim, number).await.unwrap() else { break };
            assert!(piece.len() <= StagedPiece::MOST);
            kept.extend(piece);
        }
        kept
    });
    assert!(kept == file.as_bytes());
}

#[rstest]
fn what_is_no_such_form_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    ada.send_form(Form::new()).invalid(&[("file", "required")]);
    ada.send_form(Form::new().field("dry_run", "1")).invalid(&[("file", "required")]);
    ada.send_form(Form::new().file("people.csv", "")).invalid(&[("file", "required")]);
    ada.send_form(
        Form::new().field("colour", "red").field("format", "xlsx").field("match", "number").field("match", "_id"),
    )
    .invalid(&[("colour", "unknown"), ("format", "malformed"), ("match", "repeated"), ("file", "required")]);
    ada.send_form(Form::new().field("group", b"\xff").file("people.csv", CSV)).invalid(&[("group", "malformed")]);
    ada.send_form(Form::new().file("people.csv", CSV).field("dry_run", "1")).invalid(&[("dry_run", "not_allowed")]);
    ada.send_form(Form::new().file("people.csv", CSV).file("people.csv", CSV)).invalid(&[("file", "repeated")]);
    ada.send_form(Form::new().field("session_id", "x").file("people.csv", CSV))
        .invalid(&[("session_id", "not_allowed")]);
    let named = ada.call("POST", "/imports?file_name=a.csv&dry_run=1").header("content-type", Form::CONTENT_TYPE);
    let form = || Form::new().field("dry_run", "1").file("people.csv", CSV).end();
    named.body(form()).send().invalid(&[("file_name", "not_allowed"), ("dry_run", "repeated")]);

    let long = "x".repeat(64 * 1024);
    ada.send_form(Form::new().field("group", &long).file("people.csv", CSV)).refused(413, "too_large");
    let many = (0..70_000).fold(Form::new(), |form, _| form.field("", ""));
    ada.send_form(many.file("people.csv", CSV)).refused(413, "too_large");
    assert_eq!(ada.get("/imports").expect(200).data(), json!([]), "nothing is left of them");
}

#[rstest]
fn what_is_no_form_is_malformed(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let mut cut = Form::new().file("people.csv", CSV).end();
    cut.truncate(cut.len() - 12);
    let send = |content_type: &str, body: &[u8]| {
        ada.call("POST", "/imports").header("content-type", content_type).body(body).send()
    };

    for body in [&b""[..], b"Name,Phone\n", &cut, b"------form-boundary-7MA4YWxk\r\nx\r\n"] {
        send(Form::CONTENT_TYPE, body).refused(400, "malformed_body");
    }
    send("multipart/form-data", CSV.as_bytes()).refused(400, "malformed_body");
    send("multipart/form-data; boundary=", CSV.as_bytes()).refused(400, "malformed_body");
    for headers in
        ["content-type: text/csv", "content-disposition: attachment; filename=\"a\"", "content-disposition: form-data"]
    {
        send(Form::CONTENT_TYPE, &Form::new().part(headers, CSV).end()).refused(400, "malformed_body");
    }
    let nested = "content-disposition: form-data; name=\"file\"\r\ncontent-type: multipart/mixed; boundary=x";
    send(Form::CONTENT_TYPE, &Form::new().part(nested, "--x--").end()).refused(400, "malformed_body");
    assert_eq!(ada.get("/imports").expect(200).data(), json!([]), "nothing is left of them");
}

/// Whatever a file is called, it is a name and nothing else.
#[rstest]
fn hostile_names(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.imports.staging.waiting = 100).start();
    let ada = roster.sign_up("ada@example.org");
    let long = "x".repeat(300);

    for (sent, kept) in [
        ("../../etc/passwd", json!("passwd")),
        ("C:\\\\temp\\\\people.csv", json!("people.csv")),
        ("'; DROP TABLE imports; --", json!("'; DROP TABLE imports; --")),
        ("<script>alert(1)</script>", json!("script>")),
        ("Büro 李.csv", json!("Büro 李.csv")),
        ("a\tb.csv", json!("ab.csv")),
        ("", Value::Null),
        ("/", Value::Null),
        (&long, json!("x".repeat(255))),
    ] {
        let import = ada.send_form(Form::new().file(sent, CSV)).expect(202).data();
        assert_eq!(import["file"]["name"], kept, "{sent}");
    }
    for (sent, kept) in [("a%00b%0d%0a.csv", json!("ab.csv")), ("%2e%2e%2fx", json!("x")), ("+", Value::Null)] {
        assert_eq!(ada.import(&format!("file_name={sent}"), CSV)["file"]["name"], kept, "{sent}");
    }
    ada.send_file("file_name=%ff", CSV).invalid(&[("file_name", "malformed")]);
}

/// It was read to its end.
#[rstest]
fn the_connection_goes_on_behind_it(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let mut socket = Socket::to(roster.address());
    let form = Form::new().field("dry_run", "1").file("people.csv", CSV).end();
    let head = format!("host: roster\r\nauthorization: Bearer {}\r\n", ada.access_token);

    for _ in 0..2 {
        let kind = Form::CONTENT_TYPE;
        socket.send(format!(
            "POST /imports HTTP/1.1\r\n{head}content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            form.len()
        ));
        socket.send(&form).answer().expect(202);
        socket.send(format!("GET /imports HTTP/1.1\r\n{head}\r\n")).answer().expect(200);
    }
}
