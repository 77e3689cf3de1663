//! An answer, and what every answer must and none may have.

use std::io::Read;

use serde_json::Value;
use ureq::http::{HeaderMap, Method};

use super::described;

/// What came back, examined.
#[derive(Debug)]
pub struct Answer {
    what: String,
    pub status: u16,
    pub headers: HeaderMap,
    /// Unpacked, if it came compressed.
    pub body: Vec<u8>,
    /// How many bytes it had on the way.
    pub sent: usize,
}

/// Undoes an encoding.
fn unpacked(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        "gzip" => flate2::read::GzDecoder::new(body).read_to_end(&mut plain),
        "br" => brotli::Decompressor::new(body, 4_096).read_to_end(&mut plain),
        other => panic!("an odd encoding: {other}"),
    }
    .expect("well packed");
    plain
}

/// On every answer, whatever it says.
const ALWAYS: [(&str, &str); 4] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
];

/// In no error: names of libraries, their phrases, SQL, and places in the source or on the disk.
const NEVER: [&str; 25] = [
    "sqlx",
    "sqlite",
    "postgres",
    "serde",
    "actix",
    "tokio",
    "argon2",
    "/src/",
    ".rs:",
    "/tmp",
    "roster.db",
    "crates/",
    "select ",
    "insert into",
    "delete from",
    "constraint",
    "panicked",
    "expected value",
    "eof while",
    "key must be",
    "while parsing",
    "trailing char",
    "trailing comma",
    "recursion limit",
    "end of hex",
];

impl Answer {
    /// Fails unless this is an answer such as Roster may give.
    #[track_caller]
    pub fn examined(method: &Method, what: String, status: u16, headers: HeaderMap, body: Vec<u8>) -> Self {
        let sent = body.len();
        let encoding = headers.get("content-encoding").and_then(|value| value.to_str().ok());
        let body = match encoding {
            None => body,
            Some(encoding) => unpacked(encoding, &body),
        };
        let answer = Self { what, status, headers, body, sent };
        described::examine(&answer.what, &answer);
        for (name, value) in ALWAYS {
            assert_eq!(answer.header(name), Some(value), "{name} of {answer}");
        }
        let request_id = answer.header("x-request-id").unwrap_or_default();
        assert!((1..=128).contains(&request_id.len()), "x-request-id of {answer}");
        assert!(status != 204, "never 204: {answer}");
        if matches!(status, 429 | 503) {
            let seconds = answer.header("retry-after").unwrap_or_default().parse::<u32>();
            assert!(seconds.is_ok(), "Retry-After of {answer}");
        }
        if *method == Method::OPTIONS && status == 200 && answer.body.is_empty() {
            return answer; // What it says is in its headers.
        }
        if status == 304 {
            assert!(answer.body.is_empty() && answer.header("etag").is_some(), "{answer}");
            return answer;
        }
        if status == 200 && answer.header("content-type") == Some("application/x-ndjson") {
            return answer;
        }
        if status == 200 && answer.header("content-disposition").is_some() {
            assert!(*method != Method::HEAD || answer.body.is_empty(), "a body behind {answer}");
            return answer; // A file, in a format of its own.
        }
        assert_eq!(answer.header("content-type").map(|t| t.starts_with("application/json")), Some(true), "{answer}");
        if *method == Method::HEAD {
            assert!(answer.body.is_empty(), "a body behind {answer}");
        } else if status < 400 {
            answer.examine_success();
        } else {
            answer.examine_failure();
        }
        answer
    }

    #[track_caller]
    fn examine_success(&self) {
        let envelope = self.json();
        assert_eq!(envelope["status"], true, "{self}");
        assert!(envelope["message"].as_str().is_some_and(|m| !m.is_empty()), "{self}");
        assert!(!envelope["data"].is_null(), "data is never null: {self}");
    }

    #[track_caller]
    fn examine_failure(&self) {
        let envelope = self.json();
        assert_eq!(envelope["status"], false, "{self}");
        assert!(envelope["message"].as_str().is_some_and(|m| !m.is_empty()), "{self}");
        assert!(envelope.get("data").is_none(), "{self}");
        let error = &envelope["error"];
        assert_eq!(error["request_id"].as_str(), self.header("x-request-id"), "{self}");
        let code = error["code"].as_str().unwrap_or_default();
        assert!(!code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "code of {self}");
        let fields = error.get("fields");
        assert_eq!(fields.is_some(), code == "validation_failed", "fields for 422 only: {self}");
        for field in fields.and_then(Value::as_array).into_iter().flatten() {
            for member in ["path", "code", "message"] {
                assert!(field[member].as_str().is_some_and(|text| !text.is_empty()), "{member} of {self}");
            }
        }
        let text = self.text().to_lowercase();
        for word in NEVER {
            assert!(!text.contains(word), "{word:?} in {self}");
        }
    }

    /// Goes on if the status is this.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Goes on if it is this error.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self}");
        self
    }

    /// Goes on if it is a 422 about these fields and no others: each the path and the code.
    #[track_caller]
    pub fn invalid(self, expected: &[(&str, &str)]) -> Self {
        let answer = self.refused(422, "validation_failed");
        let mut fields = answer.fields();
        let mut expected: Vec<_> = expected.iter().map(|(p, c)| ((*p).to_owned(), (*c).to_owned())).collect();
        fields.sort();
        expected.sort();
        assert_eq!(fields, expected, "{answer}");
        answer
    }

    /// Goes on if it is a 422 about this field alone, for whatever reason.
    #[track_caller]
    pub fn invalid_field(self, path: &str) -> Self {
        let answer = self.refused(422, "validation_failed");
        let paths: Vec<String> = answer.fields().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [path], "{answer}");
        answer
    }

    /// Path and code of each field error.
    #[track_caller]
    fn fields(&self) -> Vec<(String, String)> {
        let envelope = self.json();
        let fields = envelope["error"]["fields"].as_array().unwrap_or_else(|| panic!("no fields in {self}"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        fields.iter().map(|field| (text(&field["path"]), text(&field["code"]))).collect()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap_or("(not text)"))
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|failure| panic!("no JSON ({failure}): {self}"))
    }

    /// The member `data`.
    #[track_caller]
    pub fn data(&self) -> Value {
        self.json()["data"].take()
    }

    /// The ids of a list, in its order.
    #[track_caller]
    pub fn ids(&self) -> Vec<String> {
        let data = self.data();
        let items = data.as_array().unwrap_or_else(|| panic!("no list: {self}"));
        items.iter().map(|item| super::id(item).to_owned()).collect()
    }

    #[track_caller]
    pub fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }

    /// The error's code; empty where there is none.
    pub fn code(&self) -> String {
        let envelope: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        envelope["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text().chars().take(2_000).collect();
        write!(f, "the answer to {}: {} {:?}\n{text}", self.what, self.status, self.headers)
    }
}
