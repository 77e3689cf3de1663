//! Users and their clients.

use std::ops::Deref;

use serde_json::{Value, json};

use super::{Consumer, id};

/// A signed-in user; calls with nothing but the Bearer token.
pub struct Person {
    consumer: Consumer,
    nobody: Consumer,
    pub id: String,
    pub email: String,
    pub password: String,
    pub access_token: String,
    pub refresh_token: String,
    /// The client made with the account.
    pub client: Client,
}

/// A client's credentials.
#[derive(Clone)]
pub struct Client {
    nobody: Consumer,
    pub id: String,
    pub session_id: String,
    pub access_token: String,
}

impl Person {
    /// A new account, signed in.
    #[track_caller]
    pub fn sign_up(nobody: &Consumer, email: &str) -> Self {
        let password = format!("{email} likes rye bread");
        let user = nobody.post("/users", json!({ "email": email, "password": password })).expect(201).data();
        Self::sign_in(nobody, email, &password, id(&user).to_owned(), Client::shown(nobody, &user["client"]))
    }

    #[track_caller]
    fn sign_in(nobody: &Consumer, email: &str, password: &str, id: String, client: Client) -> Self {
        let session = nobody.post("/sessions", json!({ "email": email, "password": password })).expect(201).data();
        let token = |name: &str| session[name].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned();
        let access_token = token("accessToken");
        Self {
            consumer: nobody.with("authorization", &format!("Bearer {access_token}")),
            nobody: nobody.clone(),
            id,
            email: email.to_owned(),
            password: password.to_owned(),
            access_token,
            refresh_token: token("refreshToken"),
            client,
        }
    }

    /// The same person, signed in once more.
    #[track_caller]
    pub fn elsewhere(&self) -> Self {
        Self::sign_in(&self.nobody, &self.email, &self.password, self.id.clone(), self.client.clone())
    }

    /// One more client.
    #[track_caller]
    pub fn another_client(&self, name: &str) -> Client {
        Client::shown(&self.nobody, &self.post("/clients", json!({ "name": name })).expect(201).data())
    }

    /// Calls with the Bearer token and a client's credentials.
    pub fn narrowed(&self, client: &Client) -> Consumer {
        client.added_to(&self.consumer)
    }

    /// Calls that also offer the refresh token.
    pub fn refreshing(&self) -> Consumer {
        self.consumer.with("x-refresh", &self.refresh_token)
    }
}

impl Deref for Person {
    type Target = Consumer;

    fn deref(&self) -> &Consumer {
        &self.consumer
    }
}

impl Client {
    /// From an answer that shows its secret half.
    #[track_caller]
    pub fn shown(nobody: &Consumer, client: &Value) -> Self {
        let text = |name: &str| client[name].as_str().unwrap_or_else(|| panic!("no {name} in {client}")).to_owned();
        Self {
            nobody: nobody.clone(),
            id: text("_id"),
            session_id: text("session_id"),
            access_token: text("access_token"),
        }
    }

    /// Calls with nothing but the credentials, in the headers.
    pub fn alone(&self) -> Consumer {
        self.added_to(&self.nobody)
    }

    fn added_to(&self, consumer: &Consumer) -> Consumer {
        consumer.with("x-client-session", &self.session_id).with("x-client-token", &self.access_token)
    }

    /// The credentials as members of a body.
    pub fn in_body(&self) -> Value {
        json!({ "session_id": self.session_id, "access_token": self.access_token })
    }

    /// The credentials as query parameters.
    pub fn in_query(&self) -> String {
        format!("session_id={}&access_token={}", self.session_id, self.access_token)
    }
}
