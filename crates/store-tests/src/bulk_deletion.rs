//! Deleting what a list holds.

use roster_domain::ports::MatchingDeletion::{self, CountChanged, Done};
use roster_domain::{ContactFilter, GroupId, NewContact, Scope, Span};

use crate::together::together;
use crate::{Bench, Owner};

fn everything() -> ContactFilter {
    ContactFilter::default()
}

fn group(id: GroupId) -> ContactFilter {
    ContactFilter::of_group(Some(id))
}

async fn delete(bench: &Bench, scope: &Scope, span: Span, filter: &ContactFilter, expected: u64) -> MatchingDeletion {
    bench.store.contacts.delete_matching(scope, span, filter, expected).await.unwrap()
}

/// Ada's two clients, two groups each, with 2, 3, 4 and 5 contacts; and Eve, with 1.
struct Filled {
    ada: Owner,
    eve: Owner,
    groups: [GroupId; 4],
}

async fn filled(bench: &Bench) -> Filled {
    let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
    let (shop, shop_group) = ada.client("Shop").await;
    let friends = ada.group("Friends").await;
    let buyers = ada.make_group(&ada.only(shop.id), bench.new_group("Buyers")).await;
    let groups = [ada.group.id, friends.id, shop_group.id, buyers.id];
    for (group, count) in groups.into_iter().zip(2..) {
        for _ in 0..count {
            ada.make(NewContact { group_id: Some(group), ..bench.new_contact("2348000000001") }).await;
        }
    }
    eve.contact("Amina", "2348000000001").await;
    Filled { ada, eve, groups }
}

pub async fn a_wrong_count_deletes_nothing(bench: Bench) {
    let Filled { ada, eve, groups } = filled(&bench).await;
    let before = (ada.dump().await, eve.dump().await);
    let cases = [
        (Span::AllClients, everything(), 14_u64),
        (Span::OneClient, everything(), 5),
        (Span::AllClients, group(groups[3]), 5),
        (Span::OneClient, group(groups[1]), 3),
        (Span::AllClients, group(bench.id()), 0),
        (Span::AllClients, group(eve.group.id), 0),
    ];
    for (span, filter, actual) in cases {
        for wrong in [actual + 1, actual.wrapping_sub(1), 1_000_000] {
            let outcome = delete(&bench, &ada.scope, span, &filter, wrong).await;
            assert_eq!(outcome, CountChanged { actual }, "{span:?} {filter:?} {wrong}");
        }
    }
    assert_eq!((ada.dump().await, eve.dump().await), before);
}

pub async fn deletes_what_the_list_holds(bench: Bench) {
    let Filled { ada, eve, groups } = filled(&bench).await;
    let left = async || {
        let mut counts = Vec::new();
        for group in groups {
            counts.push(ada.contacts_in(group).await.len());
        }
        counts
    };
    let eves = eve.dump().await;
    let shop = ada.get_group(groups[2]).await.unwrap().client_id;

    // A group chooses the client, whatever the span.
    assert_eq!(delete(&bench, &ada.scope, Span::OneClient, &group(groups[3]), 5).await, Done { deleted: 5 });
    assert_eq!(left().await, [2, 3, 4, 0]);
    assert_eq!(delete(&bench, &ada.scope, Span::AllClients, &group(groups[1]), 3).await, Done { deleted: 3 });
    assert_eq!(left().await, [2, 0, 4, 0]);
    // Not where the scope is narrowed to another.
    for span in [Span::OneClient, Span::AllClients] {
        assert_eq!(delete(&bench, &ada.only(shop), span, &group(groups[0]), 0).await, Done { deleted: 0 });
        assert_eq!(delete(&bench, &ada.only(shop), span, &group(groups[0]), 2).await, CountChanged { actual: 0 });
    }
    assert_eq!(left().await, [2, 0, 4, 0]);
    // Nothing is a count, too.
    for nothing in [group(bench.id()), group(eve.group.id), group(groups[3])] {
        assert_eq!(delete(&bench, &ada.scope, Span::AllClients, &nothing, 0).await, Done { deleted: 0 });
    }
    assert_eq!(left().await, [2, 0, 4, 0]);

    // One client: the default one, or the scope's.
    assert_eq!(delete(&bench, &ada.scope, Span::OneClient, &everything(), 2).await, Done { deleted: 2 });
    assert_eq!(left().await, [0, 0, 4, 0]);
    let default = ada.contact("Amina", "2348000000001").await;
    assert_eq!(delete(&bench, &ada.only(shop), Span::AllClients, &everything(), 4).await, Done { deleted: 4 });
    assert_eq!(ada.dump().await.contacts, [default]);
    for _ in 0..3 {
        ada.make(NewContact { group_id: Some(groups[3]), ..bench.new_contact("2348000000001") }).await;
    }
    assert_eq!(delete(&bench, &ada.only(shop), Span::OneClient, &everything(), 3).await, Done { deleted: 3 });
    ada.make(NewContact { group_id: Some(groups[2]), ..bench.new_contact("2348000000001") }).await;
    assert_eq!(delete(&bench, &ada.scope, Span::AllClients, &everything(), 2).await, Done { deleted: 2 });
    assert_eq!(ada.dump().await.contacts, []);
    assert_eq!(ada.dump().await.groups.len(), 4, "the groups stay");
    assert_eq!(eve.dump().await, eves);
}

pub async fn of_several_at_once_one_deletes(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for _ in 0..20 {
        ada.contact("Amina", "2348000000001").await;
    }
    let mut outcomes = together((0..6).map(|_| {
        let ada = ada.clone();
        async move { delete(&ada.bench, &ada.scope, Span::AllClients, &everything(), 20).await }
    }))
    .await;
    outcomes.sort_by_key(|outcome| matches!(outcome, CountChanged { .. }));
    assert_eq!(outcomes[0], Done { deleted: 20 });
    assert_eq!(outcomes[1..], [CountChanged { actual: 0 }; 5]);
}

/// What was counted is what is deleted, also while others add to it.
pub async fn what_comes_meanwhile_is_counted_or_kept(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for round in 0..4 {
        let group = ada.group(&format!("Round {round}")).await;
        let mut old = Vec::new();
        for _ in 0..20 {
            old.push(ada.contact_in(&group, "2348000000001").await.id);
        }
        let inserts = tokio::spawn({
            let (ada, group) = (ada.clone(), group.clone());
            async move {
                for _ in 0..10 {
                    ada.contact_in(&group, "2348000000002").await;
                }
            }
        });
        // Meet them in the middle of it.
        for _ in 0..round {
            ada.contacts_in(group.id).await;
        }
        let filter = ContactFilter::of_group(Some(group.id));
        let outcome = delete(&bench, &ada.scope, Span::AllClients, &filter, 20).await;
        inserts.await.unwrap();
        let left = ada.contacts_in(group.id).await;
        match outcome {
            Done { deleted } => {
                assert_eq!(deleted, 20);
                assert_eq!(left.len(), 10);
                assert!(left.iter().all(|contact| !old.contains(&contact.id)), "{left:?}");
            }
            CountChanged { actual } => {
                assert!((21..=30).contains(&actual), "{actual}");
                assert_eq!(left.len(), 30);
            }
        }
    }
}
