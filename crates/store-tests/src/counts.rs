//! Counts: as many as the list holds.

use roster_domain::{ContactFilter, ContactGroup, ContactOrder, Page, Span};

use crate::Bench;
use crate::matching::{both, in_group, searched};
use crate::owner::caller;
use crate::reference::Reference;
use crate::varied::Varied;
use crate::walk::{first, limit, walk, walk_groups};

pub async fn a_count_is_that_of_the_list(bench: Bench) {
    let varied = Varied::of(&bench, "ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    eve.contact("Amina", "08031234567").await;
    let reference = Reference::of(&varied.owner).await;
    for filter in varied.filters().into_iter().chain([ContactFilter::default()]) {
        for (scope, span) in varied.scopes() {
            let groups = [in_group(varied.groups[1]), in_group(varied.groups[2]), in_group(eve.group.id)];
            for group in groups.into_iter().chain([ContactFilter::default()]) {
                let filter = both(&group, &filter);
                let expected = reference.list(&scope, span, &filter, ContactOrder::Newest).len();
                let count = bench.store.contacts.count(&scope, span, &filter).await.unwrap();
                assert_eq!(count, u64::try_from(expected).unwrap(), "{scope:?} {span:?} {filter:?}");
            }
        }
    }
    let nobody = bench.new_account("nobody@example.org").user.user;
    let scope = caller(&bench, &nobody, None).scope();
    for span in [Span::OneClient, Span::AllClients] {
        assert_eq!(bench.store.contacts.count(&scope, span, &ContactFilter::default()).await.unwrap(), 0);
    }
}

pub async fn groups_come_with_their_counts(bench: Bench) {
    let varied = Varied::of(&bench, "ada@example.org").await;
    let empty = varied.owner.group("Empty").await;
    let reference = Reference::of(&varied.owner).await;
    let groups = &bench.store.groups;
    for filter in varied.filters().into_iter().chain([ContactFilter::default(), in_group(varied.groups[0])]) {
        for (scope, span) in varied.scopes() {
            let expected: Vec<(ContactGroup, u64)> = walk_groups(&bench.store, &scope, span, limit(50))
                .await
                .into_iter()
                .map(|group| {
                    let count = reference.count_in(group.id, &filter);
                    (group, count)
                })
                .collect();
            for rows in [2, 50] {
                let id = |(group, _): &(ContactGroup, u64)| group.id;
                let page = |keyset| groups.page_with_counts(&scope, span, &filter, keyset);
                assert_eq!(walk(limit(rows), id, page).await, expected, "{scope:?} {span:?} {filter:?}");
            }
        }
    }
    let scope = varied.owner.scope;
    let page = groups.page_with_counts(&scope, Span::OneClient, &searched("amina"), first()).await.unwrap();
    assert!(page.items.contains(&(empty, 0)), "those without any, too");
    let nobody = bench.new_account("nobody@example.org").user.user;
    let scope = caller(&bench, &nobody, None).scope();
    let page = groups.page_with_counts(&scope, Span::AllClients, &ContactFilter::default(), first()).await.unwrap();
    assert_eq!(page, Page::empty());
}
