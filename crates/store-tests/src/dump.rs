//! Everything somebody owns, to see whether anything of it changed.

use roster_domain::{Client, Contact, ContactFilter, ContactGroup, Span};

use crate::Owner;
use crate::walk::{limit, walk_clients, walk_contacts, walk_groups};

/// All rows of one user, with their times and revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// Oldest first.
    pub clients: Vec<Client>,
    /// Oldest first.
    pub groups: Vec<ContactGroup>,
    /// Newest first.
    pub contacts: Vec<Contact>,
}

impl Dump {
    pub(crate) async fn of(owner: &Owner) -> Self {
        let (store, scope, rows) = (&owner.bench.store, &owner.scope, limit(1_000));
        Self {
            clients: walk_clients(store, &owner.account(), rows).await,
            groups: walk_groups(store, scope, Span::AllClients, rows).await,
            contacts: walk_contacts(store, scope, Span::AllClients, &ContactFilter::default(), rows).await,
        }
    }
}
