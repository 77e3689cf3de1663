//! `/contact_groups`.

use std::sync::Arc;

use roster_domain::ports::{GroupDeletion, GroupRepository, GroupUpdate, Result as StoreResult};
use roster_domain::{ContactFilter, ContactGroup, GroupId, Keyset, Limit, PlacedPage, Scope, Span};

use crate::answers::{self, Data, Deleted, GroupJson};
use crate::call::Call;
use crate::conditional::{Tag, precondition};
use crate::error::Code;
use crate::failure::Answer;
use crate::list::{self, Listing, reach};
use crate::requests;

const FETCHED: &str = "ContactGroup group fetched successfully!";

pub async fn create(call: Call) -> Answer {
    let now = call.app.clock.now();
    let group = requests::groups::create(call.parts()?, call.app.ids.next(now), now)?;
    let group = call.one(call.app.store.groups.create(&call.scope(), group)).await?.ok_or(Code::Unauthenticated)?;
    let location = format!("{}/contact_groups/{}", call.prefix(), group.id);
    answers::created_in(
        "ContactGroup group created successfully!",
        GroupJson::from(&group),
        &location,
        &Tag::of(group.version()),
    )
}

pub async fn get(call: Call) -> Answer {
    let id = call.id()?;
    requests::nothing(call.parts()?)?;
    let group = call.one(call.app.store.groups.get(&call.scope(), id)).await?.ok_or(Code::NotFound)?;
    answers::state(&call, FETCHED, GroupJson::from(&group), &Tag::of(group.version()))
}

pub async fn update(call: Call) -> Answer {
    let id = call.id()?;
    let precondition = precondition(call.request.headers())?;
    let changes = requests::groups::update(call.parts()?)?;
    let (groups, now) = (&call.app.store.groups, call.app.clock.now());
    match call.one(groups.update(&call.scope(), id, changes, precondition, now)).await? {
        GroupUpdate::Done(group) => answers::ok_in(
            "ContactGroup group updated successfully!",
            GroupJson::from(&group),
            &Tag::of(group.version()),
        ),
        GroupUpdate::Absent => Err(Code::NotFound.into()),
        GroupUpdate::DefaultGroup => Err(Code::DefaultGroup.into()),
        GroupUpdate::Stale => Err(Code::PreconditionFailed.into()),
    }
}

pub async fn delete(call: Call) -> Answer {
    let id = call.id()?;
    let precondition = precondition(call.request.headers())?;
    let fate = requests::groups::delete(call.parts()?)?;
    let (groups, now) = (&call.app.store.groups, call.app.clock.now());
    match call.bulk(groups.delete(&call.scope(), id, fate, precondition, now)).await? {
        GroupDeletion::Done { contacts } => {
            answers::ok("ContactGroup group deleted successfully!", Deleted::with_contacts(contacts))
        }
        GroupDeletion::Absent => Err(Code::NotFound.into()),
        GroupDeletion::DefaultGroup => Err(Code::DefaultGroup.into()),
        GroupDeletion::NotEmpty => Err(Code::NotEmpty.into()),
        GroupDeletion::Stale => Err(Code::PreconditionFailed.into()),
    }
}

pub async fn list(call: Call) -> Answer {
    list::refuse_all_clients(&call)?;
    let asked = list::asked::<Groups>(&call)?;
    let (scope, span) = reach(&call, asked.wanted.filter.all_clients)?;
    let repository = Arc::clone(&call.app.store.groups);
    let groups = Groups { repository, scope, span, counted: asked.wanted.filter.counted.clone() };
    list::answer(&call, groups, &asked).await
}

/// Contact groups to be listed, oldest first.
struct Groups {
    repository: Arc<dyn GroupRepository>,
    scope: Scope,
    span: Span,
    /// Which of their contacts are counted, if any.
    counted: Option<ContactFilter>,
}

impl Listing for Groups {
    /// A group, and how many contacts were counted in it.
    type Item = (ContactGroup, Option<u64>);
    type Filter = requests::groups::Chosen;
    type Place = GroupId;
    const ROUTE: &str = "/contact_groups";
    const ORDER: &str = "oldest first";
    const MESSAGE: &str = FETCHED;

    fn is_search(&self) -> bool {
        self.counted.is_some()
    }

    async fn page(&self, after: Option<GroupId>, limit: Limit) -> StoreResult<PlacedPage<Self::Item, GroupId>> {
        let keyset = Keyset { after, limit };
        let page = match &self.counted {
            None => self.repository.page(&self.scope, self.span, keyset).await?.map(|group| (group, None)),
            Some(filter) => {
                let page = self.repository.page_with_counts(&self.scope, self.span, filter, keyset).await?;
                page.map(|(group, contacts)| (group, Some(contacts)))
            }
        };
        Ok(page.placed(|(group, _)| group.id))
    }

    fn row((group, contacts): &Self::Item) -> impl Data {
        GroupJson::counted(group, *contacts)
    }
}
