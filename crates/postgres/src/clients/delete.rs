//! Deleting a client with all that is below it.

use std::time::Duration;

use roster_domain::AuditEntry;
use roster_domain::ports::ClientDeletion;
use sqlx::{PgConnection, PgPool};

use super::credentials;
use super::steps::{Doomed, Step, delete_contacts, delete_step, has_many};
use crate::transaction::{again, begin_bulk};
use crate::{audit, revocations, users};

pub(super) async fn delete(
    pool: PgPool,
    statement_timeout: Duration,
    doomed: Doomed,
    with_contacts: bool,
    entry: AuditEntry,
) -> sqlx::Result<ClientDeletion> {
    let mut gone = 0;
    while with_contacts && has_many(&pool, doomed).await? {
        match again(|| delete_step(&pool, statement_timeout, doomed)).await? {
            Step::Went(contacts) => gone += contacts,
            Step::Ended(outcome) => return Ok(outcome),
        }
    }
    Ok(match again(|| delete_with_rest(&pool, statement_timeout, doomed, with_contacts, &entry)).await? {
        ClientDeletion::Done { contacts } => ClientDeletion::Done { contacts: gone + contacts },
        other => other,
    })
}

/// The client and whatever it (still) has, in one transaction.
async fn delete_with_rest(
    pool: &PgPool,
    statement_timeout: Duration,
    doomed: Doomed,
    with_contacts: bool,
    entry: &AuditEntry,
) -> sqlx::Result<ClientDeletion> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    if !users::hold(&mut transaction, doomed.user).await? {
        return Ok(ClientDeletion::Absent);
    }
    let Some((is_default, session_id)) = close(&mut transaction, doomed).await? else {
        return Ok(ClientDeletion::Absent);
    };
    if is_default {
        return Ok(ClientDeletion::DefaultClient);
    }
    close_groups(&mut transaction, doomed).await?;
    let contacts = if with_contacts {
        delete_contacts(&mut transaction, doomed, None).await?
    } else if has_any(&mut transaction, doomed).await? {
        return Ok(ClientDeletion::NotEmpty);
    } else {
        0
    };
    delete_groups(&mut transaction, doomed).await?;
    credentials::delete(&mut transaction, doomed.user, &session_id).await?;
    sqlx::query!(
        "DELETE FROM clients WHERE user_id = $1 AND id = $2",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
    )
    .execute(&mut *transaction)
    .await?;
    audit::insert(&mut transaction, entry).await?;
    revocations::tell(&mut transaction, doomed.user).await?;
    transaction.commit().await?;
    Ok(ClientDeletion::Done { contacts })
}

/// Locks a client wholly: no group comes into it any more, and those that were on their way are in it. `None`: it is
/// gone; else whether it is the default, and by what its credentials are found.
async fn close(connection: &mut PgConnection, doomed: Doomed) -> sqlx::Result<Option<(bool, String)>> {
    let closed = sqlx::query!(
        "SELECT is_default, session_id FROM clients WHERE user_id = $1 AND id = $2 FOR UPDATE",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(closed.map(|client| (client.is_default, client.session_id)))
}

/// Locks its groups wholly: no contact comes into them any more, and those that were on their way are in them.
async fn close_groups(connection: &mut PgConnection, doomed: Doomed) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT id FROM contact_groups WHERE user_id = $1 AND client_id = $2 ORDER BY id FOR UPDATE",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

async fn has_any(connection: &mut PgConnection, doomed: Doomed) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM contacts WHERE user_id = $1 AND client_id = $2) AS \"any!\"",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
    )
    .fetch_one(connection)
    .await
}

async fn delete_groups(connection: &mut PgConnection, doomed: Doomed) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM contact_groups WHERE user_id = $1 AND client_id = $2",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
