//! The calls that tests make besides those they are about.

use std::sync::Arc;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use crate::running::Running;

pub const EMAIL: &str = "ada@example.org";
pub const PASSWORD: &str = "tide pool at noon";

/// Somebody who calls a server, signed in or not.
#[derive(Clone)]
pub struct Api {
    agent: Agent,
    base: Arc<str>,
    token: Option<Arc<str>>,
}

impl Api {
    /// A stranger.
    pub fn of(running: &Running) -> Self {
        Self::at(running.base())
    }

    /// A stranger who calls at this address.
    pub fn at(base: &str) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
        Self { agent, base: base.into(), token: None }
    }

    /// The owner of a new account.
    pub fn signed_up(running: &Running) -> Self {
        Self::of(running).sign_up()
    }

    /// The owner of an account that is made by this.
    pub fn sign_up(&self) -> Self {
        let (status, answer) = self.post("/users", &json!({"email": EMAIL, "password": PASSWORD}));
        assert_eq!(status, 201, "{answer}");
        self.signed_in()
    }

    /// The owner of the account there is.
    pub fn signed_in(&self) -> Self {
        let (status, answer) = self.post("/sessions", &json!({"email": EMAIL, "password": PASSWORD}));
        assert_eq!(status, 201, "{answer}");
        Self { token: Some(text(&answer["data"]["accessToken"]).into()), ..self.clone() }
    }

    /// Whoever has this token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().expect("nobody is signed in")
    }

    /// `_id` of a new contact.
    pub fn contact(&self, name: &str, number: &str) -> String {
        let (status, answer) = self.post("/contact", &json!({"name": name, "number": number}));
        assert_eq!(status, 201, "{answer}");
        text(&answer["data"]["_id"])
    }

    /// `_id` of a new group.
    pub fn group(&self, title: &str) -> String {
        let (status, answer) = self.post("/contact_groups", &json!({"title": title}));
        assert_eq!(status, 201, "{answer}");
        text(&answer["data"]["_id"])
    }

    /// All contacts there are.
    pub fn contacts(&self) -> Vec<Value> {
        let (status, answer) = self.get("/contact?type=all");
        assert_eq!(status, 200, "{answer}");
        answer["data"].as_array().unwrap().clone()
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        self.try_call("GET", path, None).unwrap()
    }

    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.try_call("POST", path, Some(body)).unwrap()
    }

    /// Any call; it fails when the server is gone or answers no JSON.
    pub fn try_call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut answer = match body {
            Some(body) => self.agent.run(request.header("content-type", "application/json").body(body.to_string())?)?,
            None => self.agent.run(request.body(())?)?,
        };
        Ok((answer.status().as_u16(), answer.body_mut().read_json()?))
    }
}

/// The text of a JSON string.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
