//! `/contact`.

use std::sync::Arc;

use roster_domain::ports::{
    ContactCreation, ContactDeletion, ContactRepository, ContactUpdate, MatchingDeletion, Result as StoreResult,
};
use roster_domain::{Contact, ContactFilter, ContactOrder, ContactPage, ContactPlace, Keyset, Limit, Scope, Span};

use crate::answers::{self, ContactJson, Count, Data, Deleted};
use crate::call::Call;
use crate::conditional::{Tag, precondition};
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
            answers::created_in(
                "Contact created successfully!",
                ContactJson::from(&contact),
                &location,
                &Tag::of(contact.version()),
            )
        }
        ContactCreation::UnknownGroup => Err(unknown_group()),
        ContactCreation::ClientGone => Err(Code::Unauthenticated.into()),
    }
}

pub async fn get(call: Call) -> Answer {
    let id = call.id()?;
    let (scope, contacts) = (call.scope(), &call.app.store.contacts);
    if requests::contacts::is_full_view(call.parts()?)? {
        let (contact, info) = call.one(contacts.get_with_number_info(&scope, id)).await?.ok_or(Code::NotFound)?;
        let tag = Tag::of_full_view(contact.version(), &info);
        return answers::state(&call, FETCHED, ContactJson::full(&contact, &info), &tag);
    }
    let contact = call.one(contacts.get(&scope, id)).await?.ok_or(Code::NotFound)?;
    answers::state(&call, FETCHED, ContactJson::from(&contact), &Tag::of(contact.version()))
}

pub async fn update(call: Call) -> Answer {
    let id = call.id()?;
    let precondition = precondition(call.request.headers())?;
    let changes = requests::contacts::update(call.parts()?)?;
    let (contacts, now) = (&call.app.store.contacts, call.app.clock.now());
    match call.one(contacts.update(&call.scope(), id, changes, precondition, now)).await? {
        ContactUpdate::Done(contact) => {
            answers::ok_in("Contact updated successfully!", ContactJson::from(&contact), &Tag::of(contact.version()))
        }
        ContactUpdate::Absent => Err(Code::NotFound.into()),
        ContactUpdate::UnknownGroup => Err(unknown_group()),
        ContactUpdate::Stale => Err(Code::PreconditionFailed.into()),
    }
}

const DELETED: &str = "Contact deleted successfully!";

pub async fn delete(call: Call) -> Answer {
    let id = call.id()?;
    let precondition = precondition(call.request.headers())?;
    requests::nothing(call.parts()?)?;
    match call.one(call.app.store.contacts.delete(&call.scope(), id, precondition)).await? {
        ContactDeletion::Done => answers::ok(DELETED, Deleted::things(1)),
        ContactDeletion::Absent => Err(Code::NotFound.into()),
        ContactDeletion::Stale => Err(Code::PreconditionFailed.into()),
    }
}

pub async fn count(call: Call) -> Answer {
    list::refuse_all_clients(&call)?;
    let chosen = requests::contacts::count(call.parts()?)?;
    let (scope, span) = reach(&call, chosen.all_clients)?;
    let count = call.search(call.app.store.contacts.count(&scope, span, &chosen.filter)).await?;
    answers::ok("Contact counted successfully!", Count { count })
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
    let asked = list::asked::<Contacts>(&call)?;
    let requests::contacts::Listed { chosen, order } = asked.wanted.filter.clone();
    let (scope, span) = reach(&call, chosen.all_clients)?;
    let repository = Arc::clone(&call.app.store.contacts);
    let contacts = Contacts { repository, scope, span, filter: chosen.filter, order };
    list::answer(&call, contacts, &asked).await
}

fn unknown_group() -> Failure {
    Failure::field("group_id", requests::contacts::unknown_group())
}

/// Contacts to be listed.
struct Contacts {
    repository: Arc<dyn ContactRepository>,
    scope: Scope,
    span: Span,
    filter: ContactFilter,
    order: ContactOrder,
}

impl Listing for Contacts {
    type Item = Contact;
    type Filter = requests::contacts::Listed;
    type Place = ContactPlace;
    const ROUTE: &str = "/contact";
    const ORDER: &str = "newest first";
    const MESSAGE: &str = FETCHED;
    const AS_LINES: bool = true;

    fn is_search(&self) -> bool {
        !self.filter.is_by_group_only()
    }

    async fn page(&self, after: Option<ContactPlace>, limit: Limit) -> StoreResult<ContactPage> {
        let keyset = Keyset { after, limit };
        self.repository.page(&self.scope, self.span, &self.filter, self.order, keyset).await
    }

    fn row(contact: &Contact) -> impl Data {
        ContactJson::from(contact)
    }
}
