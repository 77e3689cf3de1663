//! Whether the store can be worked with.

use async_trait::async_trait;
use roster_domain::ports::{Result, StoreError, StoreHealth};

use crate::{SqliteStore, migrations};

#[async_trait]
impl StoreHealth for SqliteStore {
    async fn check(&self) -> Result<()> {
        match self.readers.get(migrations::missing_in).await? {
            0 => Ok(()),
            unfit => Err(StoreError::unavailable(format!(
                "{unfit} migrations aren't applied as this program knows them: run `roster migrate status`"
            ))),
        }
    }
}
