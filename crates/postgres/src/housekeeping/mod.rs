//! [`Housekeeping`]: what goes by itself.

mod derivation;
mod erasure;
mod imports;
mod sweep;

use async_trait::async_trait;
use roster_domain::ports::{Due, Housekeeping, Result};

pub(crate) use derivation::{derive_behind, derive_to_the_end};

use crate::PostgresStore;

#[async_trait]
impl Housekeeping for PostgresStore {
    async fn sweep(&self, due: Due) -> Result<bool> {
        self.bulk_act(sweep::sweep(self.pool.clone(), self.bulk_timeout, due)).await
    }

    async fn erase_some(&self) -> Result<bool> {
        let (pool, statement_timeout) = (self.pool.clone(), self.bulk_timeout);
        self.bulk_act(async move { erasure::erase_some(&pool, statement_timeout).await }).await
    }

    async fn derive_some(&self) -> Result<bool> {
        let (pool, statement_timeout) = (self.pool.clone(), self.bulk_timeout);
        self.bulk_act(async move { derivation::derive_some(&pool, statement_timeout).await }).await
    }
}
