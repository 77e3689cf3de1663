//! What narrows a list of contacts.

use std::slice;

use roster_domain::Precondition::Exists;
use roster_domain::{ContactFilter, ContactOrder, NewContact, Span, Timestamp};

use crate::clients::at_home_in;
use crate::matching::{
    both, created_after, created_before, in_group, on_channel, searched, updated_after, with_number,
};
use crate::owner::renamed;
use crate::reference::Reference;
use crate::varied::Varied;
use crate::walk::{limit, walk_contacts, walk_in_order};
use crate::{Bench, Owner};

async fn assert_lists(varied: &Varied, reference: &Reference, filter: &ContactFilter, rows: u16) {
    let store = &varied.owner.bench.store;
    for (scope, span) in varied.scopes() {
        let walked = walk_contacts(store, &scope, span, filter, limit(rows)).await;
        let expected = reference.list(&scope, span, filter, ContactOrder::Newest);
        assert_eq!(walked, expected, "{scope:?} {span:?} {filter:?}, {rows} a page");
    }
}

pub async fn each_filter_alone_in_every_list(bench: Bench) {
    let varied = Varied::of(&bench, "ada@example.org").await;
    let reference = Reference::of(&varied.owner).await;
    for filter in varied.filters() {
        for rows in [3, 1_000] {
            assert_lists(&varied, &reference, &filter, rows).await;
        }
        for group in &varied.groups {
            assert_lists(&varied, &reference, &both(&in_group(*group), &filter), 2).await;
        }
    }
}

pub async fn filters_together_narrow_further(bench: Bench) {
    let varied = Varied::of(&bench, "ada@example.org").await;
    let reference = Reference::of(&varied.owner).await;
    let filters = varied.filters();
    let orders = [ContactOrder::Newest, ContactOrder::Oldest, ContactOrder::Name];
    for (turn, one) in filters.iter().enumerate() {
        let mut all = one.clone();
        for step in [2, 5, 7, 13] {
            let other = &filters[(turn + step) % filters.len()];
            assert_lists(&varied, &reference, &both(one, other), 3).await;
            all = both(&all, other);
        }
        assert_lists(&varied, &reference, &all, 3).await;
        // A group, and another order.
        let filter = both(&in_group(varied.groups[turn % varied.groups.len()]), one);
        for (scope, span) in varied.scopes() {
            let order = orders[turn % orders.len()];
            let walked = walk_in_order(&bench.store, &scope, span, &filter, order, limit(2)).await;
            assert_eq!(walked, reference.list(&scope, span, &filter, order), "{order:?} {filter:?}");
        }
    }
}

/// To the millisecond: what was made at the instant is after it and not before it.
pub async fn an_instant_belongs_to_what_comes_after(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let at = Timestamp::parse("2023-07-07T20:15:45.962Z").unwrap();
    let mut made = Vec::new();
    for millis in [-1, 0, 1] {
        let (created_at, updated_at) = (at.plus_millis(millis), at.plus_millis(10 - millis));
        made.push(ada.make(NewContact { created_at, updated_at, ..bench.new_contact("status") }).await);
    }
    let found = async |filter: ContactFilter| {
        let found = walk_contacts(&bench.store, &ada.scope, Span::OneClient, &filter, limit(1)).await;
        let mut places: Vec<_> =
            found.iter().map(|contact| made.iter().position(|other| other == contact).unwrap()).collect();
        places.sort_unstable();
        places
    };
    for (filter, expected) in [
        (created_after(at), &[1, 2][..]),
        (created_after(at.plus_millis(1)), &[2]),
        (created_after(at.plus_millis(2)), &[]),
        (created_before(at), &[0]),
        (created_before(at.plus_millis(1)), &[0, 1]),
        (created_before(at.plus_millis(-1)), &[]),
        (both(&created_after(at), &created_before(at.plus_millis(1))), &[1]),
        (both(&created_after(at), &created_before(at)), &[]),
        (updated_after(at.plus_millis(10)), &[0, 1]),
        (updated_after(at.plus_millis(11)), &[0]),
        (updated_after(at.plus_millis(12)), &[]),
        (both(&created_after(at), &updated_after(at.plus_millis(10))), &[1]),
    ] {
        assert_eq!(found(filter.clone()).await, expected, "{filter:?}");
    }

    // A change moves one of the times.
    let later = bench.later();
    let (contacts, changes) = (&bench.store.contacts, renamed("Changed"));
    contacts.update(&ada.scope, made[2].id, changes, Exists, later).await.unwrap();
    made[2] = ada.get(made[2].id).await.unwrap();
    let found = walk_contacts(&bench.store, &ada.scope, Span::OneClient, &updated_after(later), limit(1)).await;
    assert_eq!(found, made[2..]);
}

