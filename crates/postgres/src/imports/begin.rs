//! Beginning an import whose rows the caller brings.

use roster_domain::ports::{Beginning, Begun};
use roster_domain::{Caller, Claim, Import, ImportId, ImportSource, Lease, NewImport, Scope};
use sqlx::PgPool;

use super::make::{hold_client, insert};
use super::read;
use super::row::import_set;
use crate::transaction;

pub(super) async fn begin(pool: &PgPool, scope: &Scope, beginning: &Beginning, lease: Lease) -> sqlx::Result<Begun> {
    match beginning {
        Beginning::New(import) => begin_new(pool, scope, import, lease).await,
        Beginning::Again(id) => begin_again(pool, scope, *id, lease).await,
    }
}

async fn begin_new(pool: &PgPool, scope: &Scope, import: &NewImport, lease: Lease) -> sqlx::Result<Begun> {
    let (user, mut transaction) = (scope.user(), transaction::begin(pool).await?);
    let Some((client, region)) = hold_client(&mut transaction, scope).await? else {
        return Ok(Begun::Absent);
    };
    let import = insert(&mut transaction, user, client, ImportSource::Direct, import, lease).await?;
    transaction.commit().await?;
    Ok(Begun::Claimed(Box::new(Claim { user, import, region, holder: lease.holder })))
}

/// Also where somebody may be at it yet: from then on nothing is done under their lease.
async fn begin_again(pool: &PgPool, scope: &Scope, id: ImportId, lease: Lease) -> sqlx::Result<Begun> {
    let (user, mut transaction) = (scope.user(), transaction::begin(pool).await?);
    let Some(there) = read::get(&mut *transaction, scope, id).await? else {
        return Ok(Begun::Absent);
    };
    let scope = Caller::Client { user, client: there.client_id }.scope();
    let Some((_, region)) = hold_client(&mut transaction, &scope).await? else {
        return Ok(Begun::Absent);
    };
    let taken = import_set!(
        &mut *transaction,
        scope,
        id,
        "state = 'running', failure_code = NULL, failure_message = NULL, ended_at = NULL, expires_at = NULL, \
         lease_holder = $4, lease_until = $5",
        "source = 'direct' AND state IN ('running', 'failed')",
        lease.holder.as_slice(),
        lease.until.to_utc(),
    )?;
    let Some(row) = taken else {
        let there = read::get(&mut *transaction, &scope, id).await?;
        return Ok(there.map_or(Begun::Absent, |there| Begun::NotNow(there.state)));
    };
    let import = Import::try_from(row)?;
    transaction.commit().await?;
    Ok(Begun::Claimed(Box::new(Claim { user, import, region, holder: lease.holder })))
}
