//! Every port method with somebody else's rights: as if what it names didn't exist, and nothing of it changes.

use roster_domain::Precondition::Exists;
use std::fmt::Debug;

use roster_domain::ports::MatchingDeletion;
use roster_domain::{
    AuditEvent, ContactChanges, ContactFilter, ContactId, ContactOrder, ContactsFate, GroupChanges, GroupId,
    NewContact, Scope, SessionId, Span,
};

use crate::groups::retitled;
use crate::owner::{moved, renamed};
use crate::walk::first;
use crate::{Bench, Owner};

/// Whom the calls are about: their rights, and the ids they name.
struct Target {
    scope: Scope,
    contact: ContactId,
    group: GroupId,
    default_group: GroupId,
    /// A contact that the scope does reach, to be moved into those groups.
    own_contact: ContactId,
}

/// The outcome of every method that takes an id below a user.
async fn outcomes(bench: &Bench, target: &Target) -> Vec<(String, String)> {
    let Target { scope, contact, own_contact, .. } = target;
    let (contacts, groups, at) = (&bench.store.contacts, &bench.store.groups, bench.now());
    let mut all = Vec::new();
    let mut note = |call: &str, outcome: &dyn Debug| all.push((call.to_owned(), format!("{outcome:?}")));

    note("contacts.get", &contacts.get(scope, *contact).await.unwrap());
    note("contacts.get_with_number_info", &contacts.get_with_number_info(scope, *contact).await.unwrap());
    for changes in [ContactChanges::default(), renamed("Mine")] {
        note("contacts.update", &contacts.update(scope, *contact, changes, Exists, at).await.unwrap());
    }
    note("contacts.delete", &contacts.delete(scope, *contact, Exists).await.unwrap());
    for group in [target.group, target.default_group] {
        let filter = ContactFilter::of_group(Some(group));
        let new = NewContact { group_id: Some(group), ..bench.new_contact("2348000000009") };
        note("contacts.create", &contacts.create(scope, new).await.unwrap());
        note("contacts.update to", &contacts.update(scope, *own_contact, moved(group), Exists, at).await.unwrap());
        for span in [Span::OneClient, Span::AllClients] {
            for order in [ContactOrder::Newest, ContactOrder::Oldest, ContactOrder::Name] {
                note("contacts.page", &contacts.page(scope, span, &filter, order, first()).await.unwrap());
            }
            note("contacts.count", &contacts.count(scope, span, &filter).await.unwrap());
            for expected in [0, 1] {
                let outcome = contacts.delete_matching(scope, span, &filter, expected).await.unwrap();
                note("contacts.delete_matching", &outcome);
            }
        }
        note("groups.get", &groups.get(scope, group).await.unwrap());
        for is_default in [None, Some(true), Some(false)] {
            let changes = GroupChanges { is_default, ..retitled("Mine") };
            note("groups.update", &groups.update(scope, group, changes, Exists, at).await.unwrap());
        }
        for fate in [ContactsFate::Refuse, ContactsFate::Move, ContactsFate::Delete] {
            note("groups.delete", &groups.delete(scope, group, fate, Exists, at).await.unwrap());
        }
    }
    all
}

/// What the calls must answer, in their order.
fn nothing_there() -> Vec<(String, String)> {
    let mut all = vec![
        ("contacts.get", "None"),
        ("contacts.get_with_number_info", "None"),
        ("contacts.update", "Absent"),
        ("contacts.update", "Absent"),
        ("contacts.delete", "Absent"),
    ];
    let page = ("contacts.page", "PlacedPage { items: [], next: None }");
    let lists = [
        page,
        page,
        page,
        ("contacts.count", "0"),
        ("contacts.delete_matching", "Done { deleted: 0 }"),
        ("contacts.delete_matching", "CountChanged { actual: 0 }"),
    ];
    for _ in ["a group", "a default group"] {
        all.extend([("contacts.create", "UnknownGroup"), ("contacts.update to", "UnknownGroup")]);
        all.extend([lists, lists].concat());
        all.push(("groups.get", "None"));
        all.extend([("groups.update", "Absent"); 3]);
        all.extend([("groups.delete", "Absent"); 3]);
    }
    all.into_iter().map(|(call, outcome)| (call.to_owned(), outcome.to_owned())).collect()
}

