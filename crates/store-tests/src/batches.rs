//! Many operations on a client's contacts in one act. What comes of contacts that match
//! is in `batch_matching`, what happens while others write in `batch_races`.

use std::collections::BTreeSet;

use roster_domain::OperationOutcome::{Created, Deleted, Refused, Unchanged, Updated};
use roster_domain::Precondition::{Exists, OneOf};
use roster_domain::ports::ClientDeletion;
use roster_domain::values::SurveySortId;
use roster_domain::{
    AuditEvent, Batch, BatchOutcome, Channel, Contact, ContactChanges, ContactFilter, ContactId, ContactName,
    ContactOrder, MatchBy, NewContact, Number, ObjectId, OnMatch, Operation, OperationOutcome, Precondition, Refusal,
    Scope, Span, Target, Transaction, TransactionChanges, Upsert, Version,
};

use crate::clients::at_home_in;
use crate::matching::{in_group, searched, with_number};
use crate::owner::{moved, renamed, renumbered};
use crate::reference::Reference;
use crate::walk::{limit, walk_in_order};
use crate::{Bench, Owner};

pub(crate) fn create(contact: NewContact) -> Operation {
    Operation::Create(contact)
}

pub(crate) fn upsert(contact: NewContact, by: MatchBy, on_match: OnMatch) -> Operation {
    let given = ContactChanges {
        name: Some(contact.name.clone()),
        number: (by == MatchBy::Id).then(|| contact.number.clone()),
        group_id: contact.group_id,
        channel: Some(contact.channel.clone()),
        transaction: TransactionChanges {
            survey_id: contact.transaction.survey_id.map(Some),
            survey_sort_id: contact.transaction.survey_sort_id.clone().map(Some),
        },
    };
    Operation::Upsert(Upsert { contact, by, given, on_match })
}

pub(crate) fn by_number(contact: NewContact, on_match: OnMatch) -> Operation {
    upsert(contact, MatchBy::Number, on_match)
}

fn by_id(contact: NewContact, on_match: OnMatch) -> Operation {
    upsert(contact, MatchBy::Id, on_match)
}

pub(crate) fn change(id: ContactId, changes: ContactChanges) -> Operation {
    Operation::Update { target: Target::Id(id), changes, precondition: Exists }
}

pub(crate) fn remove(id: ContactId) -> Operation {
    Operation::Delete { target: Target::Id(id), precondition: Exists }
}

pub(crate) fn numbered(text: &str) -> Target {
    Target::Number(Number::parse(text).unwrap())
}

/// Does them all, at the present instant.
pub(crate) async fn apply(owner: &Owner, scope: &Scope, operations: Vec<Operation>, atomic: bool) -> BatchOutcome {
    let batch = Batch::new(operations, atomic, owner.bench.now());
    owner.bench.store.batches.apply(scope, batch).await.unwrap()
}

pub(crate) fn all_done(outcome: BatchOutcome) -> Vec<OperationOutcome> {
    let BatchOutcome::Done(outcomes) = outcome else { panic!("it wasn't done: {outcome:?}") };
    outcomes
}

impl Owner {
    /// Does these in everything they own, a moment later, each for itself.
    pub(crate) async fn batch(&self, operations: Vec<Operation>) -> Vec<OperationOutcome> {
        let _ = self.bench.later();
        let (count, outcome) = (operations.len(), apply(self, &self.scope, operations, false).await);
        let outcomes = all_done(outcome);
        assert_eq!(outcomes.len(), count, "one for each");
        outcomes
    }

    /// The same with one.
    pub(crate) async fn operate(&self, operation: Operation) -> OperationOutcome {
        self.batch(vec![operation]).await.remove(0)
    }

    pub(crate) fn named(&self, name: &str, number: &str) -> NewContact {
        NewContact { name: ContactName::parse(name).unwrap(), ..self.bench.new_contact(number) }
    }
}

/// As it was made.
pub(crate) fn made(new: &NewContact, like: &Contact) -> Contact {
    let new = new.clone();
    Contact {
        id: new.id,
        client_id: like.client_id,
        group_id: new.group_id.unwrap_or(like.group_id),
        name: new.name,
        number: new.number,
        channel: new.channel,
        transaction: new.transaction,
        created_at: new.created_at,
        updated_at: new.updated_at,
        legacy_version: new.legacy_version,
        revision: 0,
    }
}

