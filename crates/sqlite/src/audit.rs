//! The audit trail.

use async_trait::async_trait;
use roster_domain::ports::{AuditRepository, Result};
use roster_domain::{Account, AuditEntry, AuditEvent, AuditId, Keyset, ObjectId, Origin, Page, SessionId, UserId};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::SqliteStore;
use crate::columns::{id, optional_parsed, parsed, time, uuid};
use crate::query::{self, ABOVE_ALL, one_more};
use crate::statements::statements;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT user_id, id, event, created_at, session_id, subject, address, request_id FROM audit_entries WHERE ",
            $rest
        )
    };
}

statements! {
    INSERT = "INSERT INTO audit_entries (user_id, id, event, created_at, session_id, subject, address, request_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        => [];

    USER_IS_THERE = "SELECT 1 FROM users WHERE id = ?1 AND erased_at IS NULL"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    /// Newest first, as both pages.
    PAGE_OF_USER = select!("user_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3")
        => ["SEARCH audit_entries USING INDEX sqlite_autoindex_audit_entries_1 (user_id=? AND id<?)"];

    PAGE_OF_ALL = select!("id < ?1 ORDER BY id DESC LIMIT ?2")
        => ["SEARCH audit_entries USING INDEX audit_entries_by_id (id<?)"];
}

/// Whose entries are nobody's.
const NOBODY: [u8; 12] = [0; 12];

#[async_trait]
impl AuditRepository for SqliteStore {
    async fn append(&self, entry: AuditEntry) -> Result<()> {
        self.writer.write(move |connection| append_or_disown(connection, &entry)).await
    }

    async fn page(&self, account: &Account, keyset: Keyset<AuditId>) -> Result<Page<AuditEntry>> {
        let user = account.user();
        self.readers.list(move |connection| page(connection, Some(user), keyset)).await
    }
}

/// The user may have gone meanwhile, and nothing of an account outlasts it: such an entry is nobody's, as for an address
/// that never had an account.
fn append_or_disown(connection: &Connection, entry: &AuditEntry) -> rusqlite::Result<()> {
    let user = match entry.user {
        Some(user) => query::one(connection, USER_IS_THERE, params![user.as_bytes()], |_| Ok(user))?,
        None => None,
    };
    append(connection, &AuditEntry { user, ..entry.clone() })
}

/// Adds an entry, in the transaction of what it tells of.
pub(crate) fn append(connection: &Connection, entry: &AuditEntry) -> rusqlite::Result<()> {
    query::write(
        connection,
        INSERT,
        params![
            entry.user.as_ref().map_or(&NOBODY, UserId::as_bytes),
            entry.id.as_bytes(),
            entry.event.as_str(),
            entry.at.millis(),
            entry.session.as_ref().map(SessionId::as_bytes),
            entry.subject,
            entry.origin.address.map(|address| address.to_string()),
            entry.origin.request_id,
        ],
    )?;
    Ok(())
}

/// One user's, or everybody's and nobody's; newest first.
pub(crate) fn page(
    connection: &Connection,
    user: Option<UserId>,
    keyset: Keyset<AuditId>,
) -> rusqlite::Result<Page<AuditEntry>> {
    let below = keyset.after.as_ref().map_or(ABOVE_ALL, |id| id.as_bytes());
    let rows = one_more(keyset.limit);
    let rows = match user {
        Some(user) => query::all(connection, PAGE_OF_USER, params![user.as_bytes(), below, rows], entry),
        None => query::all(connection, PAGE_OF_ALL, params![below, rows], entry),
    }?;
    Ok(Page::of_one_more(rows, keyset.limit))
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let user: ObjectId = id(row, 0)?;
    Ok(AuditEntry {
        user: (*user.as_bytes() != NOBODY).then(|| UserId::from(user)),
        id: uuid(row, 1)?,
        event: parsed(row, 2, AuditEvent::from_stored)?,
        at: time(row, 3)?,
        session: row.get::<_, Option<[u8; 16]>>(4)?.map(Uuid::from_bytes).map(SessionId::from),
        subject: row.get(5)?,
        origin: Origin { address: optional_parsed(row, 6, |text| text.parse().ok())?, request_id: row.get(7)? },
    })
}
