//! [`AuditRepository`], and how other acts take their entries along.

use std::net::IpAddr;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use roster_domain::ports::{AuditRepository, Result};
use roster_domain::{Account, AuditEntry, AuditEvent, AuditId, Keyset, Origin, Page, SessionId, UserId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::PostgresStore;
use crate::error::corrupt;
use crate::rows::{self, id};

/// Stands for the user where nobody is known.
const NOBODY: &[u8; 12] = &[0; 12];

#[async_trait]
impl AuditRepository for PostgresStore {
    async fn append(&self, entry: AuditEntry) -> Result<()> {
        self.act(append(self.pool.clone(), entry)).await
    }

    async fn page(&self, account: &Account, keyset: Keyset<AuditId>) -> Result<Page<AuditEntry>> {
        self.act(page_of(self.pool.clone(), account.user(), keyset)).await
    }
}

/// An account that is gone by now has no trail any more: its entry is nobody's, as for an address that never had one.
async fn append(pool: PgPool, entry: AuditEntry) -> sqlx::Result<()> {
    // KEY SHARE: the last step of an erasure waits for the entry, or the other way round.
    sqlx::query!(
        "INSERT INTO audit_entries (user_id, id, event, created_at, session_id, subject, address, request_id) \
         SELECT COALESCE((SELECT u.id FROM users u WHERE u.id = $1 AND u.erased_at IS NULL FOR KEY SHARE), $9), \
                $2, $3, $4, $5, $6, $7, $8",
        user_bytes(&entry),
        Uuid::from(entry.id),
        entry.event.as_str(),
        entry.at.to_utc(),
        entry.session.map(Uuid::from),
        entry.subject,
        entry.origin.address.map(|address| address.to_string()),
        entry.origin.request_id,
        NOBODY.as_slice(),
    )
    .execute(&pool)
    .await?;
    Ok(())
}

/// Adds the entry of an act to its transaction. The act holds the user, or something of theirs that an erasure ends, so
/// that no entry comes after the last step of that.
pub(crate) async fn insert(connection: &mut PgConnection, entry: &AuditEntry) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO audit_entries (user_id, id, event, created_at, session_id, subject, address, request_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        user_bytes(entry),
        Uuid::from(entry.id),
        entry.event.as_str(),
        entry.at.to_utc(),
        entry.session.map(Uuid::from),
        entry.subject,
        entry.origin.address.map(|address| address.to_string()),
        entry.origin.request_id,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn user_bytes(entry: &AuditEntry) -> &[u8] {
    entry.user.as_ref().map_or(NOBODY, |user| user.as_bytes())
}

/// A page of one user's trail.
pub(crate) async fn page_of(pool: PgPool, user: UserId, keyset: Keyset<AuditId>) -> sqlx::Result<Page<AuditEntry>> {
    let rows = sqlx::query_as!(
        AuditRow,
        "SELECT user_id, id, event, created_at, session_id, subject, address, request_id \
         FROM audit_entries WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        user.as_bytes().as_slice(),
        before(keyset),
        keyset.limit.rows() as i64 + 1,
    )
    .fetch_all(&pool)
    .await?;
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}

/// A page of everybody's and nobody's.
pub(crate) async fn page_of_all(pool: PgPool, keyset: Keyset<AuditId>) -> sqlx::Result<Page<AuditEntry>> {
    let rows = sqlx::query_as!(
        AuditRow,
        "SELECT user_id, id, event, created_at, session_id, subject, address, request_id \
         FROM audit_entries WHERE id < $1 ORDER BY id DESC LIMIT $2",
        before(keyset),
        keyset.limit.rows() as i64 + 1,
    )
    .fetch_all(&pool)
    .await?;
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}

/// Where a page begins; no entry has the greatest of all UUIDs.
fn before(keyset: Keyset<AuditId>) -> Uuid {
    keyset.after.map_or(Uuid::max(), Uuid::from)
}

/// A row of `audit_entries`.
struct AuditRow {
    user_id: Vec<u8>,
    id: Uuid,
    event: String,
    created_at: DateTime<Utc>,
    session_id: Option<Uuid>,
    subject: Option<String>,
    address: Option<String>,
    request_id: Option<String>,
}

impl TryFrom<AuditRow> for AuditEntry {
    type Error = sqlx::Error;

    fn try_from(row: AuditRow) -> sqlx::Result<Self> {
        let user = (row.user_id != NOBODY).then(|| id(&row.user_id, "audit_entries.user_id")).transpose()?;
        let address: Option<IpAddr> =
            row.address.map(|address| address.parse()).transpose().map_err(|_| corrupt("audit_entries.address"))?;
        Ok(Self {
            id: AuditId::from(row.id),
            user,
            event: AuditEvent::from_stored(&row.event).ok_or_else(|| corrupt("audit_entries.event"))?,
            at: row.created_at.into(),
            session: row.session_id.map(SessionId::from),
            subject: row.subject,
            origin: Origin { address, request_id: row.request_id },
        })
    }
}
