//! [`Operator`].

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use roster_domain::ports::{AccountAdoption, ClientAdoption, GroupAdoption, Operator, Result};
use roster_domain::{
    AuditEntry, AuditId, Caller, ClientId, EmailKey, Keyset, ListedUser, NewAccount, NewClient, NewGroup, Page,
    Timestamp, User, UserId,
};
use sqlx::PgPool;

use crate::keys::BELOW_ALL;
use crate::rows::{self, UserRow};
use crate::transaction::{again, begin};
use crate::{PostgresStore, audit, clients, finders, groups, sessions, users};

#[async_trait]
impl Operator for PostgresStore {
    async fn user(&self, email: &EmailKey) -> Result<Option<ListedUser>> {
        self.act(user(self.pool.clone(), email.clone())).await
    }

    async fn users(&self, keyset: Keyset<UserId>) -> Result<Page<ListedUser>> {
        self.act(all_users(self.pool.clone(), keyset)).await
    }

    async fn users_with_client(&self, client: ClientId) -> Result<Vec<UserId>> {
        self.act(users_with_client(self.pool.clone(), client)).await
    }

    async fn set_password(&self, user: UserId, hash: &str, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        let (pool, hash) = (self.pool.clone(), hash.to_owned());
        self.act(async move { again(|| set_password(&pool, user, &hash, at, &entry)).await }).await
    }

    async fn set_disabled(&self, user: UserId, disabled: bool, at: Timestamp, entry: AuditEntry) -> Result<bool> {
        let pool = self.pool.clone();
        self.act(async move { again(|| set_disabled(&pool, user, disabled, at, &entry)).await }).await
    }

    async fn audit(&self, user: Option<UserId>, keyset: Keyset<AuditId>) -> Result<Page<AuditEntry>> {
        let pool = self.pool.clone();
        match user {
            Some(user) => self.act(audit::page_of(pool, user, keyset)).await,
            None => self.act(audit::page_of_all(pool, keyset)).await,
        }
    }

    async fn adopt_account(&self, account: NewAccount, entry: AuditEntry) -> Result<AccountAdoption> {
        self.act(users::adopt(self.pool.clone(), account, entry)).await
    }

    async fn adopt_client(&self, user: UserId, client: NewClient) -> Result<ClientAdoption> {
        self.act(clients::adopt(self.pool.clone(), user, client)).await
    }

    async fn adopt_group(&self, user: UserId, client: ClientId, group: NewGroup) -> Result<GroupAdoption> {
        let scope = Caller::Client { user, client }.scope();
        self.act(groups::adopt(self.pool.clone(), scope, group)).await
    }
}

async fn user(pool: PgPool, email: EmailKey) -> sqlx::Result<Option<ListedUser>> {
    let mut connection = pool.acquire().await?;
    let Some(user) = finders::user_of(&mut connection, &email).await? else {
        return Ok(None);
    };
    sqlx::query_as!(
        ListedUserRow,
        "SELECT id, email, firstname, lastname, created_at, updated_at, revision, disabled_at \
         FROM users WHERE id = $1 AND erased_at IS NULL",
        user,
    )
    .fetch_optional(&mut *connection)
    .await?
    .map(ListedUser::try_from)
    .transpose()
}

async fn all_users(pool: PgPool, keyset: Keyset<UserId>) -> sqlx::Result<Page<ListedUser>> {
    let after = keyset.after.as_ref().map_or(BELOW_ALL, |id| id.as_bytes().as_slice());
    let rows = sqlx::query_as!(
        ListedUserRow,
        "SELECT id, email, firstname, lastname, created_at, updated_at, revision, disabled_at \
         FROM users WHERE id > $1 AND erased_at IS NULL ORDER BY id LIMIT $2",
        after,
        keyset.limit.rows() as i64 + 1,
    )
    .fetch_all(&pool)
    .await?;
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}

async fn users_with_client(pool: PgPool, client: ClientId) -> sqlx::Result<Vec<UserId>> {
    let users = sqlx::query_scalar!(
        "SELECT c.user_id FROM clients c JOIN users u ON u.id = c.user_id \
         WHERE c.id = $1 AND u.erased_at IS NULL",
        client.as_bytes().as_slice(),
    )
    .fetch_all(&pool)
    .await?;
    users.iter().map(|user| rows::id(user, "clients.user_id")).collect()
}

async fn set_password(
    pool: &PgPool,
    user: UserId,
    hash: &str,
    at: Timestamp,
    entry: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut transaction = begin(pool).await?;
    let set = sqlx::query!(
        "UPDATE users SET password_hash = $2, updated_at = $3, revision = revision + 1 \
         WHERE id = $1 AND erased_at IS NULL",
        user.as_bytes().as_slice(),
        hash,
        at.to_utc(),
    )
    .execute(&mut *transaction)
    .await?;
    if set.rows_affected() == 0 {
        return Ok(false);
    }
    sessions::end_every(&mut transaction, user, at).await?;
    audit::insert(&mut transaction, entry).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn set_disabled(
    pool: &PgPool,
    user: UserId,
    disabled: bool,
    at: Timestamp,
    entry: &AuditEntry,
) -> sqlx::Result<bool> {
    let mut transaction = begin(pool).await?;
    let disabled_at = sqlx::query_scalar!(
        "SELECT disabled_at FROM users WHERE id = $1 AND erased_at IS NULL FOR NO KEY UPDATE",
        user.as_bytes().as_slice(),
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(disabled_at) = disabled_at else {
        return Ok(false);
    };
    if disabled_at.is_some() == disabled {
        return Ok(true);
    }
    sqlx::query!(
        "UPDATE users SET disabled_at = $2 WHERE id = $1",
        user.as_bytes().as_slice(),
        disabled.then(|| at.to_utc()),
    )
    .execute(&mut *transaction)
    .await?;
    if disabled {
        sessions::end_every(&mut transaction, user, at).await?;
    }
    audit::insert(&mut transaction, entry).await?;
    transaction.commit().await?;
    Ok(true)
}

/// A row of `users`, of what the operator may see.
struct ListedUserRow {
    id: Vec<u8>,
    email: String,
    firstname: String,
    lastname: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    revision: i64,
    disabled_at: Option<DateTime<Utc>>,
}

impl TryFrom<ListedUserRow> for ListedUser {
    type Error = sqlx::Error;

    fn try_from(row: ListedUserRow) -> sqlx::Result<Self> {
        let ListedUserRow { id, email, firstname, lastname, created_at, updated_at, revision, disabled_at } = row;
        let user = User::try_from(UserRow { id, email, firstname, lastname, created_at, updated_at, revision })?;
        Ok(Self { user, disabled_at: disabled_at.map(Timestamp::from) })
    }
}
