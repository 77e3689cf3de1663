//! Searching among many: no cap, nothing too old to be found, and other users' rows don't count.

use roster_domain::ports::{MANY_ROWS, MatchingDeletion};
use roster_domain::{Contact, ContactFilter, ContactName, ContactOrder, Keyset, NewContact, Span};

use crate::matching::{both, ending_in, in_group, searched};
use crate::reference::Reference;
use crate::together::together;
use crate::walk::{limit, walk_in_order};
use crate::{Bench, Owner};

/// Made by some tasks together: in every name a common word, in each a number of its own.
async fn filled(owner: &Owner, count: usize) {
    const TASKS: usize = 10;
    together((0..TASKS).map(|task| {
        let owner = owner.clone();
        async move {
            for turn in 0..count / TASKS {
                let place = task * count / TASKS + turn;
                let name = ContactName::parse(&format!("Common {}", place % 7)).unwrap();
                owner.make(NewContact { name, ..owner.bench.new_contact(&format!("23480{place:08}")) }).await;
            }
        }
    }))
    .await;
}

const ORDERS: [ContactOrder; 3] = [ContactOrder::Newest, ContactOrder::Oldest, ContactOrder::Name];

async fn found(owner: &Owner, filter: &ContactFilter, order: ContactOrder, rows: u16) -> Vec<Contact> {
    walk_in_order(&owner.bench.store, &owner.scope, Span::OneClient, filter, order, limit(rows)).await
}

/// One client of so many contacts that answers don't fit on any page, looked into in every way.
pub async fn a_search_finds_everything_there_is(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    // The oldest and the newest, with words that are in no other.
    let friends = ada.group("Friends").await;
    let oldest = ada.contact("Zuwaira xq common", "0000").await;
    let grouped = ada.contact_in(&friends, "xq 1").await;
    filled(&ada, MANY_ROWS + 100).await;
    let newest = ada.contact("Yusuf xq common", "9999").await;
    eve.contact("Zuwaira xq common", "0000").await;
    let reference = Reference::of(&ada).await;

    rare_words_are_found(&ada, [&newest, &grouped, &oldest]).await;
    common_words_fill_pages(&ada, &reference).await;
    for filter in [
        in_group(friends.id),
        both(&in_group(friends.id), &searched("xq")),
        in_group(ada.group.id),
        both(&in_group(ada.group.id), &searched("xq")),
        // Words that are common, but together in few.
        both(&searched("common 3"), &ending_in("0003")),
    ] {
        for order in ORDERS {
            let expected = reference.list(&ada.scope, Span::OneClient, &filter, order);
            assert_eq!(found(&ada, &filter, order, 1_500).await, expected, "{order:?} {filter:?}");
        }
    }

    // What a search holds is what is deleted by it, in steps.
    let (common, count) = (searched("common"), u64::try_from(MANY_ROWS + 102).unwrap());
    let delete = async |expected| {
        bench.store.contacts.delete_matching(&ada.scope, Span::OneClient, &common, expected).await.unwrap()
    };
    assert_eq!(delete(count - 1).await, MatchingDeletion::CountChanged { actual: count });
    assert_eq!(delete(count).await, MatchingDeletion::Done { deleted: count });
    assert_eq!(found(&ada, &ContactFilter::default(), ContactOrder::Newest, 50).await, [grouped]);
    assert_eq!(eve.dump().await.contacts.len(), 1);
}

/// Of many and of few characters, however old what holds them is.
async fn rare_words_are_found(owner: &Owner, [newest, grouped, oldest]: [&Contact; 3]) {
    for (query, expected) in [
        ("zuwaira", vec![oldest]),
        ("zu", vec![oldest]),
        ("z", vec![oldest]),
        ("xq", vec![newest, grouped, oldest]),
        ("xq common", vec![newest, oldest]),
        ("common 9999", vec![newest]),
        ("nothing", vec![]),
        ("qx", vec![]),
        ("common qx", vec![]),
        ("common nothing", vec![]),
    ] {
        let mut expected: Vec<_> = expected.into_iter().cloned().collect();
        for rows in [1, 2, 50] {
            let newest_first = found(owner, &searched(query), ContactOrder::Newest, rows).await;
            assert_eq!(newest_first, expected, "{query}, {rows} a page");
        }
        expected.reverse();
        assert_eq!(found(owner, &searched(query), ContactOrder::Oldest, 2).await, expected, "{query}");
    }
}

/// And there are as many pages as it takes.
async fn common_words_fill_pages(owner: &Owner, reference: &Reference) {
    let common = searched("common");
    for (order, rows) in ORDERS.into_iter().zip([1_000, 5_000, 1_500]) {
        let expected = reference.list(&owner.scope, Span::OneClient, &common, order);
        assert_eq!(expected.len(), MANY_ROWS + 102);
        assert_eq!(found(owner, &common, order, rows).await, expected, "{order:?}");
    }
    let group = in_group(owner.group.id);
    let (contacts, span) = (&owner.bench.store.contacts, Span::OneClient);
    for filter in [both(&group, &common), common, searched("2348000"), searched("0"), ending_in("0007")] {
        for order in ORDERS {
            let keyset = Keyset { after: None, limit: limit(50) };
            let page = contacts.page(&owner.scope, span, &filter, order, keyset).await.unwrap();
            let expected = reference.list(&owner.scope, span, &filter, order);
            assert_eq!(page.items, expected[..expected.len().min(50)], "{order:?} {filter:?}");
            assert_eq!(page.next.is_some(), expected.len() > 50, "{order:?} {filter:?}");
            let count = contacts.count(&owner.scope, span, &filter).await.unwrap();
            assert_eq!(count, u64::try_from(expected.len()).unwrap(), "{filter:?}");
        }
    }
}
