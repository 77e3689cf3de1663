//! The audit trail, and who listens to what is ended.

use async_trait::async_trait;
use roster_domain::ports::{AuditRepository, Result, Revocation, Revocations};
use roster_domain::{Account, AuditEntry, AuditId, Keyset, Page};

use super::MemoryStore;
use super::unasked::not_asked;

#[async_trait]
impl AuditRepository for MemoryStore {
    async fn append(&self, entry: AuditEntry) -> Result<()> {
        self.write("audit.append", |rows| rows.trail.push(entry)).await
    }

    async fn page(&self, _: &Account, _: Keyset<AuditId>) -> Result<Page<AuditEntry>> {
        not_asked()
    }
}

/// Nothing is heard but what a test says: notifications may be lost.
impl Revocations for MemoryStore {
    fn listen(&self, heard: Box<dyn Fn(Revocation) + Send + Sync>) {
        self.listeners.lock().unwrap().push(heard);
    }
}
