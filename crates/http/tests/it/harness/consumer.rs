//! Whoever calls, with the headers they send along.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{self, Method};

use super::{Answer, id};

/// Calls over kept-alive connections, each call with the same headers.
#[derive(Clone)]
pub struct Consumer {
    base: String,
    agent: Agent,
    headers: Vec<(String, String)>,
}

/// A call to be made.
pub struct Call {
    consumer: Consumer,
    method: Method,
    path: String,
    body: Option<Vec<u8>>,
}

impl Consumer {
    /// One that sends no headers of its own to this server.
    pub fn of(server: SocketAddr) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self { base: format!("http://{server}"), agent, headers: Vec::new() }
    }

    /// The same, sending this header too (instead of one of that name).
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.without(name);
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The same without this header.
    pub fn without(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        other
    }

    /// The same, all paths below this prefix.
    pub fn under(&self, prefix: &str) -> Self {
        Self { base: format!("{}{prefix}", self.base), ..self.clone() }
    }

    /// A call to be completed.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        Call { consumer: self.clone(), method, path: path.to_owned(), body: None }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send()
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path).send()
    }

    #[expect(clippy::needless_pass_by_value, reason = "so that `json!` stands in the call")]
    #[track_caller]
    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path).json(&body).send()
    }

    #[expect(clippy::needless_pass_by_value, reason = "so that `json!` stands in the call")]
    #[track_caller]
    pub fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path).json(&body).send()
    }

    /// A new contact, as it was answered.
    #[track_caller]
    pub fn contact(&self, body: Value) -> Value {
        self.post("/contact", body).expect(201).data()
    }

    /// A new group, as it was answered.
    #[track_caller]
    pub fn group(&self, title: &str) -> Value {
        self.post("/contact_groups", json!({ "title": title })).expect(201).data()
    }

    /// The id of the default group among "my groups", of which there must be one.
    #[track_caller]
    pub fn default_group(&self) -> String {
        let groups = self.get("/contact_groups").expect(200).data();
        let defaults: Vec<&Value> = groups.as_array().unwrap().iter().filter(|g| g["is_default"] == true).collect();
        assert_eq!(defaults.len(), 1, "exactly one default group in {groups}");
        id(defaults[0]).to_owned()
    }
}

impl Call {
    /// With this header (instead of one of that name).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.consumer = self.consumer.with(name, value);
        self
    }

    /// With this body.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// With this JSON as body. No `Content-Type` is sent: it doesn't matter.
    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    /// Makes the call and examines the answer.
    #[track_caller]
    pub fn send(self) -> Answer {
        let what = format!("{} {}", self.method, self.path);
        let mut request =
            http::Request::builder().method(self.method.clone()).uri(format!("{}{}", self.consumer.base, self.path));
        for (name, value) in &self.consumer.headers {
            request = request.header(name, value);
        }
        let agent = &self.consumer.agent;
        let response = match self.body {
            Some(bytes) => agent.run(request.body(bytes).expect("a request")),
            None => agent.run(request.body(()).expect("a request")),
        };
        let response = response.unwrap_or_else(|failure| panic!("{what}: no answer: {failure}"));
        let (parts, mut body) = response.into_parts();
        let bytes = body.with_config().limit(64 << 20).read_to_vec();
        let body = bytes.unwrap_or_else(|failure| panic!("{what}: half an answer: {failure}"));
        Answer::examined(&self.method, what, parts.status.as_u16(), parts.headers, body)
    }
}
