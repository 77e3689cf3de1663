//! Everything somebody owns, to see whether anything of it changed.

use roster_domain::{AuditEntry, Client, Contact, ContactFilter, ContactGroup, Session, Span, User};

use crate::Owner;
use crate::walk::{limit, walk_clients, walk_contacts, walk_groups, walk_sessions, walk_trail};

/// All rows of one user, with their times and revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dump {
    /// `None`: gone or disabled.
    pub user: Option<User>,
    /// What their password must verify against; `None` as above.
    pub password_hash: Option<String>,
    /// Oldest first.
    pub clients: Vec<Client>,
    /// Oldest first.
    pub groups: Vec<ContactGroup>,
    /// Newest first.
    pub contacts: Vec<Contact>,
    /// Those that live, newest first.
    pub sessions: Vec<Session>,
    /// What the trail says of them, newest first.
    pub trail: Vec<AuditEntry>,
}

impl Dump {
    pub(crate) async fn of(owner: &Owner) -> Self {
        let (store, scope, account, rows) = (&owner.bench.store, &owner.scope, &owner.account(), limit(1_000));
        Self {
            user: store.users.get(account).await.unwrap(),
            password_hash: store.users.password_hash(account).await.unwrap(),
            clients: walk_clients(store, account, rows).await,
            groups: walk_groups(store, scope, Span::AllClients, rows).await,
            contacts: walk_contacts(store, scope, Span::AllClients, &ContactFilter::default(), rows).await,
            sessions: walk_sessions(store, account, owner.bench.now(), rows).await,
            trail: walk_trail(store, account, rows).await,
        }
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.user.is_none()
            && self.password_hash.is_none()
            && self.clients.is_empty()
            && self.groups.is_empty()
            && self.contacts.is_empty()
            && self.sessions.is_empty()
            && self.trail.is_empty()
    }
}
