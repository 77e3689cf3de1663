//! Operations of a batch that mean whichever contact matches.

use roster_domain::OperationOutcome::{Created, Deleted, Refused, Skipped, Unchanged, Updated};
use roster_domain::Precondition::Exists;
use roster_domain::ports::{ClientUpdate, STEP_ROWS};
use roster_domain::{
    Channel, Contact, ContactName, MatchBy, NewContact, ObjectId, OnMatch, Operation, Refusal, Transaction,
};

use crate::Bench;
use crate::batches::{by_number, change, create, id_of, made, numbered, remove, upsert};
use crate::clients::at_home_in;
use crate::numbers::FORMS;
use crate::owner::{renamed, renumbered};

/// What comes of one that is there, by number and by id.
pub async fn what_matches_is_treated_as_told(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for by in [MatchBy::Number, MatchBy::Id] {
        let number = if by == MatchBy::Id { "1" } else { "2" };
        let there = ada.contact("", number).await;
        let survey = Transaction { survey_id: Some(bench.id::<ObjectId>()), survey_sort_id: None };
        let id = if by == MatchBy::Id { there.id } else { bench.id() };
        let channel = Channel::parse("sms").unwrap();
        let given = NewContact { id, channel, transaction: survey.clone(), ..ada.named("Amina", number) };

        assert_eq!(ada.operate(upsert(given.clone(), by, OnMatch::Skip)).await, Skipped(there.clone()));
        let filled = ada.operate(upsert(given.clone(), by, OnMatch::FillBlanks)).await;
        let name = given.name.clone();
        let contact = Contact { name, transaction: survey, updated_at: bench.now(), revision: 1, ..there.clone() };
        assert_eq!(filled, Updated { before: there, contact: contact.clone() }, "the channel isn't blank");
        let other = NewContact { name: ContactName::parse("Bayo").unwrap(), ..given.clone() };
        let filled = ada.operate(upsert(other.clone(), by, OnMatch::FillBlanks)).await;
        assert_eq!(filled, Unchanged(contact.clone()));
        let updated = ada.operate(upsert(other.clone(), by, OnMatch::Update)).await;
        let (name, channel) = (other.name.clone(), other.channel.clone());
        let now = Contact { name, channel, updated_at: bench.now(), revision: 2, ..contact.clone() };
        assert_eq!(updated, Updated { before: contact, contact: now.clone() });
        assert_eq!(ada.operate(upsert(other.clone(), by, OnMatch::Update)).await, Unchanged(now.clone()));
        assert_eq!(ada.get(now.id).await.as_ref(), Some(&now));

        let added = ada.operate(upsert(given, by, OnMatch::Add)).await;
        match by {
            MatchBy::Id => assert_eq!(added, Refused(Refusal::IdTaken)),
            MatchBy::Number => assert!(matches!(added, Created(_)), "{added:?}"),
        }
        assert_eq!(ada.get(now.id).await, Some(now));
    }
}

pub async fn every_form_of_a_number_matches(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.change_client(ada.client.id, at_home_in(Some("NG"))).await;
    for written in FORMS {
        let there = ada.contact("", written).await;
        let mut operations: Vec<_> = FORMS.map(|form| by_number(bench.new_contact(form), OnMatch::Skip)).into();
        let target = || numbered("009-234-803-123-4567");
        operations.push(Operation::Update { target: target(), changes: renamed("A"), precondition: Exists });
        operations.push(by_number(bench.new_contact("08031234568"), OnMatch::Skip));
        operations.push(Operation::Delete { target: target(), precondition: Exists });
        let mut outcomes = ada.batch(operations).await;
        assert!(matches!(outcomes.pop(), Some(Deleted(gone)) if gone.id == there.id));
        let Some(Created(other)) = outcomes.pop() else { panic!("another number doesn't match") };
        assert!(matches!(outcomes.pop(), Some(Updated { before, .. }) if before == there));
        assert_eq!(outcomes, vec![Skipped(there); FORMS.len()], "{written}");
        ada.delete(other.id).await;
    }
    // What is no phone's matches to the letter.
    for text in ["status", "Status", "120363045767536459", "Caf\u{e9}", "Cafe\u{301}", "' OR 1=1 --"] {
        let there = ada.contact("", text).await;
        assert_eq!(ada.operate(by_number(bench.new_contact(text), OnMatch::Skip)).await, Skipped(there));
    }
}

