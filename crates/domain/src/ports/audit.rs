use async_trait::async_trait;

use super::Result;
use crate::{Account, AuditEntry, AuditId, Keyset, Page};

/// The audit trail. Acts that are entered in it take their entry along; it can't be changed.
#[async_trait]
pub trait AuditRepository: Send + Sync {
    /// Adds an entry that goes with no other act. When its user is gone by then, it is nobody's.
    async fn append(&self, entry: AuditEntry) -> Result<()>;

    /// A page of the account's own entries, newest first (by id).
    async fn page(&self, account: &Account, keyset: Keyset<AuditId>) -> Result<Page<AuditEntry>>;
}
