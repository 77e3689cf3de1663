//! Deleting a client with all that is below it.

use std::time::Duration;

use roster_domain::ports::ClientDeletion;
use roster_domain::{AuditEntry, Client, Precondition};
use sqlx::{PgConnection, PgPool};

use super::steps::{Doomed, Step, delete_contacts, delete_step, has_many};
use super::update::{close, close_groups};
use super::{credentials, read};
use crate::steps::Steps;
use crate::transaction::begin_bulk;
use crate::{audit, imports, revocations, users};

pub(super) async fn delete(
    steps: Steps,
    doomed: Doomed,
    with_contacts: bool,
    precondition: Precondition,
    entry: AuditEntry,
) -> sqlx::Result<ClientDeletion> {
    let client = read::get(steps.pool.clone(), doomed.user, doomed.client).await?;
    if let Err(refusal) = deletable(client, &precondition) {
        return Ok(refusal);
    }
    let (pool, statement_timeout) = (&steps.pool, steps.statement_timeout);
    let mut gone = 0;
    while with_contacts && has_many(pool, doomed).await? {
        match steps.step(|| delete_step(pool, statement_timeout, doomed)).await? {
            Step::Went(contacts) => gone += contacts,
            Step::Ended(outcome) => return Ok(outcome),
        }
    }
    let rest = || delete_with_rest(pool, statement_timeout, doomed, with_contacts, &precondition, &entry);
    Ok(match steps.step(rest).await? {
        ClientDeletion::Done { contacts } => ClientDeletion::Done { contacts: gone + contacts },
        other => other,
    })
}

/// The client, or why it isn't to be deleted.
fn deletable(client: Option<Client>, precondition: &Precondition) -> Result<Client, ClientDeletion> {
    match client {
        None => Err(ClientDeletion::Absent),
        Some(client) if !precondition.admits(client.version()) => Err(ClientDeletion::Stale),
        Some(client) if client.is_default => Err(ClientDeletion::DefaultClient),
        Some(client) => Ok(client),
    }
}

/// The client and whatever it (still) has, in one transaction.
async fn delete_with_rest(
    pool: &PgPool,
    statement_timeout: Duration,
    doomed: Doomed,
    with_contacts: bool,
    precondition: &Precondition,
    entry: &AuditEntry,
) -> sqlx::Result<ClientDeletion> {
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    if !users::hold(&mut transaction, doomed.user).await? {
        return Ok(ClientDeletion::Absent);
    }
    let client = close(&mut transaction, doomed.user, doomed.client).await?.map(Client::try_from).transpose()?;
    let client = match deletable(client, precondition) {
        Ok(client) => client,
        Err(refusal) => return Ok(refusal),
    };
    close_groups(&mut transaction, doomed.user, doomed.client).await?;
    let contacts = if with_contacts {
        delete_contacts(&mut transaction, doomed, None).await?
    } else if has_any(&mut transaction, doomed).await? {
        return Ok(ClientDeletion::NotEmpty);
    } else {
        0
    };
    delete_groups(&mut transaction, doomed).await?;
    imports::discard_of_client(&mut transaction, doomed.user, doomed.client).await?;
    credentials::delete(&mut transaction, doomed.user, client.session_id.as_str()).await?;
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