pub async fn each_operation_finds_what_those_before_it_left(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let there = ada.contact("There", "1").await;
    let new = ada.named("First", "2");
    let anew = NewContact { id: there.id, ..ada.named("Anew", "1") };
    let outcomes = ada
        .batch(vec![
            by_number(new.clone(), OnMatch::Update),
            by_number(ada.named("Second", "2"), OnMatch::Update),
            change(new.id, renumbered("3")),
            Operation::Update { target: numbered("2"), changes: renamed("Nobody"), precondition: Exists },
            Operation::Update { target: numbered("3"), changes: renamed("Third"), precondition: Exists },
            create(anew.clone()),
            remove(there.id),
            remove(there.id),
            create(anew.clone()),
            create(ada.named("Going", "4")),
            Operation::Delete { target: numbered("4"), precondition: Exists },
        ])
        .await;
    let Created(first) = &outcomes[0] else { panic!("{outcomes:?}") };
    let Updated { contact: third, .. } = &outcomes[4] else { panic!("{outcomes:?}") };
    assert_eq!((first.revision, third.revision), (0, 3));
    assert_eq!((third.name.as_str(), third.number.as_str()), ("Third", "3"));
    assert_eq!(outcomes[3], Refused(Refusal::Absent));
    assert_eq!(outcomes[5], Refused(Refusal::IdTaken));
    assert_eq!(outcomes[6..8], [Deleted(there), Refused(Refusal::Absent)]);
    assert!(matches!(&outcomes[8..], [Created(_), Created(_), Deleted(_)]), "{outcomes:?}");
    assert_eq!(ada.dump().await.contacts, [third.clone(), made(&anew, first)]);
}

pub async fn several_that_match_are_named(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.change_client(ada.client.id, at_home_in(Some("NG"))).await;
    let mut ids = Vec::new();
    for form in FORMS {
        ids.push(ada.contact("", form).await.id);
    }
    let number = "(0803) 1234567";
    let ambiguous = Refused(Refusal::Ambiguous(ids.clone()));
    for on_match in [OnMatch::Skip, OnMatch::Update, OnMatch::FillBlanks] {
        assert_eq!(ada.operate(by_number(bench.new_contact(number), on_match)).await, ambiguous);
    }
    let update = Operation::Update { target: numbered(number), changes: renamed("A"), precondition: Exists };
    let delete = Operation::Delete { target: numbered(number), precondition: Exists };
    assert_eq!(ada.batch(vec![update.clone(), delete.clone()]).await, vec![ambiguous.clone(); 2]);
    assert_eq!(ada.dump().await.contacts.len(), FORMS.len(), "nothing is written");

    // Once all but one are gone it is clear which is meant.
    let mut operations: Vec<_> = ids[1..].iter().map(|id| remove(*id)).collect();
    operations.push(update);
    let Some(Updated { contact, .. }) = ada.batch(operations).await.pop() else { panic!("one is left") };
    assert_eq!(contact.id, ids[0]);

    // Of very many the first are named.
    let same = (0..150).map(|_| create(bench.new_contact("status"))).collect();
    let mut ids: Vec<_> = ada.batch(same).await.iter().map(id_of).collect();
    ids.sort_unstable();
    let mut operations: Vec<_> = ids[..20].iter().map(|id| remove(*id)).collect();
    operations.push(by_number(bench.new_contact("status"), OnMatch::Update));
    let refused = ada.batch(operations).await.pop();
    assert_eq!(refused, Some(Refused(Refusal::Ambiguous(ids[20..120].to_vec()))));

    // And the last of very many, when all before it go.
    let mut operations: Vec<_> = ids[20..149].iter().map(|id| remove(*id)).collect();
    operations.push(by_number(bench.new_contact("status"), OnMatch::Skip));
    let outcome = ada.batch(operations).await.pop();
    assert!(matches!(&outcome, Some(Skipped(last)) if last.id == ids[149]), "{outcome:?}");
}

/// What stands for the same number under the new region matches at once, however much there is to derive first.
pub async fn a_batch_follows_a_change_of_region(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let first = ada.contact("First", "08031234567").await;
    let filling = (0..=STEP_ROWS).map(|turn| create(bench.new_contact(&format!("fill {turn}")))).collect();
    ada.batch(filling).await;
    let last = ada.contact("Last", "0805 000 1234").await;
    for (region, matches) in [(Some("NG"), true), (Some("GB"), false), (None, false), (Some("NG"), true)] {
        let outcome = ada.change_client(ada.client.id, at_home_in(region)).await;
        assert!(matches!(outcome, ClientUpdate::Done(_)), "{outcome:?}");
        let news = ["+2348031234567", "2348050001234"].map(|number| bench.new_contact(number));
        let outcomes = ada.batch(news.map(|new| by_number(new, OnMatch::Skip)).into()).await;
        if matches {
            assert_eq!(outcomes, [Skipped(first.clone()), Skipped(last.clone())], "{region:?}");
        } else {
            ada.batch(outcomes.iter().map(|outcome| remove(id_of(outcome))).collect()).await;
        }
        // It was derived to the end, and nothing else is to be.
        assert!(!bench.store.housekeeping.derive_some().await.unwrap());
    }
}