pub async fn contacts_are_made(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let friends = ada.group("Friends").await;
    let like = ada.contact("", "1").await;
    let full = NewContact {
        group_id: Some(friends.id),
        channel: Channel::parse("sms").unwrap(),
        transaction: Transaction {
            survey_id: Some(bench.id::<ObjectId>()),
            survey_sort_id: Some(SurveySortId::Text("7".to_owned())),
        },
        updated_at: bench.later(),
        legacy_version: 3,
        ..ada.named("Amina", "08031234567")
    };
    let sorted = Transaction { survey_id: None, survey_sort_id: Some(SurveySortId::Integer(i64::MIN)) };
    let news = [full, NewContact { transaction: sorted, ..bench.new_contact("status") }, ada.named("𝄞", "2")];
    let outcomes = ada.batch(news.iter().cloned().map(create).collect()).await;
    let expected: Vec<_> = news.iter().map(|new| made(new, &like)).collect();
    assert_eq!(outcomes, expected.iter().cloned().map(Created).collect::<Vec<_>>(), "in their order");
    for contact in expected {
        assert_eq!(ada.get(contact.id).await, Some(contact));
    }

    // A scope that is narrowed chooses the client.
    let new = bench.new_contact("3");
    let outcome = apply(&ada, &ada.only(shop.id), vec![create(new.clone())], true).await;
    let made = Contact { client_id: shop.id, group_id: shop_group.id, ..made(&new, &like) };
    assert_eq!(outcome, BatchOutcome::Done(vec![Created(made.clone())]));
    assert_eq!(ada.get(made.id).await, Some(made));
}

