//! The statements about users, and how their rows are read.

use roster_domain::{Email, PersonName, User, UserId};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, time};
use crate::query;
use crate::statements::statements;

statements! {
    GET = "SELECT id, email, firstname, lastname, created_at, updated_at, revision, password_hash FROM users
        WHERE id = ?1 AND disabled_at IS NULL AND erased_at IS NULL"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    IS_LIVE = "SELECT 1 FROM users WHERE id = ?1 AND disabled_at IS NULL AND erased_at IS NULL"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    IS_ERASED = "SELECT erased_at IS NOT NULL FROM users WHERE id = ?1"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    /// Touches no row when somebody has the address.
    CLAIM_EMAIL = "INSERT INTO user_emails (email_key, user_id) VALUES (?1, ?2) ON CONFLICT (email_key) DO NOTHING"
        => [];

    FREE_EMAIL = "DELETE FROM user_emails WHERE email_key = ?1 AND user_id = ?2"
        => ["SEARCH user_emails USING INDEX sqlite_autoindex_user_emails_1 (email_key=?)"];

    INSERT = "INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at, revision)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        => [];

    UPDATE = "UPDATE users SET email = ?2, firstname = ?3, lastname = ?4, password_hash = ?5, updated_at = ?6,
            revision = ?7
        WHERE id = ?1"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    REHASH = "UPDATE users SET password_hash = ?3
        WHERE id = ?1 AND password_hash = ?2 AND disabled_at IS NULL AND erased_at IS NULL"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    MARK_ERASED = "UPDATE users SET erased_at = ?2 WHERE id = ?1"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];
}

/// A user's row.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) user: User,
    pub(super) password_hash: String,
}

/// `None`: gone or disabled.
pub(super) fn get(connection: &Connection, user: UserId) -> rusqlite::Result<Option<Stored>> {
    query::one(connection, GET, params![user.as_bytes()], stored)
}

/// Neither gone nor disabled.
pub(crate) fn is_live(connection: &Connection, user: UserId) -> rusqlite::Result<bool> {
    Ok(query::one(connection, IS_LIVE, params![user.as_bytes()], |_| Ok(()))?.is_some())
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored { user: user(row)?, password_hash: row.get(7)? })
}

/// From the first seven columns.
pub(crate) fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: id(row, 0)?,
        email: Email::from_stored(row.get(1)?),
        firstname: PersonName::from_stored(row.get(2)?),
        lastname: PersonName::from_stored(row.get(3)?),
        created_at: time(row, 4)?,
        updated_at: time(row, 5)?,
        revision: row.get(6)?,
    })
}
