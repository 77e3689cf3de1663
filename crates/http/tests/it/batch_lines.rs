//! `POST /contact/batch` as lines: without an end, step by step, each line with its result.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Answer, Consumer, Gate, How, Postgres, Roster, Socket, Sqlite, Store, UNKNOWN, WatchedBatches};

const PATH: &str = "/contact/batch";

/// These lines as a batch.
fn send(caller: &Consumer, lines: impl Into<Vec<u8>>) -> Answer {
    caller.call("POST", PATH).header("content-type", "application/x-ndjson").body(lines).send()
}

fn create(number: usize) -> String {
    json!({ "op": "create", "contact": { "number": format!("234803{number:07}") } }).to_string()
}

/// The results, and the counts behind them, which add up.
#[track_caller]
fn results(body: &str) -> (Vec<Value>, Value) {
    let mut lines: Vec<Value> = body.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let counts = lines.pop().expect("a last line")["counts"].take();
    for outcome in ["created", "updated", "unchanged", "skipped", "deleted", "refused"] {
        assert_eq!(counts[outcome], lines.iter().filter(|line| line["outcome"] == outcome).count(), "{outcome}");
    }
    (lines, counts)
}

/// The line of each, and what came of it or why it was refused.
fn words(results: &[Value]) -> Vec<(u64, &str)> {
    results
        .iter()
        .map(|result| {
            let word = result["code"].as_str().or(result["outcome"].as_str());
            (result["line"].as_u64().unwrap(), word.unwrap())
        })
        .collect()
}

