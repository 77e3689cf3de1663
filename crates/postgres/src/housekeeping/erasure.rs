//! What is left of an account that was erased: some rows of one kind at a time, children first, then the user.
//!
//! The user is locked, so several servers take turns, and nothing that holds a user comes in between. Contacts and
//! groups still may, of a caller who had begun before: then the database refuses to delete what they stand on, and the
//! next call finds them.

use std::time::Duration;

use roster_domain::UserId;
use roster_domain::ports::STEP_ROWS;
use roster_domain::values::Email;
use sqlx::postgres::PgQueryResult;
use sqlx::{PgConnection, PgPool};

use crate::error::violation;
use crate::rows::id;
use crate::transaction::begin_bulk;

const STEP: i64 = STEP_ROWS as i64;

/// Whether there may be more.
pub(super) async fn erase_some(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<bool> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let erased =
        sqlx::query!("SELECT id, email FROM users WHERE erased_at IS NOT NULL ORDER BY erased_at LIMIT 1 FOR UPDATE",)
            .fetch_optional(&mut *transaction)
            .await?;
    let Some(erased) = erased else {
        // There is none, or another server deleted it while this one waited.
        return any_left(&mut transaction).await;
    };
    let user = id(&erased.id, "users.id")?;
    match step(&mut transaction, user).await {
        Ok(0) => {}
        Ok(_) => {
            transaction.commit().await?;
            return Ok(true);
        }
        Err(error) if violation(&error).is_some() => return Ok(true),
        Err(error) => return Err(error),
    }
    forget(&mut transaction, user, &Email::from_stored(erased.email)).await?;
    let more = any_left(&mut transaction).await?;
    transaction.commit().await?;
    Ok(more)
}

async fn any_left(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM users WHERE erased_at IS NOT NULL) AS \"any!\"")
        .fetch_one(connection)
        .await
}

/// The statement that deletes some rows of this table. The user stands in the join, so that each row is found by the
/// whole of the primary key, whatever the planner believes.
macro_rules! delete_from {
    ($table:tt, $user:expr) => {
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT user_id, id FROM "
                + $table
                + " WHERE user_id = $1 ORDER BY id LIMIT $2 FOR UPDATE \
             ) \
             DELETE FROM "
                + $table
                + " t USING step WHERE t.user_id = step.user_id AND t.id = step.id",
            $user.as_bytes().as_slice(),
            STEP,
        )
    };
}

/// Deletes some rows of the first kind that there are any of; how many.
async fn step(connection: &mut PgConnection, user: UserId) -> sqlx::Result<u64> {
    let mut gone = delete_from!("contacts", user).execute(&mut *connection).await?;
    if gone.rows_affected() == 0 {
        gone = delete_from!("contact_groups", user).execute(&mut *connection).await?;
    }
    if gone.rows_affected() == 0 {
        gone = delete_clients(connection, user).await?;
    }
    if gone.rows_affected() == 0 {
        gone = delete_from!("sessions", user).execute(&mut *connection).await?;
    }
    if gone.rows_affected() == 0 {
        gone = delete_from!("audit_entries", user).execute(&mut *connection).await?;
    }
    Ok(gone.rows_affected())
}

/// With their credentials, which should be gone already.
async fn delete_clients(connection: &mut PgConnection, user: UserId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "WITH step AS MATERIALIZED ( \
            SELECT user_id, id, session_id FROM clients WHERE user_id = $1 ORDER BY id LIMIT $2 FOR UPDATE \
         ), credentials AS ( \
            DELETE FROM client_credentials c USING step \
            WHERE c.session_id = step.session_id AND c.user_id = step.user_id \
         ) \
         DELETE FROM clients t USING step WHERE t.user_id = step.user_id AND t.id = step.id",
        user.as_bytes().as_slice(),
        STEP,
    )
    .execute(connection)
    .await
}

/// The user, and the address, which should be gone already and may be somebody else's by now.
async fn forget(connection: &mut PgConnection, user: UserId, email: &Email) -> sqlx::Result<()> {
    let email_key = email.key();
    sqlx::query!(
        "DELETE FROM user_emails WHERE email_key = $1 AND user_id = $2",
        email_key.as_str(),
        user.as_bytes().as_slice(),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("DELETE FROM users WHERE id = $1", user.as_bytes().as_slice()).execute(connection).await?;
    Ok(())
}
