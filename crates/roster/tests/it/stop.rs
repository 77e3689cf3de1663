//! How the server stops.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use rstest::rstest;
use serde_json::{Value, json};

use crate::api::Api;
use crate::place::{Kind, Place};
use crate::running::Running;

/// A request whose head the server has taken in and whose body isn't there yet.
struct InFlight {
    stream: BufReader<TcpStream>,
    body: String,
}

impl InFlight {
    fn begin(running: &Running, token: &str, number: &str) -> Self {
        let body = json!({"number": number}).to_string();
        let mut stream = TcpStream::connect(running.address()).unwrap();
        write!(
            stream,
            "POST /contact HTTP/1.1\r\nHost: roster\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\
             Expect: 100-continue\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 100"), "{line}");
        stream.read_line(&mut line).unwrap();
        Self { stream, body }
    }

    /// Sends the body; the status line and the body of the answer.
    fn finish(mut self) -> (String, Value) {
        self.stream.get_mut().write_all(self.body.as_bytes()).unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("cut short: {answer}"));
        (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap())
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite, "TERM")]
#[case::sqlite_by_hand(Kind::Sqlite, "INT")]
#[case::postgres(Kind::Postgres, "TERM")]
fn what_is_in_flight_ends_before_the_server_does(#[case] kind: Kind, #[case] signal: &str) {
    let place = Place::ready(kind);
    let running = place.serve();
    let ada = Api::signed_up(&running);
    let requests: Vec<InFlight> =
        (0..8).map(|at| InFlight::begin(&running, ada.token(), &format!("23480000000{at}"))).collect();

    running.signal(signal);
    running.wait_for_log(&format!("SIG{signal}"));
    for request in requests {
        let (status, answer) = request.finish();
        assert_eq!(status, "HTTP/1.1 201 Created", "{answer}");
    }
    let (code, _, log) = running.ended();
    assert_eq!(code, Some(0), "{log:?}");
    for left in ["roster.db-wal", "roster.db-shm"] {
        assert!(!place.has(left), "{left} was left behind");
    }

    let running = place.serve();
    assert_eq!(Api::of(&running).signed_in().contacts().len(), 8);
}

#[test]
fn while_it_drains_it_is_unready_and_goes_on_answering_and_a_second_signal_ends_it() {
    let place = Place::bare().with("ROSTER_SERVER__DRAIN", "1h");
    let running = place.serve();
    let ada = Api::signed_up(&running);
    assert_eq!(ada.get("/health/ready").0, 200);

    running.signal("TERM");
    running.wait_for_log("SIGTERM");
    assert_eq!(ada.get("/health/ready").0, 503);
    assert_eq!(ada.get("/health/live").0, 200);
    ada.contact("Amina Bello", "2348000000001");

    running.signal("TERM");
    assert_eq!(running.ended().0, Some(1));
}
