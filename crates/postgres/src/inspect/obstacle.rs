//! Why a database can't be looked at.

use std::fmt;
use std::time::Duration;

use crate::ConnectError;
use crate::error::sqlstate;

/// What stands in the way. Its text never holds the password.
#[derive(Debug)]
pub struct Obstacle {
    /// Which kind.
    pub kind: ObstacleKind,
    text: String,
}

/// What is to be put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObstacleKind {
    /// The URL can't be read.
    Url,
    /// Nobody answers there, or no such host is known.
    Host,
    /// The role isn't let in: its name, its password, or where it comes from.
    Role,
    /// There is no such database.
    Database,
    /// All connections are taken.
    Full,
    /// The server starts or stops.
    Starting,
    /// Anything else that it said.
    Other,
}

impl Obstacle {
    pub(super) fn late(patience: Duration) -> Self {
        Self { kind: ObstacleKind::Host, text: format!("no answer within {patience:?}") }
    }
}

impl From<ConnectError> for Obstacle {
    fn from(error: ConnectError) -> Self {
        Self { kind: ObstacleKind::Url, text: error.to_string() }
    }
}

impl From<sqlx::Error> for Obstacle {
    fn from(error: sqlx::Error) -> Self {
        let refusal = error.as_database_error().map(|refusal| refusal.message().to_owned());
        let kind = match (sqlstate(&error).as_deref(), &error) {
            (Some("28P01" | "28000"), _) => ObstacleKind::Role,
            (Some("3D000"), _) => ObstacleKind::Database,
            (Some("53300"), _) => ObstacleKind::Full,
            (Some("57P03"), _) => ObstacleKind::Starting,
            (None, sqlx::Error::Io(_) | sqlx::Error::Tls(_)) => ObstacleKind::Host,
            _ => ObstacleKind::Other,
        };
        Self { kind, text: refusal.unwrap_or_else(|| error.to_string()) }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Obstacle {}
