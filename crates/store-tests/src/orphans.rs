//! Looking for a contact whose group is gone.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

use roster_domain::{ContactFilter, ContactOrder, GroupId, Span};

use crate::Owner;
use crate::walk::first;

/// A check to be repeated: of the newest contacts, each is in a group that exists.
///
/// A contact and its group are two reads, and a group may be deleted between them. But once a group was found to be
/// gone, no later read may show a contact in it.
pub(crate) fn looked_for(owner: &Owner) -> impl FnMut() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + 'static {
    let owner = owner.clone();
    move || {
        let owner = owner.clone();
        Box::pin(async move {
            let groups: BTreeSet<GroupId> = groups_in_use(&owner).await;
            let mut gone = BTreeSet::new();
            for group in groups {
                if owner.get_group(group).await.is_none() {
                    gone.insert(group);
                }
            }
            if !gone.is_empty() {
                let groups = groups_in_use(&owner).await;
                assert!(groups.is_disjoint(&gone), "contacts stand in groups that are gone: {gone:?}");
            }
        })
    }
}

async fn groups_in_use(owner: &Owner) -> BTreeSet<GroupId> {
    let store = &owner.bench.store;
    let page = store
        .contacts
        .page(&owner.scope, Span::AllClients, &ContactFilter::default(), ContactOrder::Newest, first())
        .await
        .unwrap();
    page.items.into_iter().map(|contact| contact.group_id).collect()
}
