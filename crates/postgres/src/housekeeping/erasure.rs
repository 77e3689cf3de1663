//! What is left of an account that was erased: some rows of one kind at a time, children first, then the user.
//!
//! The user is locked, so several servers take turns, and nothing that holds a user comes in between. So the address and
//! the clients' credentials, which went with the erasure itself, don't come back. Contacts and groups still may come, of
//! a caller who had begun before: so what they stand on is locked first, and looked below once more, before it goes.

use std::time::Duration;

use roster_domain::UserId;
use roster_domain::ports::STEP_ROWS;
use sqlx::{PgConnection, PgPool};

use super::imports::STEP_LARGE;
use crate::error::stands_below;
use crate::imports::discard_of_user;
use crate::rows::id;
use crate::transaction::{again, begin_bulk};

const STEP: i64 = STEP_ROWS as i64;

/// Whether there may be more. A user who can't be deleted, because of something that no attempt finds, keeps nobody
/// else waiting, and is an error once there is nobody else.
pub(super) async fn erase_some(pool: &PgPool, statement_timeout: Duration) -> sqlx::Result<bool> {
    let (mut stuck, mut refusal) = (Vec::new(), None);
    while let Some(user) = first_but(pool, &stuck).await? {
        let user_id = id(&user, "users.id")?;
        match again(|| step(pool, statement_timeout, user_id)).await {
            Err(error) if stands_below(&error) => {
                stuck.push(user);
                refusal.get_or_insert(error);
            }
            outcome => return outcome.map(|()| true),
        }
    }
    refusal.map_or(Ok(false), Err)
}

/// Who was erased first, but for these.
async fn first_but(pool: &PgPool, stuck: &[Vec<u8>]) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "SELECT id FROM users WHERE erased_at IS NOT NULL AND id <> ALL($1::bytea[]) ORDER BY erased_at LIMIT 1",
        stuck,
    )
    .fetch_optional(pool)
    .await
}

/// Deletes some rows of one kind, or the user, where nothing is below them any more.
async fn step(pool: &PgPool, statement_timeout: Duration, user: UserId) -> sqlx::Result<()> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    let bytes = user.as_bytes().as_slice();
    let locked = sqlx::query_scalar!("SELECT id FROM users WHERE id = $1 AND erased_at IS NOT NULL FOR UPDATE", bytes);
    if locked.fetch_optional(&mut *transaction).await?.is_none() {
        // Another server deleted it while this one waited.
        return Ok(());
    }
    if delete_some(&mut transaction, user).await? == 0 {
        sqlx::query!("DELETE FROM users WHERE id = $1", bytes).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// The statement that deletes some rows of this table, whose primary key ends in these columns. The user stands in the
/// join, so that each row is found by the whole of the primary key, whatever the planner believes.
macro_rules! delete_from {
    ($table:tt, $user:expr) => {
        delete_from!($table, ("id"), $user, STEP)
    };
    ($table:tt, ($first:tt $(, $other:tt)?), $user:expr, $limit:expr) => {
        sqlx::query!(
            "WITH step AS MATERIALIZED ( \
                SELECT user_id, "
                + $first
                $(+ ", " + $other)?
                + " FROM "
                + $table
                + " WHERE user_id = $1 ORDER BY "
                + $first
                $(+ ", " + $other)?
                + " LIMIT $2 FOR UPDATE \
             ) \
             DELETE FROM "
                + $table
                + " t USING step WHERE t.user_id = step.user_id AND t."
                + $first
                + " = step."
                + $first
                $(+ " AND t." + $other + " = step." + $other)?,
            $user.as_bytes().as_slice(),
            $limit,
        )
    };
}

/// The statement that locks the rows which [`delete_from`] would take: nothing comes below them any more, and what was on
/// its way there is there.
macro_rules! close {
    ($table:tt, $user:expr) => {
        sqlx::query_scalar!(
            "SELECT id FROM " + $table + " WHERE user_id = $1 ORDER BY id LIMIT $2 FOR UPDATE",
            $user.as_bytes().as_slice(),
            STEP,
        )
    };
}

/// Deletes some rows of the first kind that there are any of; how many.
async fn delete_some(connection: &mut PgConnection, user: UserId) -> sqlx::Result<u64> {
    let mut gone = delete_from!("contacts", user).execute(&mut *connection).await?;
    if gone.rows_affected() == 0 && !close!("contact_groups", user).fetch_all(&mut *connection).await?.is_empty() {
        gone = delete_from!("contacts", user).execute(&mut *connection).await?;
        if gone.rows_affected() == 0 {
            gone = delete_from!("contact_groups", user).execute(&mut *connection).await?;
        }
    }
    if gone.rows_affected() == 0 && !close!("clients", user).fetch_all(&mut *connection).await?.is_empty() {
        gone = delete_from!("contact_groups", user).execute(&mut *connection).await?;
        if gone.rows_affected() == 0 {
            gone = delete_from!("clients", user).execute(&mut *connection).await?;
        }
    }
    if gone.rows_affected() == 0 {
        let imports = delete_imports(&mut *connection, user).await?;
        if imports > 0 {
            return Ok(imports);
        }
    }
    if gone.rows_affected() == 0 {
        gone = delete_from!("sessions", user).execute(&mut *connection).await?;
    }
    if gone.rows_affected() == 0 {
        gone = delete_from!("audit_entries", user).execute(connection).await?;
    }
    Ok(gone.rows_affected())
}

/// Deletes some of what belongs to imports, or some imports, where nothing belongs to them any more; how many rows. Once
/// all are discarded nothing comes to them any more, and nobody who is still in the middle of a step waits for this one
/// while this one waits for them.
async fn delete_imports(connection: &mut PgConnection, user: UserId) -> sqlx::Result<u64> {
    let discarded = discard_of_user(&mut *connection, user).await?;
    if discarded > 0 {
        return Ok(discarded);
    }
    let pieces = delete_from!("import_pieces", ("import_id", "number"), user, STEP_LARGE);
    let mut gone = pieces.execute(&mut *connection).await?;
    if gone.rows_affected() == 0 {
        gone = delete_from!("import_drafts", ("import_id", "id"), user, STEP).execute(&mut *connection).await?;
    }
    if gone.rows_affected() == 0 {
        let reports = delete_from!("import_reports", ("import_id", "number"), user, STEP_LARGE);
        gone = reports.execute(&mut *connection).await?;
    }
    if gone.rows_affected() == 0 {
        let changes = delete_from!("import_changes", ("import_id", "contact_id"), user, STEP);
        gone = changes.execute(&mut *connection).await?;
    }
    if gone.rows_affected() == 0 {
        gone = delete_from!("import_groups", ("import_id", "group_id"), user, STEP).execute(&mut *connection).await?;
    }
    if gone.rows_affected() == 0 {
        gone = delete_from!("imports", user).execute(connection).await?;
    }
    Ok(gone.rows_affected())
}