/// Calls everything as the intruder with the victim's ids and with ids of nothing; nobody's rows may change.
async fn trespass(bench: &Bench, victim: &Owner, intruder: &Owner, scope: Scope, own_contact: ContactId, ids: Ids) {
    let before = (victim.dump().await, intruder.dump().await);
    let foreign =
        Target { scope, contact: ids.contact, group: ids.group, default_group: ids.default_group, own_contact };
    assert_eq!(outcomes(bench, &foreign).await, nothing_there(), "foreign ids");
    assert_eq!((victim.dump().await, intruder.dump().await), before, "foreign ids");

    let unknown = Target { scope, contact: bench.id(), group: bench.id(), default_group: bench.id(), own_contact };
    assert_eq!(outcomes(bench, &unknown).await, nothing_there(), "unknown ids");
    assert_eq!((victim.dump().await, intruder.dump().await), before, "unknown ids");
}

struct Ids {
    contact: ContactId,
    group: GroupId,
    default_group: GroupId,
}

pub async fn another_users_rows_are_as_if_unknown(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let friends = ada.group("Friends").await;
    let contact = ada.contact_in(&friends, "2348000000001").await.id;
    ada.contact("", "2348000000002").await;
    let own = eve.contact("", "2348000000003").await.id;
    for scope in [eve.scope, eve.only(eve.client.id)] {
        let ids = Ids { contact, group: friends.id, default_group: ada.group.id };
        trespass(&bench, &ada, &eve, scope, own, ids).await;
    }
}

pub async fn another_clients_rows_are_as_if_unknown_when_narrowed(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let friends = ada.group("Friends").await;
    let buyers = ada.make_group(&ada.only(shop.id), bench.new_group("Buyers")).await;
    let friend = ada.contact_in(&friends, "2348000000001").await.id;
    let buyer = ada.contact_in(&buyers, "2348000000002").await.id;

    let of_main = Ids { contact: friend, group: friends.id, default_group: ada.group.id };
    trespass(&bench, &ada, &ada, ada.only(shop.id), buyer, of_main).await;
    let of_shop = Ids { contact: buyer, group: buyers.id, default_group: shop_group.id };
    trespass(&bench, &ada, &ada, ada.only(ada.client.id), friend, of_shop).await;
}

/// Two users whose rows have the very same ids, as an import can bring them: each reaches their own.
pub async fn ids_may_be_the_same_below_two_users(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (contact, group) = (bench.new_contact("2348000000001"), bench.new_group("Friends"));
    let mut dumps = Vec::new();
    for owner in [&ada, &eve] {
        let group = owner.make_group(&owner.scope, group.clone()).await;
        let made = owner.make(NewContact { group_id: Some(group.id), ..contact.clone() }).await;
        assert_eq!(made.client_id, owner.client.id);
        dumps.push(owner.dump().await);
    }
    let (ids, groups) = (contact.id, &bench.store.groups);
    bench.store.contacts.update(&eve.scope, ids, renamed("Hers"), Exists, bench.later()).await.unwrap();
    groups.update(&eve.scope, group.id, retitled("Hers"), Exists, bench.later()).await.unwrap();
    assert_eq!(ada.dump().await, dumps[0]);
    groups.delete(&eve.scope, group.id, ContactsFate::Delete, Exists, bench.later()).await.unwrap();
    assert_eq!(ada.dump().await, dumps[0]);
    assert_eq!(eve.get(ids).await, None);
}

pub async fn lists_without_a_filter_hold_ones_own(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.contact("", "2348000000001").await;
    ada.client("Shop").await;
    let before = ada.dump().await;
    let eve = bench.account("eve@example.org").await;
    let dump = eve.dump().await;
    assert_eq!((dump.clients, dump.groups, dump.contacts), (vec![eve.client.clone()], vec![eve.group.clone()], vec![]));

    let contacts = &bench.store.contacts;
    for span in [Span::OneClient, Span::AllClients] {
        let outcome = contacts.delete_matching(&eve.scope, span, &ContactFilter::default(), 0).await.unwrap();
        assert_eq!(outcome, MatchingDeletion::Done { deleted: 0 });
    }
    assert_eq!(ada.dump().await, before);
}

pub async fn a_session_is_found_by_its_own_user_alone(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let session = bench.new_session(ada.user.id);
    let entry = bench.new_entry(AuditEvent::SignInSucceeded, ada.user.id);
    assert!(bench.store.sessions.create(session.clone(), None, entry).await.unwrap());
    let found = async |user, id| bench.store.finders.session(user, id).await.unwrap();
    assert_eq!(found(eve.user.id, session.id).await, None);
    assert_eq!(found(bench.id(), session.id).await, None);
    let unknown = SessionId::generate(bench.now(), bench.entropy.as_ref());
    assert_eq!(found(ada.user.id, unknown).await, None);
    assert_eq!(found(ada.user.id, session.id).await, Some(session));
}
