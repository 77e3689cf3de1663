//! `/contact`.

use std::sync::Arc;

use roster_domain::ports::{
    ContactCreation, ContactRepository, ContactUpdate, MatchingDeletion, Result as StoreResult,
};
use roster_domain::{Contact, ContactFilter, ContactId, Invalid, InvalidCode, Keyset, Limit, Page, Scope, Span};
use serde::Serialize;

use crate::answers::{self, ContactJson, Deleted};
use crate::call::Call;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::list::{self, Listing, reach};
use crate::requests;

const FETCHED: &str = "Contact fetched successfully!";

pub async fn create(call: Call) -> Answer {
    let now = call.app.clock.now();
    let contact = requests::contacts::create(call.parts()?, call.app.ids.next(now), now)?;
    match call.one(call.app.store.contacts.create(&call.scope(), contact)).await? {
        ContactCreation::Done(contact) => {
            let location = format!("{}/contact/{}", call.prefix(), contact.id);
            answers::created("Contact created successfully!", ContactJson::from(&contact), &location)
        }
        ContactCreation::UnknownGroup => Err(unknown_group()),
        ContactCreation::ClientGone => Err(Code::Unauthenticated.into()),
    }
}

pub async fn get(call: Call) -> Answer {
    let id = call.id()?;
    requests::nothing(call.parts()?)?;
    let contact = call.one(call.app.store.contacts.get(&call.scope(), id)).await?.ok_or(Code::NotFound)?;
    answers::ok(FETCHED, ContactJson::from(&contact))
}

pub async fn update(call: Call) -> Answer {
    let id = call.id()?;
    let changes = requests::contacts::update(call.parts()?)?;
    match call.one(call.app.store.contacts.update(&call.scope(), id, changes, call.app.clock.now())).await? {
        ContactUpdate::Done(contact) => answers::ok("Contact updated successfully!", ContactJson::from(&contact)),
        ContactUpdate::Absent => Err(Code::NotFound.into()),
        ContactUpdate::UnknownGroup => Err(unknown_group()),
    }
}

const DELETED: &str = "Contact deleted successfully!";

pub async fn delete(call: Call) -> Answer {
    let id = call.id()?;
    requests::nothing(call.parts()?)?;
    if call.one(call.app.store.contacts.delete(&call.scope(), id)).await? {
        answers::ok(DELETED, Deleted::things(1))
    } else {
        Err(Code::NotFound.into())
    }
}

pub async fn delete_matching(call: Call) -> Answer {
    list::refuse_all_clients(&call)?;
    let (chosen, expected) = requests::contacts::delete_matching(call.parts()?)?;
    let (scope, span) = reach(&call, chosen.all_clients)?;
    match call.bulk(call.app.store.contacts.delete_matching(&scope, span, &chosen.filter, expected)).await? {
        MatchingDeletion::Done { deleted } => answers::ok(DELETED, Deleted::things(deleted)),
        MatchingDeletion::CountChanged { actual } => {
            let message = format!("There are {actual}, not {expected} as confirmed; nothing was deleted.");
            Err(Failure::told(Code::CountChanged, message))
        }
    }
}

pub async fn list(call: Call) -> Answer {
    list::refuse_all_clients(&call)?;
    let wanted = list::wanted::<Contacts>(&call)?;
    let (scope, span) = reach(&call, wanted.filter.all_clients)?;
    let repository = Arc::clone(&call.app.store.contacts);
    let contacts = Contacts { repository, scope, span, filter: wanted.filter.filter.clone() };
    list::answer(&call, contacts, &wanted).await
}

fn unknown_group() -> Failure {
    Failure::field("group_id", Invalid::new(InvalidCode::Unknown, "is not a group that can be chosen here"))
}

/// Contacts to be listed, newest first.
struct Contacts {
    repository: Arc<dyn ContactRepository>,
    scope: Scope,
    span: Span,
    filter: ContactFilter,
}

impl Listing for Contacts {
    type Item = Contact;
    type Filter = requests::contacts::Chosen;
    type Place = ContactId;
    const ROUTE: &str = "/contact";
    const ORDER: &str = "newest first";
    const MESSAGE: &str = FETCHED;

    async fn page(&self, after: Option<ContactId>, limit: Limit) -> StoreResult<Page<Contact>> {
        let keyset = Keyset { after, limit };
        self.repository.page(&self.scope, self.span, &self.filter, keyset).await
    }

    fn place(contact: &Contact) -> ContactId {
        contact.id
    }

    fn row(contact: &Contact) -> impl Serialize {
        ContactJson::from(contact)
    }
}
