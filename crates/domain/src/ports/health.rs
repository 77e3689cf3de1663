use async_trait::async_trait;

use super::Result;

/// Whether the store can be worked with.
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Asks the store, the way requests do, whether it answers and holds every migration this program knows.
    async fn check(&self) -> Result<()>;
}
