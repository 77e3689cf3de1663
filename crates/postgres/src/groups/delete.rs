//! Deleting a group, and what becomes of its contacts.

use std::time::Duration;

use roster_domain::ports::GroupDeletion;
use roster_domain::{ContactGroup, ContactsFate, GroupId, Precondition, Scope, Timestamp};
use sqlx::{PgConnection, PgPool};

use super::locks::{close_group, default_group, lock_client};
use super::single;
use super::steps::{Doomed, Step, delete_contacts, delete_step, has_many, move_some, move_step};
use crate::steps::Steps;
use crate::transaction::begin_bulk;

pub(super) async fn delete(
    steps: Steps,
    scope: Scope,
    group: GroupId,
    fate: ContactsFate,
    precondition: Precondition,
    at: Timestamp,
) -> sqlx::Result<GroupDeletion> {
    let client = match deletable(single::get(steps.pool.clone(), scope, group).await?, &precondition) {
        Ok(group) => group.client_id,
        Err(refusal) => return Ok(refusal),
    };
    let doomed = Doomed { user: scope.user(), client, group };
    let (pool, statement_timeout) = (&steps.pool, steps.statement_timeout);
    let mut gone = 0;
    while fate != ContactsFate::Refuse && has_many(pool, doomed).await? {
        let step = match fate {
            ContactsFate::Delete => steps.step(|| delete_step(pool, statement_timeout, doomed)).await?,
            _ => steps.step(|| move_step(pool, statement_timeout, doomed, at)).await?,
        };
        match step {
            Step::Went(contacts) => gone += contacts,
            Step::Ended(outcome) => return Ok(outcome),
        }
    }
    Ok(match steps.step(|| delete_with_rest(pool, statement_timeout, doomed, fate, &precondition, at)).await? {
        GroupDeletion::Done { contacts } => GroupDeletion::Done { contacts: gone + contacts },
        other => other,
    })
}

/// The group, or why it isn't to be deleted.
fn deletable(group: Option<ContactGroup>, precondition: &Precondition) -> Result<ContactGroup, GroupDeletion> {
    match group {
        None => Err(GroupDeletion::Absent),
        Some(group) if !precondition.admits(group.version()) => Err(GroupDeletion::Stale),
        Some(group) if group.is_default => Err(GroupDeletion::DefaultGroup),
        Some(group) => Ok(group),
    }
}

/// The group and whatever contacts it (still) has, in one transaction.
async fn delete_with_rest(
    pool: &PgPool,
    statement_timeout: Duration,
    doomed: Doomed,
    fate: ContactsFate,
    precondition: &Precondition,
    at: Timestamp,
) -> sqlx::Result<GroupDeletion> {
    let Doomed { user, client, group } = doomed;
    let mut transaction = begin_bulk(pool, statement_timeout).await?;
    if lock_client(&mut transaction, user, Some(client)).await?.is_none() {
        return Ok(GroupDeletion::Absent);
    }
    let closed = close_group(&mut transaction, user, client, group).await?.map(ContactGroup::try_from).transpose()?;
    if let Err(refusal) = deletable(closed, precondition) {
        return Ok(refusal);
    }
    let contacts = match fate {
        ContactsFate::Refuse if has_any(&mut transaction, doomed).await? => return Ok(GroupDeletion::NotEmpty),
        ContactsFate::Refuse => 0,
        ContactsFate::Delete => delete_contacts(&mut transaction, doomed, None).await?,
        ContactsFate::Move => {
            let target = default_group(&mut transaction, user, client).await?;
            move_some(&mut transaction, doomed, target, at, None).await?
        }
    };
    sqlx::query!(
        "DELETE FROM contact_groups WHERE user_id = $1 AND id = $2",
        user.as_bytes().as_slice(),
        group.as_bytes().as_slice(),
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(GroupDeletion::Done { contacts })
}

async fn has_any(connection: &mut PgConnection, doomed: Doomed) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        "SELECT EXISTS ( \
            SELECT FROM contacts WHERE user_id = $1 AND client_id = $2 AND group_id = $3 \
         ) AS \"any!\"",
        doomed.user.as_bytes().as_slice(),
        doomed.client.as_bytes().as_slice(),
        doomed.group.as_bytes().as_slice(),
    )
    .fetch_one(connection)
    .await
}
