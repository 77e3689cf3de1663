//! Batches while others write: other batches, callers of single contacts, and whoever takes groups and clients away.

use roster_domain::OperationOutcome::{Created, Refused, Updated};
use roster_domain::Precondition::Exists;
use roster_domain::ports::{ClientDeletion, ContactDeletion, ContactUpdate, GroupDeletion};
use roster_domain::{
    AuditEvent, BatchOutcome, ContactId, ContactName, ContactsFate, NewContact, OnMatch, Operation, OperationOutcome,
    Refusal, Scope,
};

use crate::batches::{all_done, apply, by_number, change, create, remove};
use crate::dropped_calls::leave_after;
use crate::group_deletion::delete;
use crate::orphans::looked_for;
use crate::owner::{renamed, renumbered};
use crate::together::{Watch, together};
use crate::{Bench, Owner};

/// A batch in a task of its own.
async fn batch(owner: Owner, scope: Scope, operations: Vec<Operation>) -> Vec<OperationOutcome> {
    all_done(apply(&owner, &scope, operations, false).await)
}

pub async fn of_two_that_give_one_new_number_one_makes_the_contact(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for round in 0..20 {
        let number = format!("+23480000001{round:02}");
        let upserts = ["Amina", "Bayo"].map(|name| {
            let new = NewContact { name: ContactName::parse(name).unwrap(), ..bench.new_contact(&number) };
            batch(ada.clone(), ada.scope, vec![by_number(new, OnMatch::Update)])
        });
        let outcomes: Vec<_> = together(upserts).await.into_iter().flatten().collect();
        let made = outcomes.iter().filter(|outcome| matches!(outcome, Created(_))).count();
        let found = outcomes.iter().filter(|outcome| matches!(outcome, Updated { .. })).count();
        assert_eq!((made, found), (1, 1), "{outcomes:?}");
        assert_eq!(ada.numbers_like(ada.client.id, &number).await, [number]);
    }
}

/// The same contacts by id and by number, in opposite orders; also from two clients, where each names the other's.
pub async fn batches_that_overlap_wait_for_one_another(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let mut ids = Vec::new();
    for turn in 0..20 {
        ids.push(ada.contact("", &format!("here {turn}")).await.id);
        ids.push(ada.contact_in(&shop_group, &format!("there {turn}")).await.id);
    }
    for round in 0..10 {
        let name = format!("Round {round}");
        let rising: Vec<Operation> = ids.iter().map(|id| change(*id, renamed(&name))).collect();
        let mut falling: Vec<Operation> = ids.iter().rev().map(|id| change(*id, renamed("Falling"))).collect();
        falling.push(by_number(bench.new_contact("here 0"), OnMatch::Update));
        let scopes = if round % 2 == 0 { [ada.scope; 2] } else { [ada.scope, ada.only(shop.id)] };
        let outcomes = together([
            batch(ada.clone(), scopes[0], rising.clone()),
            batch(ada.clone(), scopes[1], falling),
            batch(ada.clone(), scopes[0], rising),
        ])
        .await;
        for outcome in outcomes.iter().flat_map(|outcomes| &outcomes[..ids.len()]) {
            assert!(!matches!(outcome, OperationOutcome::Created(_) | OperationOutcome::Deleted(_)), "{outcome:?}");
        }
    }
}

/// Of a contact that both change, both changes are kept; one that was deleted stays so.
pub async fn a_batch_meets_single_writes(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for round in 0..10 {
        let mut ids: Vec<ContactId> = Vec::new();
        for turn in 0..12 {
            ids.push(ada.contact("Before", &format!("before {turn}")).await.id);
        }
        let (going, staying) = ids.split_at(4);
        let operations = ids.iter().map(|id| change(*id, renamed("After"))).collect();
        let at = bench.later();
        let batched = tokio::spawn(batch(ada.clone(), ada.scope, operations));
        let singles = ids.iter().copied().enumerate().map(|(turn, id)| {
            let ada = ada.clone();
            async move {
                let contacts = &ada.bench.store.contacts;
                if turn < 4 {
                    assert_eq!(ada.delete(id).await, ContactDeletion::Done);
                    return;
                }
                let changes = renumbered(&format!("after {round} {turn}"));
                let outcome = contacts.update(&ada.scope, id, changes, Exists, at).await.unwrap();
                assert!(matches!(outcome, ContactUpdate::Done(_)), "{outcome:?}");
            }
        });
        together(singles.collect::<Vec<_>>()).await;
        let outcomes = batched.await.unwrap();
        for outcome in &outcomes {
            assert!(matches!(outcome, Updated { .. } | Refused(Refusal::Absent)), "{outcome:?}");
        }
        for id in going {
            assert_eq!(ada.get(*id).await, None);
        }
        for id in staying {
            let now = ada.get(*id).await.unwrap();
            assert_eq!(now.name.as_str(), "After");
            assert!(now.number.as_str().starts_with("after"), "{now:?}");
            assert_eq!(now.revision, 2);
            // What it is found by went along with both.
            assert_eq!(ada.numbers_like(ada.client.id, now.number.as_str()).await, [now.number.as_str()]);
        }
    }
}