/// The furthest instants that can be asked for.
pub async fn instants_far_off_are_no_trouble(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let contact = ada.contact("Amina", "2348000000001").await;
    let first = Timestamp::parse("0000-01-01T00:00:00.000Z").unwrap_or(Timestamp::from_millis(-62_135_596_800_000));
    let last = Timestamp::parse("9999-12-31T23:59:59.999Z").unwrap();
    let found = async |filter: ContactFilter| {
        walk_contacts(&bench.store, &ada.scope, Span::OneClient, &filter, limit(10)).await
    };
    for filter in [created_after(first), created_before(last), updated_after(first)] {
        assert_eq!(found(filter.clone()).await, slice::from_ref(&contact), "{filter:?}");
    }
    for filter in [created_after(last), created_before(first), updated_after(last)] {
        assert_eq!(found(filter.clone()).await, [], "{filter:?}");
    }
}

pub async fn an_unknown_or_foreign_group_holds_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    for owner in [&ada, &eve] {
        owner.contact("Amina", "2348000000001").await;
    }
    let cases = [(ada.scope, bench.id()), (ada.scope, eve.group.id), (ada.only(shop.id), ada.group.id)];
    for (scope, group) in cases {
        for filter in [
            in_group(group),
            both(&in_group(group), &searched("amina")),
            both(&in_group(group), &searched("a")),
            both(&in_group(group), &with_number("2348000000001")),
            both(&in_group(group), &on_channel("whatsapp")),
        ] {
            for span in [Span::OneClient, Span::AllClients] {
                for order in [ContactOrder::Newest, ContactOrder::Oldest, ContactOrder::Name] {
                    let walked = walk_in_order(&bench.store, &scope, span, &filter, order, limit(2)).await;
                    assert_eq!(walked, [], "{scope:?} {span:?} {order:?} {filter:?}");
                }
                assert_eq!(bench.store.contacts.count(&scope, span, &filter).await.unwrap(), 0);
            }
        }
    }
}

/// Two users with the same contacts under the same ids, in clients and groups of their own.
pub async fn no_filter_reaches_another_users(bench: Bench) {
    let ada = Varied::of(&bench, "ada@example.org").await;
    let before = ada.owner.dump().await;
    let eve = bench.account("eve@example.org").await;
    eve.change_client(eve.client.id, at_home_in(Some("NG"))).await;
    for contact in &before.contacts {
        eve.make(NewContact {
            id: contact.id,
            name: contact.name.clone(),
            channel: contact.channel.clone(),
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            ..bench.new_contact(contact.number.as_str())
        })
        .await;
    }
    let references = [Reference::of(&ada.owner).await, Reference::of(&eve).await];
    for filter in ada.filters() {
        for (owner, reference) in [&ada.owner, &eve].into_iter().zip(&references) {
            let foreign = if owner.user.id == eve.user.id { ada.owner.client.id } else { eve.client.id };
            assert_own(owner, reference, &filter).await;
            for span in [Span::OneClient, Span::AllClients] {
                let scope = owner.only(foreign);
                assert_eq!(walk_contacts(&bench.store, &scope, span, &filter, limit(10)).await, [], "{filter:?}");
            }
        }
    }
    assert_eq!(ada.owner.dump().await, before);
}

async fn assert_own(owner: &Owner, reference: &Reference, filter: &ContactFilter) {
    for span in [Span::OneClient, Span::AllClients] {
        let walked = walk_contacts(&owner.bench.store, &owner.scope, span, filter, limit(7)).await;
        assert_eq!(walked, reference.list(&owner.scope, span, filter, ContactOrder::Newest), "{span:?} {filter:?}");
    }
}
