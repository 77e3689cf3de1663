//! Whatever was sent whole is answered whole, however many callers there are when the server is told to stop.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rstest::rstest;
use serde_json::json;

use crate::api::{Api, text};
use crate::place::{Kind, Place};

const CALLERS: usize = 32;
const ANSWERS_BEFORE_THE_STOP: usize = 400;

/// A connection that is kept from one request to the next, until an answer says that it was the last.
struct Kept {
    stream: BufReader<TcpStream>,
}

struct Answer {
    status: String,
    is_last: bool,
}

impl Kept {
    fn to(address: &str) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(address).unwrap()) }
    }

    /// Whether the server closed it while nothing was asked: what is sent then was never sent to anybody.
    fn is_closed(&self) -> bool {
        let stream = self.stream.get_ref();
        stream.set_nonblocking(true).unwrap();
        let peeked = stream.peek(&mut [0]);
        stream.set_nonblocking(false).unwrap();
        !matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock)
    }

    /// Sends a request whole and reads its answer whole.
    fn call(&mut self, token: &str, number: &str) -> Answer {
        let body = json!({"number": number}).to_string();
        let length = body.len();
        let request = format!(
            "POST /contact HTTP/1.1\r\nHost: roster\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let status = self.line();
        let (mut length, mut is_last) = (0, false);
        loop {
            let line = self.line().to_ascii_lowercase();
            match line.split_once(": ") {
                None => break,
                Some(("content-length", value)) => length = value.parse().unwrap(),
                Some(("connection", "close")) => is_last = true,
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok(), "{}", String::from_utf8_lossy(&body));
        Answer { status, is_last }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.stream.read_line(&mut line).unwrap(), 0, "a request that was sent has no answer");
        line.trim_end().to_owned()
    }
}

/// Calls until the server has had enough; tells of each contact that was made.
fn caller(which: usize, address: &str, token: &str, made: &Sender<String>) {
    let mut kept = Kept::to(address);
    for at in 0.. {
        if kept.is_closed() {
            return;
        }
        let number = format!("23480{which:02}{at:06}");
        let answer = kept.call(token, &number);
        assert_eq!(answer.status, "HTTP/1.1 201 Created");
        made.send(number).unwrap();
        if answer.is_last {
            return;
        }
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn every_request_that_was_sent_is_answered(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let running = place.serve();
    let ada = Api::signed_up(&running);

    let (made, seen) = channel();
    let callers: Vec<_> = (0..CALLERS)
        .map(|which| {
            let (address, token, made) = (running.address().to_owned(), ada.token().to_owned(), made.clone());
            thread::spawn(move || caller(which, &address, &token, &made))
        })
        .collect();
    drop(made);
    let mut numbers: HashSet<String> = seen.iter().take(ANSWERS_BEFORE_THE_STOP).collect();
    running.signal("TERM");
    numbers.extend(seen.iter());
    for caller in callers {
        caller.join().expect("a caller was cut off");
    }
    let (code, _, log) = running.ended();
    assert_eq!(code, Some(0), "{log:?}");

    let running = place.serve();
    let there: HashSet<String> =
        Api::of(&running).signed_in().contacts().iter().map(|contact| text(&contact["number"])).collect();
    assert_eq!(there, numbers);
}