pub async fn contacts_change_and_go(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let [first, second, third] =
        [ada.contact("A", "1").await, ada.contact("B", "2").await, ada.contact("C", "3").await];
    let changes = ContactChanges {
        number: Some(Number::parse("4").unwrap()),
        group_id: Some(friends.id),
        channel: Some(Channel::parse("sms").unwrap()),
        transaction: TransactionChanges {
            survey_id: Some(Some(bench.id::<ObjectId>())),
            survey_sort_id: Some(Some(SurveySortId::Integer(7))),
        },
        ..renamed("Amina")
    };
    let outcomes = ada
        .batch(vec![
            change(first.id, changes.clone()),
            Operation::Update { target: numbered("2"), changes: renamed("B"), precondition: Exists },
            Operation::Delete { target: numbered("3"), precondition: Exists },
            remove(bench.id()),
            Operation::Update { target: numbered("5"), changes: renamed("D"), precondition: Exists },
            change(second.id, moved(bench.id())),
        ])
        .await;
    let contact = Contact { updated_at: bench.now(), revision: 1, ..changes.applied_to(&first) };
    let expected = [
        Updated { before: first, contact: contact.clone() },
        Unchanged(second.clone()),
        Deleted(third),
        Refused(Refusal::Absent),
        Refused(Refusal::Absent),
        Refused(Refusal::UnknownGroup),
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(ada.dump().await.contacts, [second.clone(), contact.clone()]);

    // Back again, and what was set is cleared.
    let cleared = TransactionChanges { survey_id: Some(None), survey_sort_id: Some(None) };
    let changes = ContactChanges { transaction: cleared, ..moved(ada.group.id) };
    let outcome = ada.operate(change(contact.id, changes.clone())).await;
    let again = Contact { updated_at: bench.now(), revision: 2, ..changes.applied_to(&contact) };
    assert_eq!(outcome, Updated { before: contact, contact: again.clone() });
    assert_eq!(ada.dump().await.contacts, [second, again]);
}

pub(crate) fn id_of(outcome: &OperationOutcome) -> ContactId {
    let Created(contact) = outcome else { panic!("it wasn't made: {outcome:?}") };
    contact.id
}

/// Of another client, and of another user: by number, by id, and their groups.
pub async fn neighbours_are_neither_seen_nor_touched(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let theirs = [ada.contact_in(&shop_group, "08031234567").await, eve.contact("Eve", "08031234567").await];
    let (hers, before) = (eve.dump().await, ada.dump().await.contacts);
    for (scope, theirs) in [(ada.scope, &theirs), (ada.only(ada.client.id), &theirs)] {
        for foreign in theirs {
            let grouped = NewContact { group_id: Some(foreign.group_id), ..bench.new_contact("1") };
            let update = |target| Operation::Update { target, changes: renamed("Mine"), precondition: Exists };
            let delete = |target| Operation::Delete { target, precondition: Exists };
            let operations = vec![
                update(Target::Id(foreign.id)),
                delete(Target::Id(foreign.id)),
                update(numbered("08031234567")),
                delete(numbered("08031234567")),
                create(grouped.clone()),
                by_number(grouped, OnMatch::Update),
            ];
            let outcomes = all_done(apply(&ada, &scope, operations, false).await);
            let absent = vec![Refused(Refusal::Absent); 4];
            assert_eq!(outcomes, [absent, vec![Refused(Refusal::UnknownGroup); 2]].concat());
            assert_eq!((eve.dump().await, ada.dump().await.contacts), (hers.clone(), before.clone()));
        }
        // Ids are the user's own: another client's is taken, another user's is free.
        let [in_shop, in_eves] = [theirs[0].id, theirs[1].id];
        for make in [create, |new| by_id(new, OnMatch::Update), |new| by_id(new, OnMatch::Skip)] {
            let news = [in_shop, in_eves].map(|id| make(NewContact { id, ..bench.new_contact("2") }));
            let outcomes = all_done(apply(&ada, &scope, news.into(), false).await);
            assert_eq!(outcomes[0], Refused(Refusal::IdTaken));
            let Created(own) = &outcomes[1] else { panic!("{outcomes:?}") };
            assert_eq!((own.id, own.client_id), (in_eves, ada.client.id));
            ada.delete(own.id).await;
        }
        // A number that only neighbours have is new.
        let new = bench.new_contact("08031234567");
        let made = all_done(apply(&ada, &scope, vec![by_number(new.clone(), OnMatch::Update)], true).await);
        assert_eq!(id_of(&made[0]), new.id);
        ada.delete(new.id).await;
        assert_eq!((eve.dump().await, ada.dump().await.contacts), (hers.clone(), before.clone()));
    }
    // A client that isn't one's own is gone.
    for client in [eve.client.id, bench.id()] {
        let scope = ada.only(client);
        for operations in [vec![], vec![create(bench.new_contact("3"))]] {
            assert_eq!(apply(&ada, &scope, operations, false).await, BatchOutcome::ClientGone);
        }
    }
    let entry = ada.entry(AuditEvent::ClientDeleted);
    let deleted = bench.store.clients.delete(&ada.account(), shop.id, true, Exists, entry).await.unwrap();
    assert_eq!(deleted, ClientDeletion::Done { contacts: 1 });
    let gone = apply(&ada, &ada.only(shop.id), vec![remove(theirs[0].id)], true).await;
    assert_eq!((gone, eve.dump().await), (BatchOutcome::ClientGone, hers));
}

/// An id that is taken spoils nothing but its own operation.
pub async fn an_id_that_is_taken_is_told(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let there = ada.contact("There", "1").await;
    let taken = || NewContact { id: there.id, ..ada.named("Taken", "2") };
    let before = ada.dump().await;
    let operations = vec![create(ada.named("A", "3")), by_number(taken(), OnMatch::Update), create(taken())];
    let outcome = apply(&ada, &ada.scope, operations.clone(), true).await;
    assert_eq!(outcome, BatchOutcome::Refused { index: 1, refusal: Refusal::IdTaken });
    assert_eq!(ada.dump().await, before);
    let outcomes = ada.batch(operations).await;
    assert_eq!(outcomes[1..], [Refused(Refusal::IdTaken), Refused(Refusal::IdTaken)]);
    let mut ids = [id_of(&outcomes[0]), there.id];
    ids.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(ada.dump().await.contacts.iter().map(|contact| contact.id).collect::<Vec<_>>(), ids);
    // Also where nothing of it would be left to write.
    let delete = Operation::Delete { target: numbered("2"), precondition: Exists };
    let outcomes = ada.batch(vec![create(taken()), delete]).await;
    assert_eq!(outcomes, [Refused(Refusal::IdTaken), Refused(Refusal::Absent)]);
    // Twice the same within one batch, too.
    let twice = bench.new_contact("4");
    let outcomes = ada.batch(vec![create(twice.clone()), create(twice)]).await;
    assert!(matches!(outcomes[..], [Created(_), Refused(Refusal::IdTaken)]), "{outcomes:?}");
}

pub async fn an_atomic_batch_does_all_or_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let [there, other] = [ada.contact("A", "1").await, ada.contact("B", "2").await];
    let good = || vec![create(bench.new_contact("3")), change(there.id, renamed("C")), remove(other.id)];
    let bad: [(Operation, Refusal); 5] = [
        (remove(bench.id()), Refusal::Absent),
        (change(there.id, moved(bench.id())), Refusal::UnknownGroup),
        (by_id(NewContact { id: there.id, ..bench.new_contact("4") }, OnMatch::Add), Refusal::IdTaken),
        (Operation::Delete { target: Target::Id(there.id), precondition: OneOf(vec![]) }, Refusal::Stale),
        (remove(other.id), Refusal::Absent),
    ];
    let before = ada.dump().await;
    for (operation, refusal) in bad {
        let mut operations = good();
        operations.push(operation);
        operations.extend([remove(bench.id()), create(bench.new_contact("5"))]);
        let outcome = apply(&ada, &ada.scope, operations, true).await;
        assert_eq!(outcome, BatchOutcome::Refused { index: 3, refusal });
        assert_eq!(ada.dump().await, before);
    }
    let outcomes = all_done(apply(&ada, &ada.scope, good(), true).await);
    assert!(matches!(outcomes[..], [Created(_), Updated { .. }, Deleted(_)]), "{outcomes:?}");
    assert_eq!(ada.dump().await.contacts.len(), 2);
}

