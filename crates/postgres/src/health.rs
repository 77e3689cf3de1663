//! [`StoreHealth`].

use async_trait::async_trait;
use roster_domain::MigrationState;
use roster_domain::ports::{Result, StoreError, StoreHealth};

use crate::PostgresStore;
use crate::migrations::{recorded, standings};

#[async_trait]
impl StoreHealth for PostgresStore {
    /// Migrations newer than this program don't count against it: during a rollout the new one has been at work already.
    async fn check(&self) -> Result<()> {
        let pool = self.pool.clone();
        let recorded = self.act(async move { recorded(&pool).await }).await?;
        let missing = standings(&recorded)
            .into_iter()
            .find(|m| matches!(m.state, MigrationState::Pending | MigrationState::Changed));
        match missing {
            None => Ok(()),
            Some(missing) => Err(StoreError::unavailable(Unmigrated { version: missing.migration.version })),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("migration {version} isn't applied as this program knows it: run `roster migrate status`")]
struct Unmigrated {
    version: i64,
}
