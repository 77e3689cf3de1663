//! What is asked, as the bytes that are sent.

use std::io::Write as _;

use crate::accounts::Account;
use crate::chance::Chance;
use crate::cli::Call;
use crate::layout::{LARGE, Layout, SMALL};
use crate::people::People;
use crate::words::words;

/// What all requests of a turn are made of.
pub struct Requests {
    call: Call,
    layout: Layout,
    /// By user: all header lines, up to the blank line or what a body adds.
    headers: Vec<Vec<u8>>,
    people: People,
    /// As they stand in a query.
    words: Vec<String>,
}

impl Requests {
    pub fn new(call: Call, accounts: &[Account], layout: Layout, bearer: bool) -> Self {
        let headers =
            |account: &Account| format!(" HTTP/1.1\r\nhost: localhost\r\n{}", account.headers(bearer)).into_bytes();
        Self {
            call,
            layout,
            headers: accounts.iter().map(headers).collect(),
            people: People::new(),
            words: words().iter().map(|word| percent_encoded(word)).collect(),
        }
    }

    /// One connection's requests.
    pub const fn asker(&self, seed: u64) -> Asker<'_> {
        Asker { requests: self, chance: Chance::new(seed) }
    }
}

pub struct Asker<'a> {
    requests: &'a Requests,
    chance: Chance,
}

impl Asker<'_> {
    /// The next request, in place of the last.
    pub fn write(&mut self, request: &mut Vec<u8>) {
        request.clear();
        match self.requests.call {
            Call::Mixed => match self.chance.below(100) {
                0..=79 => self.get(request),
                80..=89 => self.list(request),
                90..=94 => self.create(request),
                _ => self.update(request),
            },
            Call::Get => self.get(request),
            Call::List => self.list(request),
            Call::Create => self.create(request),
            Call::Update => self.update(request),
            Call::SearchSmall => self.search(request, SMALL),
            Call::SearchLarge => self.search(request, LARGE),
        }
    }

    fn get(&mut self, request: &mut Vec<u8>) {
        let (user, id) = self.any_contact();
        request.extend_from_slice(b"GET /contact/");
        request.extend_from_slice(id.as_bytes());
        self.end(request, user);
    }

    fn list(&mut self, request: &mut Vec<u8>) {
        let user = self.any_user();
        request.extend_from_slice(b"GET /contact?limit=50");
        self.end(request, user);
    }

    fn search(&mut self, request: &mut Vec<u8>, user: usize) {
        let words = &self.requests.words;
        let word = &words[self.chance.below(words.len() as u64) as usize];
        request.extend_from_slice(b"GET /contact?limit=50&q=");
        request.extend_from_slice(word.as_bytes());
        self.end(request, user);
    }

    fn create(&mut self, request: &mut Vec<u8>) {
        let user = self.any_user();
        let name = self.requests.people.name(&mut self.chance);
        let number = People::number(&mut self.chance);
        request.extend_from_slice(b"POST /contact");
        self.end_with_body(request, user, &format!(r#"{{"name":"{name}","number":"{number}"}}"#));
    }

    fn update(&mut self, request: &mut Vec<u8>) {
        let (user, id) = self.any_contact();
        let name = self.requests.people.name(&mut self.chance);
        request.extend_from_slice(b"PUT /contact/");
        request.extend_from_slice(id.as_bytes());
        self.end_with_body(request, user, &format!(r#"{{"name":"{name}"}}"#));
    }

    fn end(&self, request: &mut Vec<u8>, user: usize) {
        request.extend_from_slice(&self.requests.headers[user]);
        request.extend_from_slice(b"\r\n");
    }

    fn end_with_body(&self, request: &mut Vec<u8>, user: usize, body: &str) {
        request.extend_from_slice(&self.requests.headers[user]);
        // A vector takes whatever is written.
        let _ = write!(request, "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    }

    fn any_user(&mut self) -> usize {
        self.chance.below(self.requests.headers.len() as u64) as usize
    }

    fn any_contact(&mut self) -> (usize, String) {
        let contact = self.chance.below(self.requests.layout.contacts);
        (self.requests.layout.user_of(contact), Layout::hex_id_of(contact))
    }
}

fn percent_encoded(text: &str) -> String {
    let encoded =
        |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("%{byte:02X}") };
    text.bytes().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_for_a_query() {
        assert_eq!(percent_encoded("ola"), "ola");
        assert_eq!(percent_encoded("é o"), "%C3%A9%20o");
    }

    #[test]
    fn every_call_is_one_whole_request() {
        let account = Account {
            user: [1; 12],
            client: [2; 12],
            groups: vec![[3; 12]],
            session_id: "session".to_owned(),
            access_token: "token".to_owned(),
            bearer: "bearer".to_owned(),
        };
        let accounts = vec![account; 100];
        for call in [Call::Get, Call::List, Call::Create, Call::Update, Call::SearchSmall, Call::SearchLarge] {
            let requests = Requests::new(call, &accounts, Layout::of(1_000), false);
            let mut request = Vec::new();
            requests.asker(1).write(&mut request);
            let text = String::from_utf8(request).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("\r\nx-client-session: session\r\nx-client-token: token"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            assert_eq!(length.map_or(0, |length| length.parse().unwrap()), body.len(), "{call:?}");
        }
    }
}