/// The head of a request whose body comes in chunks.
fn head(token: &str) -> String {
    format!(
        "POST {PATH} HTTP/1.1\r\nhost: roster\r\nauthorization: Bearer {token}\r\n\
         content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
    )
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

#[rstest]
fn a_malformed_line_is_that_lines_result(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let mut body = Vec::new();
    for line in [
        create(1).as_str(),
        "{\"op\": ",
        "",
        "[]",
        "\"delete\"",
        "{\"op\": \"create\", \"contact\": {\"name\": 5}}",
        "{\"op\": \"delete\", \"_id\": \"0123456789abcdef01234567\"}\r",
        "  \t\r",
        "{\"op\": \"delete\", \"number\": \"\\ud800\"}",
        "{\"atomic\": true, \"operations\": []}",
        &"[".repeat(60_000),
        &"x".repeat(70_000),
        &format!("{{\"op\": \"delete\", \"number\": 2348030000001, \"x\": \"{}\"}}", "x".repeat(64_000)),
    ] {
        body.extend_from_slice(line.as_bytes());
        body.push(b'\n');
    }
    body.extend_from_slice(b"{\"op\": \"delete\", \"number\": \"\xff\"}\n\n");
    body.extend_from_slice(create(2).as_bytes());

    let answer = send(&ada, body).expect(200);

    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let (results, counts) = results(&answer.text());
    let malformed = "malformed_body";
    assert_eq!(
        words(&results),
        [
            (1, "created"),
            (2, malformed),
            (4, malformed),
            (5, malformed),
            (6, "validation_failed"),
            (7, "not_found"),
            (9, malformed),
            (10, "validation_failed"),
            (11, malformed),
            (12, "too_large"),
            (13, "deleted"),
            (14, malformed),
            (16, "created"),
        ]
    );
    assert!(results.iter().all(|result| result["contact"].is_object() || result["message"].is_string()));
    let fields = |at: usize| -> Vec<Value> {
        results[at]["fields"].as_array().unwrap().iter().map(|field| json!([field["path"], field["code"]])).collect()
    };
    assert_eq!(fields(4), [json!(["contact.name", "wrong_type"]), json!(["contact.number", "required"])]);
    assert_eq!(fields(7), [json!(["atomic", "not_allowed"]), json!(["op", "required"])]);
    assert_eq!(
        counts,
        json!({ "created": 2, "updated": 0, "unchanged": 0, "skipped": 0, "deleted": 1, "refused": 10 })
    );
    assert_eq!(ada.get("/contact").ids().len(), 1);
}

#[rstest]
fn no_lines_are_a_batch_too(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");

    for body in ["", "\n", "\n\n  \n"] {
        assert_eq!(results(&send(&ada, body).expect(200).text()).0, Vec::<Value>::new());
    }
    for query in ["atomic=true", "atomic=false", "atomic="] {
        let call = ada.call("POST", &format!("{PATH}?{query}")).header("content-type", "application/x-ndjson");
        call.body(create(1)).send().invalid(&[("atomic", "not_allowed")]);
    }
    assert_eq!(ada.get("/contact").ids().len(), 0);
}

/// More than one document may hold, in steps, read while they are written.
#[rstest]
fn lines_have_no_cap(#[values(Sqlite, Postgres)] store: Store) {
    const LINES: usize = 25_000;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let roster = Roster::setup(store).ports(|store| WatchedBatches::in_front_of(store, How::Through, noted)).start();
    let ada = roster.sign_up("ada@example.org");
    let mut stream = Stream::to(roster.address());
    let mut writer = stream.writer();
    let token = ada.access_token.clone();

    let sender = thread::spawn(move || {
        writer.write_all(head(&token).as_bytes()).unwrap();
        for some in (0..LINES).collect::<Vec<_>>().chunks(100) {
            let lines: String = some.iter().map(|n| create(*n) + "\n").collect();
            writer.write_all(chunk(&lines).as_bytes()).unwrap();
        }
        writer.write_all(b"0\r\n\r\n").unwrap();
    });
    let body = stream.body().expect("an answer that ends");
    sender.join().unwrap();

    let (results, counts) = results(&body);
    assert_eq!(counts["created"], LINES);
    let numbers = results
        .iter()
        .enumerate()
        .all(|(at, result)| result["line"] == at + 1 && result["contact"]["number"] == format!("234803{at:07}"));
    assert!(numbers && results.len() == LINES, "each line's result, in the order of the lines");
    let acts = seen.lock().unwrap().clone();
    assert!(acts.iter().all(|operations| (1..=1_000).contains(operations)), "{acts:?}");
    assert_eq!(acts.iter().sum::<usize>(), LINES);
    assert_eq!(ada.get("/contact/count").data()["count"], LINES);
}

/// Whoever waits for an answer before sending more gets it.
#[rstest]
fn each_line_is_answered_when_it_is_done(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let mut socket = Socket::to(roster.address());

    let head = head(&ada.access_token).replace("host: roster", "host: roster\r\naccept-encoding: gzip, br");
    socket.send(head).send(chunk(&(create(1) + "\n")));
    let (status, headers) = socket.head();
    assert_eq!((status, headers.get("content-encoding")), (200, None));
    for line in 1..=3 {
        let answered: Value = serde_json::from_slice(&socket.chunk().unwrap()).unwrap();
        assert_eq!((&answered["line"], &answered["outcome"]), (&json!(line), &json!("created")));
        assert_eq!(ada.get("/contact").ids().len(), line);
        if line < 3 {
            let text = create(line + 1) + "\n";
            let (one, two) = text.split_at(20);
            socket.send(chunk(one)).send(chunk(two));
        }
    }
    socket.send("0\r\n\r\n");
    assert_eq!(serde_json::from_slice::<Value>(&socket.chunk().unwrap()).unwrap()["counts"]["created"], 3);
    assert_eq!(socket.chunk(), None);
}

/// Whoever is shut out while their lines come does no more.
#[rstest]
fn who_is_shut_out_is_stopped(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let of_client = head("x").replace(
        "authorization: Bearer x",
        &format!("x-client-session: {}\r\nx-client-token: {}", ada.client.session_id, ada.client.access_token),
    );
    let begin = |head: &str| {
        let mut socket = Socket::to(roster.address());
        socket.send(head).send(chunk(&(create(1) + "\n")));
        assert_eq!(socket.head().0, 200);
        assert!(socket.chunk().is_some());
        socket
    };
    let sockets = [begin(&of_client), begin(&head(&bob.access_token))];
    let ada_again = ada.elsewhere();
    ada.call("POST", &format!("/clients/{}/credentials", ada.client.id)).send().expect(201);
    bob.delete("/sessions").expect(200);

    for mut socket in sockets {
        let rest = socket.send(chunk(&(create(2) + "\n"))).send("0\r\n\r\n").rest();
        assert!(!rest.ends_with(b"0\r\n\r\n") && rest.is_empty(), "cut");
    }
    for person in [ada_again, bob.elsewhere()] {
        assert_eq!(person.get("/contact").ids().len(), 1);
    }
}

/// What was done is done, and answered; the rest isn't taken for done.
#[rstest]
fn a_store_that_fails_half_way_cuts(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store)
        .ports(|store| WatchedBatches::in_front_of(store, How::FailAfter(1), Arc::default()))
        .start();
    let ada = roster.sign_up("ada@example.org");
    let mut socket = Socket::to(roster.address());

    socket.send(head(&ada.access_token)).send(chunk(&(create(1) + "\n")));
    assert_eq!(socket.head().0, 200);
    assert!(socket.chunk().is_some());
    socket.send(chunk(&(create(2) + "\n"))).send("0\r\n\r\n");
    let rest = socket.rest();

    assert!(!rest.ends_with(b"0\r\n\r\n"), "cut, not closed as if complete");
    assert!(!String::from_utf8_lossy(&rest).contains("counts"));
    assert_eq!(ada.get("/contact").ids().len(), 1);
}

