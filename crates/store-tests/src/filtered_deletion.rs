//! Deleting what a narrowed list holds.

use std::collections::BTreeSet;

use roster_domain::ports::MatchingDeletion;
use roster_domain::{Contact, ContactFilter, ContactId, ContactOrder, NewContact, Span};

use crate::matching::{both, in_group};
use crate::reference::Reference;
use crate::varied::Varied;
use crate::{Bench, Owner};

/// The same contact once more, after it was deleted.
async fn make_again(owner: &Owner, contact: Contact) {
    let Contact { id, group_id, name, number, channel, transaction, created_at, updated_at, legacy_version, .. } =
        contact;
    let group_id = Some(group_id);
    owner
        .make(NewContact { id, group_id, name, number, channel, transaction, created_at, updated_at, legacy_version })
        .await;
}

fn ids(contacts: &[Contact]) -> BTreeSet<ContactId> {
    contacts.iter().map(|contact| contact.id).collect()
}

pub async fn each_filter_deletes_what_its_list_holds(bench: Bench) {
    let varied = Varied::of(&bench, "ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    eve.contact("Amina Bello", "08031234567").await;
    let hers = eve.dump().await;
    let reference = Reference::of(&varied.owner).await;
    let owner = &varied.owner;
    let before = owner.dump().await.contacts;
    let scopes = varied.scopes();
    for (turn, filter) in varied.filters().into_iter().enumerate() {
        let (scope, span) = scopes[turn % scopes.len()];
        let group = in_group(varied.groups[turn % varied.groups.len()]);
        for (scope, span, filter) in [
            (owner.scope, Span::AllClients, filter.clone()),
            (scope, span, filter.clone()),
            (scope, span, both(&group, &filter)),
        ] {
            let doomed = reference.list(&scope, span, &filter, ContactOrder::Newest);
            let actual = u64::try_from(doomed.len()).unwrap();
            let delete = async |filter: &ContactFilter, expected| {
                bench.store.contacts.delete_matching(&scope, span, filter, expected).await.unwrap()
            };
            assert_eq!(delete(&filter, actual + 1).await, MatchingDeletion::CountChanged { actual }, "{filter:?}");
            assert_eq!(owner.dump().await.contacts, before, "a wrong count deletes nothing");
            assert_eq!(delete(&filter, actual).await, MatchingDeletion::Done { deleted: actual }, "{filter:?}");
            let left = ids(&owner.dump().await.contacts);
            assert_eq!(left, &ids(&before) - &ids(&doomed), "{scope:?} {span:?} {filter:?}");
            for contact in doomed {
                make_again(owner, contact).await;
            }
        }
    }
    assert_eq!(owner.dump().await.contacts, before);
    assert_eq!(eve.dump().await, hers);
}
