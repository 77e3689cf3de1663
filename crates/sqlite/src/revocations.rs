//! What was ended elsewhere.

use roster_domain::ports::{Revocation, Revocations};

use crate::SqliteStore;

/// SQLite tells nobody of a write. The one process that serves a file tells itself what it ends; what another one ends
/// (the command line) is noticed when what is remembered grows old.
impl Revocations for SqliteStore {
    fn listen(&self, _heard: Box<dyn Fn(Revocation) + Send + Sync>) {}
}
