//! What a list must hold, worked out the plain way: every row looked at, by the domain's own functions.

use std::cmp::Ordering;

use roster_domain::{
    Client, ClientId, Contact, ContactFilter, ContactOrder, GroupId, NameKey, Number, NumberInfo, Region, Scope,
    SearchKey, Span,
};

use crate::{Dump, Owner};

/// The rows of one user.
pub(crate) struct Reference {
    clients: Vec<Client>,
    contacts: Vec<Contact>,
}

impl Reference {
    /// Of everything they own now.
    pub(crate) async fn of(owner: &Owner) -> Self {
        let Dump { clients, contacts, .. } = owner.dump().await;
        Self { clients, contacts }
    }

    /// The contacts of a list, in its order.
    pub(crate) fn list(&self, scope: &Scope, span: Span, filter: &ContactFilter, order: ContactOrder) -> Vec<Contact> {
        let mut list: Vec<_> =
            self.contacts.iter().filter(|contact| self.is_meant(contact, scope, span, filter)).collect();
        list.sort_by(|one, other| compare(one, other, order));
        list.into_iter().cloned().collect()
    }

    /// What a contact's number is.
    pub(crate) fn number_info(&self, contact: &Contact) -> NumberInfo {
        NumberInfo::derive(&contact.number, self.client(contact.client_id).region.as_ref())
    }

    /// How many of a group's contacts match, whatever group the filter names.
    pub(crate) fn count_in(&self, group: GroupId, filter: &ContactFilter) -> u64 {
        let matching =
            self.contacts.iter().filter(|contact| contact.group_id == group && self.matches(contact, filter));
        u64::try_from(matching.count()).unwrap()
    }

    fn is_meant(&self, contact: &Contact, scope: &Scope, span: Span, filter: &ContactFilter) -> bool {
        let is_reached = match (scope.client(), filter.group_id, span) {
            (Some(client), _, _) => contact.client_id == client,
            (None, Some(_), _) | (None, None, Span::AllClients) => true,
            (None, None, Span::OneClient) => self.client(contact.client_id).is_default,
        };
        is_reached && filter.group_id.is_none_or(|id| contact.group_id == id) && self.matches(contact, filter)
    }

    /// Whether all of the filter but its group holds.
    fn matches(&self, contact: &Contact, filter: &ContactFilter) -> bool {
        let region = self.client(contact.client_id).region.as_ref();
        let key = SearchKey::of(&contact.name, &contact.number);
        filter.channel.as_ref().is_none_or(|channel| contact.channel == *channel)
            && filter.number.as_ref().is_none_or(|number| is_same(&contact.number, number, region))
            && filter.number_suffix.as_ref().is_none_or(|suffix| key.ends_in(suffix))
            && filter.kind.is_none_or(|kind| self.number_info(contact).kind == kind)
            && filter.search.as_ref().is_none_or(|search| key.holds(search))
            && filter.created_after.is_none_or(|at| contact.created_at >= at)
            && filter.created_before.is_none_or(|at| contact.created_at < at)
            && filter.updated_after.is_none_or(|at| contact.updated_at >= at)
    }

    fn client(&self, id: ClientId) -> &Client {
        self.clients.iter().find(|client| client.id == id).expect("a contact's client exists")
    }
}

/// The same text, or two ways to write one phone number.
fn is_same(one: &Number, other: &Number, region: Option<&Region>) -> bool {
    let e164 = |number| NumberInfo::derive(number, region).e164;
    one == other || (e164(one).is_some() && e164(one) == e164(other))
}

fn compare(one: &Contact, other: &Contact, order: ContactOrder) -> Ordering {
    let (key, other_key) = (NameKey::of(&one.name), NameKey::of(&other.name));
    match order {
        ContactOrder::Newest => other.id.cmp(&one.id),
        ContactOrder::Oldest => one.id.cmp(&other.id),
        ContactOrder::Name => key.as_str().as_bytes().cmp(other_key.as_str().as_bytes()).then(one.id.cmp(&other.id)),
    }
}
