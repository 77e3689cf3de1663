//! Handing a file over, piece by piece.

use roster_domain::ports::{Receiving, StagedPiece, Staging, StagingLimits};
use roster_domain::{Claim, Import, ImportId, ImportSource, Lease, NewImport, Scope, UserId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::discard::discard;
use super::make::{hold_client, insert};
use super::row::{import_set, signed};
use crate::keys::client_bytes;
use crate::transaction::begin;
use crate::users;

pub(super) async fn receive(
    pool: &PgPool,
    scope: &Scope,
    import: &NewImport,
    limits: StagingLimits,
    lease: Lease,
) -> sqlx::Result<Receiving> {
    let (user, mut transaction) = (scope.user(), begin(pool).await?);
    // One user's come one after the other, so each is counted by the next.
    if users::lock(&mut transaction, user).await?.is_none() {
        return Ok(Receiving::ClientGone);
    }
    let Some((client, _)) = hold_client(&mut transaction, scope).await? else {
        return Ok(Receiving::ClientGone);
    };
    if waiting(&mut transaction, user).await? >= u64::from(limits.waiting) {
        return Ok(Receiving::TooMany);
    }
    if !has_room(&mut transaction, user, limits, 1).await? {
        return Ok(Receiving::NoRoom);
    }
    let import = insert(&mut transaction, user, client, ImportSource::Staged, import, lease).await?;
    transaction.commit().await?;
    Ok(Receiving::Begun(import))
}

/// So many of a user's imports are received or wait.
async fn waiting(connection: &mut PgConnection, user: UserId) -> sqlx::Result<u64> {
    let count = sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM imports WHERE user_id = $1 AND state IN ('receiving', 'waiting')",
        user.as_bytes().as_slice(),
    )
    .fetch_one(connection)
    .await?;
    Ok(count.unsigned_abs())
}

/// Whether so many bytes more may be staged for a user. Others may come in between, so a little more than may be can be
/// there.
async fn has_room(
    connection: &mut PgConnection,
    user: UserId,
    limits: StagingLimits,
    bytes: u64,
) -> sqlx::Result<bool> {
    let staged = sqlx::query!(
        "SELECT COALESCE(sum(staged_bytes), 0)::bigint AS \"in_all!\", \
                COALESCE(sum(staged_bytes) FILTER (WHERE user_id = $1), 0)::bigint AS \"of_user!\" \
         FROM imports WHERE staged_bytes > 0",
        user.as_bytes().as_slice(),
    )
    .fetch_one(connection)
    .await?;
    let fits = |staged: i64, most: u64| staged.unsigned_abs().saturating_add(bytes) <= most;
    Ok(fits(staged.in_all, limits.staged_bytes) && fits(staged.of_user, limits.staged_bytes_of_user))
}

pub(super) async fn stage(
    pool: &PgPool,
    scope: &Scope,
    id: ImportId,
    piece: &StagedPiece,
    limits: StagingLimits,
    lease: Lease,
) -> sqlx::Result<Staging> {
    let (user, mut transaction) = (scope.user(), begin(pool).await?);
    let renewed = import_set!(
        &mut *transaction,
        scope,
        id,
        "lease_holder = $4, lease_until = $5",
        "state = 'receiving'",
        lease.holder.as_slice(),
        lease.until.to_utc(),
    )?;
    if renewed.is_none() {
        return Ok(Staging::Gone);
    }
    if insert_piece(&mut transaction, user, id, piece).await? {
        let bytes = piece.bytes.len() as u64;
        if !has_room(&mut transaction, user, limits, bytes).await? {
            return Ok(Staging::NoRoom);
        }
        sqlx::query!(
            "UPDATE imports SET staged_bytes = staged_bytes + $3, file_bytes = staged_bytes + $3 \
             WHERE user_id = $1 AND id = $2",
            user.as_bytes().as_slice(),
            Uuid::from(id),
            signed(bytes),
        )
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(Staging::Done)
}

/// Whether it wasn't there.
async fn insert_piece(
    connection: &mut PgConnection,
    user: UserId,
    import: ImportId,
    piece: &StagedPiece,
) -> sqlx::Result<bool> {
    let inserted = sqlx::query!(
        "INSERT INTO import_pieces (user_id, import_id, number, bytes) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id, import_id, number) DO NOTHING",
        user.as_bytes().as_slice(),
        Uuid::from(import),
        signed(piece.number),
        piece.bytes,
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

pub(super) async fn submit(pool: &PgPool, scope: &Scope, id: ImportId) -> sqlx::Result<Option<Import>> {
    let submitted = import_set!(
        pool,
        scope,
        id,
        "state = 'waiting', lease_holder = NULL, lease_until = NULL",
        "state = 'receiving'",
    )?;
    submitted.map(Import::try_from).transpose()
}

pub(super) async fn give_up(pool: &PgPool, scope: &Scope, id: ImportId) -> sqlx::Result<()> {
    let (user, client) = (scope.user(), scope.client());
    discard!(
        "",
        "WHERE i.user_id = $1 AND i.id = $2 AND i.client_id = COALESCE($3, i.client_id) AND i.state = 'receiving'",
        user.as_bytes().as_slice(),
        Uuid::from(id),
        client_bytes(client.as_ref()),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// A piece, for whoever works on it.
pub(super) async fn piece(pool: &PgPool, claim: &Claim, number: u64) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "SELECT bytes FROM import_pieces WHERE user_id = $1 AND import_id = $2 AND number = $3",
        claim.user.as_bytes().as_slice(),
        Uuid::from(claim.import.id),
        signed(number),
    )
    .fetch_optional(pool)
    .await
}
