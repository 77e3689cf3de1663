//! Somebody who owns things, and what they do in a behaviour's first lines.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ContactCreation, ContactDeletion};
use roster_domain::{
    Account, Caller, Client, ClientId, Contact, ContactChanges, ContactFilter, ContactGroup, ContactId, ContactName,
    GroupId, Keyset, NewContact, NewGroup, Number, Scope, SessionId, Span, User,
};

use crate::walk::{limit, walk_contacts};
use crate::{Bench, Dump};

/// A user with a default client and its default group.
#[derive(Clone)]
pub struct Owner {
    /// Where they live.
    pub bench: Bench,
    /// Who they are.
    pub user: User,
    /// Their default client.
    pub client: Client,
    /// The default group of that, as it was when it was made.
    pub group: ContactGroup,
    /// Everything they own.
    pub scope: Scope,
}

impl Owner {
    pub(crate) async fn new(bench: Bench, user: User, client: Client, group: GroupId) -> Self {
        let scope = caller(&bench, &user, None).scope();
        let group = bench.store.groups.get(&scope, group).await.unwrap().expect("a client comes with its group");
        Self { bench, user, client, group, scope }
    }

    /// Their rights over their account.
    #[must_use]
    pub fn account(&self) -> Account {
        caller(&self.bench, &self.user, None).account().unwrap()
    }

    /// Their rights narrowed to one client, theirs or not.
    #[must_use]
    pub fn only(&self, client: ClientId) -> Scope {
        caller(&self.bench, &self.user, Some(client)).scope()
    }

    /// A further client with its default group.
    pub async fn client(&self, name: &str) -> (Client, ContactGroup) {
        let new = self.bench.new_client(name);
        let group = new.group.id;
        let client = self.bench.store.clients.create(&self.account(), new).await.unwrap().expect("the user exists");
        let group = self.bench.store.groups.get(&self.scope, group).await.unwrap().expect("with its group");
        (client, group)
    }

    /// A further group of the default client.
    pub async fn group(&self, title: &str) -> ContactGroup {
        self.make_group(&self.scope, self.bench.new_group(title)).await
    }

    /// This group, in this scope.
    pub async fn make_group(&self, scope: &Scope, group: NewGroup) -> ContactGroup {
        self.bench.store.groups.create(scope, group).await.unwrap().expect("the client exists")
    }

    /// This contact, in whichever client its group belongs to.
    pub async fn make(&self, contact: NewContact) -> Contact {
        match self.bench.store.contacts.create(&self.scope, contact).await.unwrap() {
            ContactCreation::Done(contact) => contact,
            other => panic!("the contact wasn't made: {other:?}"),
        }
    }

    /// A contact in the default group.
    pub async fn contact(&self, name: &str, number: &str) -> Contact {
        let name = ContactName::parse(name).unwrap();
        self.make(NewContact { name, ..self.bench.new_contact(number) }).await
    }

    /// A contact in this group.
    pub async fn contact_in(&self, group: &ContactGroup, number: &str) -> Contact {
        self.make(NewContact { group_id: Some(group.id), ..self.bench.new_contact(number) }).await
    }

    /// One contact as it is now.
    pub async fn get(&self, id: ContactId) -> Option<Contact> {
        self.bench.store.contacts.get(&self.scope, id).await.unwrap()
    }

    /// Deletes one contact, in whatever state it is.
    pub async fn delete(&self, id: ContactId) -> ContactDeletion {
        self.bench.store.contacts.delete(&self.scope, id, Exists).await.unwrap()
    }

    /// One group as it is now.
    pub async fn get_group(&self, id: GroupId) -> Option<ContactGroup> {
        self.bench.store.groups.get(&self.scope, id).await.unwrap()
    }

    /// All contacts of one of their groups, newest first.
    pub async fn contacts_in(&self, group: GroupId) -> Vec<Contact> {
        let filter = ContactFilter::of_group(Some(group));
        walk_contacts(&self.bench.store, &self.scope, Span::AllClients, &filter, limit(1_000)).await
    }

    /// The default group of one of their clients.
    ///
    /// # Panics
    /// When it has none, or several.
    pub async fn default_group(&self, client: ClientId) -> ContactGroup {
        let keyset = Keyset { after: None, limit: limit(5_000) };
        let page = self.bench.store.groups.page(&self.only(client), Span::OneClient, keyset).await.unwrap();
        assert!(!page.has_more, "all the groups fit on one page");
        let mut defaults: Vec<_> = page.items.into_iter().filter(|group| group.is_default).collect();
        assert_eq!(defaults.len(), 1, "a client has exactly one default group: {defaults:?}");
        defaults.remove(0)
    }

    /// Everything they own.
    pub async fn dump(&self) -> Dump {
        Dump::of(self).await
    }
}

pub(crate) fn caller(bench: &Bench, user: &User, client: Option<ClientId>) -> Caller {
    let session = SessionId::generate(bench.now(), bench.entropy.as_ref());
    Caller::User { user: user.id, session, client }
}

/// Changes that set the name.
pub(crate) fn renamed(name: &str) -> ContactChanges {
    ContactChanges { name: Some(ContactName::parse(name).unwrap()), ..ContactChanges::default() }
}

/// Changes that set the number.
pub(crate) fn renumbered(number: &str) -> ContactChanges {
    ContactChanges { number: Some(Number::parse(number).unwrap()), ..ContactChanges::default() }
}

/// Changes that set the group.
pub(crate) fn moved(group: GroupId) -> ContactChanges {
    ContactChanges { group_id: Some(group), ..ContactChanges::default() }
}
