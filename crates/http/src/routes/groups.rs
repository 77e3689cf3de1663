//! `/contact_groups`.

use std::sync::Arc;

use roster_domain::ports::{GroupDeletion, GroupRepository, GroupUpdate, Result as StoreResult};
use roster_domain::{ContactGroup, GroupId, Keyset, Limit, Page, Scope, Span};
use serde::Serialize;

use crate::answers::{self, Deleted, GroupJson};
use crate::call::Call;
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
    answers::created("ContactGroup group created successfully!", GroupJson::from(&group), &location)
}

pub async fn get(call: Call) -> Answer {
    let id = call.id()?;
    requests::nothing(call.parts()?)?;
    let group = call.one(call.app.store.groups.get(&call.scope(), id)).await?.ok_or(Code::NotFound)?;
    answers::ok(FETCHED, GroupJson::from(&group))
}

pub async fn update(call: Call) -> Answer {
    let id = call.id()?;
    let changes = requests::groups::update(call.parts()?)?;
    match call.one(call.app.store.groups.update(&call.scope(), id, changes, call.app.clock.now())).await? {
        GroupUpdate::Done(group) => answers::ok("ContactGroup group updated successfully!", GroupJson::from(&group)),
        GroupUpdate::Absent => Err(Code::NotFound.into()),
        GroupUpdate::DefaultGroup => Err(Code::DefaultGroup.into()),
    }
}

pub async fn delete(call: Call) -> Answer {
    let id = call.id()?;
    let fate = requests::groups::delete(call.parts()?)?;
    match call.bulk(call.app.store.groups.delete(&call.scope(), id, fate, call.app.clock.now())).await? {
        GroupDeletion::Done { contacts } => {
            answers::ok("ContactGroup group deleted successfully!", Deleted::with_contacts(contacts))
        }
        GroupDeletion::Absent => Err(Code::NotFound.into()),
        GroupDeletion::DefaultGroup => Err(Code::DefaultGroup.into()),
        GroupDeletion::NotEmpty => Err(Code::NotEmpty.into()),
    }
}

pub async fn list(call: Call) -> Answer {
    list::refuse_all_clients(&call)?;
    let wanted = list::wanted::<Groups>(&call)?;
    let (scope, span) = reach(&call, wanted.filter.all_clients)?;
    let groups = Groups { repository: Arc::clone(&call.app.store.groups), scope, span };
    list::answer(&call, groups, &wanted).await
}

/// Contact groups to be listed, oldest first.
struct Groups {
    repository: Arc<dyn GroupRepository>,
    scope: Scope,
    span: Span,
}

impl Listing for Groups {
    type Item = ContactGroup;
    type Filter = requests::groups::Chosen;
    type Place = GroupId;
    const ROUTE: &str = "/contact_groups";
    const ORDER: &str = "oldest first";
    const MESSAGE: &str = FETCHED;

    async fn page(&self, after: Option<GroupId>, limit: Limit) -> StoreResult<Page<ContactGroup>> {
        let keyset = Keyset { after, limit };
        self.repository.page(&self.scope, self.span, keyset).await
    }

    fn place(group: &ContactGroup) -> GroupId {
        group.id
    }

    fn row(group: &ContactGroup) -> impl Serialize {
        GroupJson::from(group)
    }
}
