//! Pages, newest first, along the primary key. What was ended or expired and isn't swept yet is passed over.

use roster_domain::{Keyset, Page, Session, SessionId, Timestamp, UserId};
use sqlx::PgPool;
use uuid::Uuid;

use crate::rows::{self, SessionRow};

pub(super) async fn page(
    pool: PgPool,
    user: UserId,
    at: Timestamp,
    keyset: Keyset<SessionId>,
) -> sqlx::Result<Page<Session>> {
    let rows = sqlx::query_as!(
        SessionRow,
        "SELECT user_id, id, user_agent, counter, nonce, key_id, token_hash, previous_token_hash, rotated_at, \
                pair_used, created_at, last_used_at, expires_at \
         FROM sessions WHERE user_id = $1 AND id < $2 AND ended_at IS NULL AND expires_at > $3 \
         ORDER BY id DESC LIMIT $4",
        user.as_bytes().as_slice(),
        // No session has the greatest of all UUIDs.
        keyset.after.map_or(Uuid::max(), Uuid::from),
        at.to_utc(),
        keyset.limit.rows() as i64 + 1,
    )
    .fetch_all(&pool)
    .await?;
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}
