//! An act that finds a client's contacts by their numbers: not before all of them are derived for its region, and not
//! too late.

use std::time::Instant;

use roster_domain::ports::{Result, StoreError};
use roster_domain::{BatchClient, ClientId, Scope, UserId};
use rusqlite::Connection;

use super::lookup::client;
use crate::SqliteStore;
use crate::housekeeping::derive;
use crate::threads::Step;

/// What an attempt came to.
pub(crate) enum Attempt<T> {
    Done(T),
    /// Nothing is done: the client's contacts are being derived anew, and can't be found by their numbers until that is
    /// through.
    Behind(ClientId),
    /// Nothing is done, nor is it to be: whoever asked may have given up.
    Late,
}

pub(super) fn late() -> StoreError {
    StoreError::unavailable("a batch couldn't begin in time")
}

/// Does this with the client that the scope means; `None`: it is gone.
pub(crate) fn attempt<T>(
    connection: &Connection,
    scope: &Scope,
    until: Instant,
    act: impl FnOnce(Option<BatchClient>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Attempt<T>> {
    if Instant::now() >= until {
        return Ok(Attempt::Late);
    }
    match client(connection, scope)? {
        Some((client, true)) => Ok(Attempt::Behind(client.id)),
        client => act(client.map(|(client, _)| client)).map(Attempt::Done),
    }
}

impl SqliteStore {
    /// Attempts this, each time in a transaction of its own, and where it is behind the client's contacts, goes on deriving
    /// them in between.
    pub(crate) async fn attempt_in_steps<T, F>(&self, user: UserId, attempt: F) -> Result<T>
    where
        F: Fn(&Connection) -> rusqlite::Result<Attempt<T>> + Send + 'static,
        T: Send + 'static,
    {
        let step = move |connection: &Connection| match attempt(connection)? {
            Attempt::Done(outcome) => Ok(Step::Done(Some(outcome))),
            Attempt::Late => Ok(Step::Done(None)),
            Attempt::Behind(client) => derive(connection, user, client).map(|_| Step::More),
        };
        self.writer.write_in_steps(step).await?.ok_or_else(late)
    }
}
