//! What a failure of the database means.

use std::borrow::Cow;

use roster_domain::ports::StoreError;
use sqlx::error::DatabaseError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// A constraint refused the row, in a way that some act knows how to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// The address belongs to somebody.
    EmailTaken,
    /// There is a user with this id.
    UserThere,
    /// The user has a client with this id.
    ClientThere,
    /// Another client has this `session_id`.
    SessionIdTaken,
    /// The user has a group with this id.
    GroupThere,
    /// The client doesn't exist.
    UnknownClient,
    /// The group doesn't exist, or is another client's.
    UnknownGroup,
}

/// Which constraint refused, if it is one that acts know.
pub(crate) fn violation(error: &sqlx::Error) -> Option<Violation> {
    match error.as_database_error()?.constraint()? {
        "user_emails_pkey" => Some(Violation::EmailTaken),
        "users_pkey" => Some(Violation::UserThere),
        "clients_pkey" => Some(Violation::ClientThere),
        "client_credentials_pkey" => Some(Violation::SessionIdTaken),
        "contact_groups_pkey" | "contact_groups_client_key" => Some(Violation::GroupThere),
        "contact_groups_client_fkey" => Some(Violation::UnknownClient),
        "contacts_group_fkey" => Some(Violation::UnknownGroup),
        _ => None,
    }
}

/// Whether a row couldn't be deleted because of others that stand on it (or couldn't be made, for want of what it stands
/// on).
pub(crate) fn stands_below(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(DatabaseError::is_foreign_key_violation)
}

/// Whether the whole transaction may be done once more: it met another one, and was undone.
pub(crate) fn met_another(error: &sqlx::Error) -> bool {
    matches!(sqlstate(error).as_deref(), Some("40001" | "40P01"))
}

/// Whether somebody else held a lock for longer than `lock_timeout`.
pub(crate) fn waited_for_a_lock(error: &sqlx::Error) -> bool {
    sqlstate(error).as_deref() == Some("55P03")
}

/// Whether the connection is no more: the server ended it, perhaps after a commit, or it broke.
pub(crate) fn lost_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(refusal) => {
            let fatal = refusal
                .try_downcast_ref::<PgDatabaseError>()
                .is_none_or(|refusal| !matches!(refusal.severity(), PgSeverity::Error));
            ends_connection(&refusal.code().unwrap_or_default(), fatal)
        }
        _ => false,
    }
}

/// Whether a refusal ends a connection. One that there is no room for, or that isn't let in, never was one.
fn ends_connection(code: &str, fatal: bool) -> bool {
    fatal && code != "53300" && !["28", "3D"].iter().any(|class| code.starts_with(class))
}

/// Whether the statement names a table that isn't there.
pub(crate) fn names_no_table(error: &sqlx::Error) -> bool {
    sqlstate(error).as_deref() == Some("42P01")
}

pub(crate) fn sqlstate(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error().and_then(DatabaseError::code)
}

/// What is left of an error that no act knows: the store can't do its work at present, or there is a defect.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(refusal) => {
            let passing = refusal.code().is_some_and(|code| passes(&code));
            let refusal = Refusal::of(&*refusal);
            if passing { StoreError::unavailable(refusal) } else { StoreError::failed(refusal) }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => StoreError::unavailable(error),
        defect => StoreError::failed(defect),
    }
}

/// Whether a failure with this SQLSTATE is one of the server's state, not of what was asked.
fn passes(code: &str) -> bool {
    match code {
        // Not writable: a standby, or a primary of yesterday.
        "25006"
        // Idle in a transaction, or in one, for too long.
        | "25P03" | "25P04"
        // Undone again and again because of others.
        | "40001" | "40P01"
        // A lock that nobody let go of.
        | "55P03"
        // An I/O error of the server's.
        | "58030" => true,
        // Connections, resources (a full disk is 53100), an operator's intervention (statement_timeout is 57014).
        _ => ["08", "53", "57"].iter().any(|class| code.starts_with(class)),
    }
}

/// What the database said, without its detail lines: they quote rows.
#[derive(Debug, thiserror::Error)]
#[error("{message} (SQLSTATE {code}{})", constraint.as_ref().map(|name| format!(", {name}")).unwrap_or_default())]
struct Refusal {
    message: String,
    code: String,
    constraint: Option<String>,
}

impl Refusal {
    fn of(error: &dyn DatabaseError) -> Self {
        Self {
            message: error.message().to_owned(),
            code: error.code().unwrap_or_default().into_owned(),
            constraint: error.constraint().map(str::to_owned),
        }
    }
}

/// A stored row that can't be what it should be.
#[derive(Debug, thiserror::Error)]
#[error("corrupt {0}")]
struct Corrupt(&'static str);

/// See [`Corrupt`]: a failure of the act that read it.
pub(crate) fn corrupt(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(Corrupt(what)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("57014", true)]
    #[case("57P01", true)]
    #[case("55P03", true)]
    #[case("53100", true)]
    #[case("53300", true)]
    #[case("08006", true)]
    #[case("40P01", true)]
    #[case("25006", true)]
    #[case("42P01", false)]
    #[case("23505", false)]
    #[case("22P05", false)]
    #[case("XX001", false)]
    fn what_passes(#[case] code: &str, #[case] passing: bool) {
        assert_eq!(passes(code), passing);
    }

    #[rstest]
    #[case("57P01", true, true)]
    #[case("XX000", true, true)]
    #[case("25P03", true, true)]
    #[case("53300", true, false)]
    #[case("28P01", true, false)]
    #[case("3D000", true, false)]
    #[case("53100", false, false)]
    #[case("42P01", false, false)]
    #[case("57014", false, false)]
    fn what_ends_a_connection(#[case] code: &str, #[case] fatal: bool, #[case] ends: bool) {
        assert_eq!(ends_connection(code, fatal), ends);
    }

    #[test]
    fn a_broken_connection_is_lost_and_a_corrupt_row_loses_none() {
        assert!(lost_connection(&sqlx::Error::Io(std::io::ErrorKind::BrokenPipe.into())));
        assert!(lost_connection(&sqlx::Error::Protocol("out of step".to_owned())));
        assert!(!lost_connection(&corrupt("contacts.id")));
        assert!(!lost_connection(&sqlx::Error::PoolTimedOut));
    }

    #[test]
    fn a_pool_without_a_free_connection_is_unavailable_and_a_corrupt_row_a_failure() {
        assert!(matches!(store_error(sqlx::Error::PoolTimedOut), StoreError::Unavailable(_)));
        assert!(matches!(store_error(corrupt("contacts.id")), StoreError::Failed(_)));
    }
}