/// The steps that were begun are done; of the line that it stopped in nothing is.
#[rstest]
fn who_leaves_half_way_leaves_whole_steps(#[values(Sqlite, Postgres)] store: Store) {
    let (gate, arrivals) = Gate::closed();
    let held = gate.clone();
    let roster = Roster::setup(store)
        .http(|http| http.batches_per_user = 1)
        .ports(|store| WatchedBatches::in_front_of(store, How::Gate(held), Arc::default()))
        .start();
    let ada = roster.sign_up("ada@example.org");
    let mut socket = Socket::to(roster.address());
    gate.let_through(1);
    socket.send(head(&ada.access_token)).send(chunk(&(create(1) + "\n")));
    assert_eq!(socket.head().0, 200);
    arrivals.recv().unwrap();
    assert!(socket.chunk().is_some());

    // A whole line without its end: it may be half of another.
    socket.send(chunk(&create(2)));
    drop(socket);
    gate.let_through(10);
    until_taken(&ada);

    let list = ada.get("/contact").expect(200).data();
    let numbers: Vec<&str> =
        list.as_array().unwrap().iter().map(|contact| contact["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["2348030000001"]);
}

/// The place is given back once the server has heard that its caller left.
fn until_taken(consumer: &Consumer) {
    for _ in 0..5_000 {
        if consumer.post(PATH, json!({ "operations": [] })).status == 200 {
            return;
        }
        thread::yield_now();
    }
    panic!("a batch that was left keeps its place");
}

/// A reader that doesn't read makes the server stop reading: it neither buffers results nor goes on.
#[rstest]
fn who_does_not_read_is_not_read(#[values(Sqlite, Postgres)] store: Store) {
    let (gate, arrivals) = Gate::closed();
    gate.let_through(1_000_000);
    let roster = Roster::setup(store)
        .ports(move |store| WatchedBatches::in_front_of(store, How::Gate(gate), Arc::default()))
        .start();
    let ada = roster.sign_up("ada@example.org");
    let name = "n".repeat(256);
    let contact = json!({ "number": "2348030000001", "name": name });
    ada.contact(contact.clone());
    // Each line is answered by many times as much as it is.
    let lines = "{\"op\":\"update\",\"number\":\"2348030000001\",\"set\":{}}\n".repeat(1_000);
    let stream = Stream::to(roster.address());
    let mut writer = stream.writer();
    let token = ada.access_token.clone();
    let (stopped, has_stopped) = mpsc::channel();
    let sender = thread::spawn(move || {
        writer.set_write_timeout(Some(Duration::from_millis(1_500))).unwrap();
        writer.write_all(head(&token).as_bytes()).unwrap();
        // 60 MB of lines: no buffer on the way holds what they or their answers come to.
        for step in 0..1_200 {
            if writer.write_all(chunk(&lines).as_bytes()).is_err() {
                stopped.send(step).unwrap();
                return;
            }
        }
    });

    let at = has_stopped.recv().expect("it is stopped");
    let acts = arrivals.try_iter().count();
    assert!(acts < 200, "{acts} acts before the sender was stopped at step {at}");
    sender.join().unwrap();
    drop(stream);
    ada.get(&format!("/contact/{UNKNOWN}")).refused(404, "not_found");
}

#[rstest]
fn a_sender_that_sends_nothing_is_given_up(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).http(|http| http.deadlines.reader = Duration::from_millis(500)).start();
    let ada = roster.sign_up("ada@example.org");

    let mut socket = Socket::to(roster.address());
    let answer = socket.send(head(&ada.access_token)).answer().refused(408, "request_timeout");
    assert_eq!(answer.header("connection"), Some("close"));

    let mut socket = Socket::to(roster.address());
    socket.send(head(&ada.access_token)).send(chunk(&(create(1) + "\n")));
    assert_eq!(socket.head().0, 200);
    let rest = socket.rest();
    assert!(!rest.ends_with(b"0\r\n\r\n") && !String::from_utf8_lossy(&rest).contains("counts"));
    assert_eq!(ada.get("/contact").ids().len(), 1);
}

/// A connection that is read and written at once.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn to(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self(BufReader::new(stream))
    }

    fn writer(&self) -> TcpStream {
        self.0.get_ref().try_clone().unwrap()
    }

    /// The body of an answer of 200; `None` where it is cut.
    fn body(&mut self) -> Option<String> {
        assert_eq!(self.line()?, "HTTP/1.1 200 OK");
        while !self.line()?.is_empty() {}
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(&self.line()?, 16).ok()?;
            let mut bytes = vec![0; size];
            std::io::Read::read_exact(&mut self.0, &mut bytes).ok()?;
            body.extend(bytes);
            self.line()?;
            if size == 0 {
                return Some(String::from_utf8(body).unwrap());
            }
        }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).ok()?;
        line.strip_suffix("\r\n").map(str::to_owned)
    }
}