pub async fn operations_are_done_in_the_state_that_was_seen(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let there = ada.contact("A", "1").await;
    let update = |name: &str, precondition: Precondition| Operation::Update {
        target: Target::Id(there.id),
        changes: renamed(name),
        precondition,
    };
    let delete = |precondition| Operation::Delete { target: numbered("1"), precondition };
    let seen = there.version();
    let next = Version { revision: seen.revision + 1, ..seen };
    let outcomes = ada
        .batch(vec![
            update("B", OneOf(vec![next])),
            delete(OneOf(vec![])),
            update("A", OneOf(vec![seen])),
            update("B", OneOf(vec![seen, next])),
            update("C", OneOf(vec![seen])),
            delete(OneOf(vec![seen])),
        ])
        .await;
    let stale = || Refused(Refusal::Stale);
    assert_eq!(outcomes[..3], [stale(), stale(), Unchanged(there.clone())]);
    let Updated { contact, .. } = &outcomes[3] else { panic!("{outcomes:?}") };
    assert_eq!(outcomes[4..], [stale(), stale()]);
    assert_eq!((contact.name.as_str(), contact.version()), ("B", next));
    assert_eq!(ada.get(there.id).await.as_ref(), Some(contact));
    assert_eq!(ada.operate(delete(OneOf(vec![next]))).await, Deleted(contact.clone()));
}

pub async fn a_batch_of_nothing_does_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.contact("A", "1").await;
    let before = ada.dump().await;
    for atomic in [false, true] {
        assert_eq!(apply(&ada, &ada.scope, vec![], atomic).await, BatchOutcome::Done(vec![]));
    }
    assert_eq!(ada.dump().await, before);
}

/// By number, by words and in the order of names: what is derived is derived at once.
pub async fn contacts_are_found_right_afterwards(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.change_client(ada.client.id, at_home_in(Some("NG"))).await;
    let friends = ada.group("Friends").await;
    let mut ids = Vec::new();
    for name in ["Zainab", "chidi", "Ámina"] {
        ids.push(ada.contact(name, "08031234567").await.id);
    }
    let grouped = NewContact { group_id: Some(friends.id), ..ada.named("amina B.", "00234 803 123 4567") };
    ada.batch(vec![
        create(grouped),
        create(ada.named("Bayo", "status")),
        change(ids[0], renamed("Adé Amina")),
        change(ids[1], ContactChanges { group_id: Some(friends.id), ..renumbered("0805 000 1234") }),
        remove(ids[2]),
    ])
    .await;
    let reference = Reference::of(&ada).await;
    let mut filters = ["08031234567", "+2348050001234", "status"].map(with_number).to_vec();
    filters.extend(["amina", "ade", "5000", "bayo", "zainab"].map(searched));
    filters.extend([ContactFilter::default(), in_group(friends.id)]);
    for filter in filters {
        for order in [ContactOrder::Newest, ContactOrder::Name] {
            let expected = reference.list(&ada.scope, Span::OneClient, &filter, order);
            let found = walk_in_order(&bench.store, &ada.scope, Span::OneClient, &filter, order, limit(2)).await;
            assert_eq!(found, expected, "{filter:?} {order:?}");
        }
    }
}

pub async fn ten_thousand_operations_are_done(bench: Bench) {
    const MANY: usize = 10_000;
    let ada = bench.account("ada@example.org").await;
    ada.change_client(ada.client.id, at_home_in(Some("NG"))).await;
    let number = |turn: usize| format!("0803{turn:07}");
    let news = (0..MANY).map(|turn| by_number(ada.named("Made", &number(turn)), OnMatch::Update)).collect();
    let ids: Vec<_> = ada.batch(news).await.iter().map(id_of).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), MANY);

    // The first half by another form of their numbers, the others by their ids, every fourth of them goes.
    let operations = ids.iter().enumerate().map(|(turn, id)| match turn {
        _ if turn % 4 == 3 => remove(*id),
        _ if turn < MANY / 2 => {
            by_number(ada.named("Changed", &format!("+234{}", &number(turn)[1..])), OnMatch::Update)
        }
        _ => change(*id, renamed("Changed")),
    });
    let outcomes = ada.batch(operations.collect()).await;
    for (turn, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Deleted(contact) => assert_eq!((contact.id, turn % 4), (ids[turn], 3)),
            Updated { contact, .. } => assert_eq!((contact.id, contact.number.as_str()), (ids[turn], &*number(turn))),
            other => panic!("{turn}: {other:?}"),
        }
    }
    let count = |filter| async move { bench.store.contacts.count(&ada.scope, Span::OneClient, &filter).await.unwrap() };
    assert_eq!(count(searched("changed")).await, 7_500);
}