/// Of several that bring one id along, one makes the contact.
pub async fn of_several_who_bring_one_id_one_gets_it(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    for _ in 0..10 {
        let contested = bench.new_contact("2348000000001");
        let batches = [ada.scope, ada.only(shop.id), ada.scope, ada.only(shop.id)].map(|scope| {
            let own = bench.new_contact("2348000000002");
            batch(ada.clone(), scope, vec![create(contested.clone()), create(own)])
        });
        let outcomes = together(batches).await;
        let got = outcomes.iter().filter(|outcomes| matches!(outcomes[0], Created(_))).count();
        assert_eq!(got, 1, "{outcomes:?}");
        for outcomes in &outcomes {
            assert!(matches!(outcomes[0], Created(_) | Refused(Refusal::IdTaken)), "{outcomes:?}");
            let Created(own) = &outcomes[1] else { panic!("{outcomes:?}") };
            assert_eq!(ada.get(own.id).await.as_ref(), Some(own));
        }
    }
}

pub async fn a_batch_meets_the_deletion_of_its_group(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let orphans = Watch::repeat(looked_for(&ada));
    for fate in [ContactsFate::Move, ContactsFate::Delete].into_iter().cycle().take(6) {
        let group = ada.group("Friends").await;
        let batches = (0..4).map(|_| {
            let new = NewContact { group_id: Some(group.id), ..bench.new_contact("2348000000001") };
            let other = bench.new_contact("2348000000002");
            tokio::spawn(batch(ada.clone(), ada.scope, vec![create(new), create(other)]))
        });
        let batches: Vec<_> = batches.collect();
        let deleted = delete(&bench, &ada.scope, group.id, fate).await;
        let GroupDeletion::Done { contacts } = deleted else { panic!("{deleted:?}") };
        let mut made = 0;
        for batch in batches {
            let outcomes = batch.await.unwrap();
            assert!(matches!(outcomes[1], Created(_)), "{outcomes:?}");
            match &outcomes[0] {
                Created(contact) => {
                    made += 1;
                    let now = ada.get(contact.id).await;
                    let expected = (fate == ContactsFate::Move).then_some(ada.group.id);
                    assert_eq!(now.map(|contact| contact.group_id), expected);
                }
                outcome => assert_eq!(*outcome, Refused(Refusal::UnknownGroup)),
            }
        }
        assert_eq!(contacts, made);
    }
    orphans.stop().await;
}

pub async fn a_batch_meets_the_deletion_of_its_client(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for _ in 0..5 {
        let (shop, _) = ada.client("Shop").await;
        let scope = ada.only(shop.id);
        let batches = (0..4).map(|_| {
            let (ada, new) = (ada.clone(), bench.new_contact("2348000000001"));
            tokio::spawn(async move { apply(&ada, &scope, vec![create(new)], false).await })
        });
        let batches: Vec<_> = batches.collect();
        let entry = ada.entry(AuditEvent::ClientDeleted);
        let deleted = bench.store.clients.delete(&ada.account(), shop.id, true, Exists, entry).await.unwrap();
        let ClientDeletion::Done { contacts } = deleted else { panic!("{deleted:?}") };
        let mut made = 0;
        for batch in batches {
            match batch.await.unwrap() {
                BatchOutcome::Done(outcomes) => {
                    assert!(matches!(outcomes[..], [Created(_)]), "{outcomes:?}");
                    made += 1;
                }
                outcome => assert_eq!(outcome, BatchOutcome::ClientGone),
            }
        }
        assert_eq!(contacts, made);
        assert!(ada.dump().await.contacts.is_empty());
    }
}

/// All of it is done or nothing, whenever its caller leaves, and whenever one looks.
pub async fn a_caller_who_leaves_a_batch(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut left = Vec::new();
    for polls in [1, 2, 3, 5, 9, 30] {
        let changing = ada.contact("Before", "2348000000001").await.id;
        let going = ada.contact("Before", "2348000000002").await.id;
        let new = bench.new_contact("2348000000003");
        left.push((new.id, changing, going));
        let operations = vec![create(new), change(changing, renamed("After")), remove(going)];
        leave_after(polls, apply(&ada, &ada.scope, operations, false)).await;
        // One page, and so one instant.
        let contacts = ada.contacts_in(ada.group.id).await;
        let find = |id| contacts.iter().find(|contact| contact.id == id);
        for (new, changing, going) in &left {
            let changed = find(*changing).unwrap().name.as_str() == "After";
            assert_eq!((find(*new).is_some(), find(*going).is_none()), (changed, changed));
        }
    }
    assert!(matches!(batch(ada.clone(), ada.scope, vec![create(bench.new_contact("1"))]).await[..], [Created(_)]));
}
