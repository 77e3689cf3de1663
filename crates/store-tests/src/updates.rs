//! Changing contacts.

use roster_domain::Precondition::Exists;
use roster_domain::ports::ContactUpdate;
use roster_domain::values::SurveySortId;
use roster_domain::{
    Channel, Contact, ContactChanges, ContactId, ContactName, GroupId, NewContact, Number, ObjectId, Scope, Timestamp,
    Transaction, TransactionChanges,
};

use crate::owner::{moved, renamed, renumbered};
use crate::together::together;
use crate::{Bench, Owner};

async fn update(bench: &Bench, scope: &Scope, id: ContactId, changes: ContactChanges, at: Timestamp) -> ContactUpdate {
    bench.store.contacts.update(scope, id, changes, Exists, at).await.unwrap()
}

/// A contact with something in every member.
async fn full_contact(owner: &Owner) -> Contact {
    let bench = &owner.bench;
    let transaction = Transaction {
        survey_id: Some(ObjectId::parse("64a00ec7c5e487d95dcb0d5e").unwrap()),
        survey_sort_id: Some(SurveySortId::Integer(7)),
    };
    let name = ContactName::parse("Amina").unwrap();
    let contact = NewContact { name, transaction, legacy_version: 3, ..bench.new_contact("2348000000001") };
    owner.make(contact).await
}

fn survey(survey_id: Option<Option<ObjectId>>, survey_sort_id: Option<Option<SurveySortId>>) -> ContactChanges {
    let transaction = TransactionChanges { survey_id, survey_sort_id };
    ContactChanges { transaction, ..ContactChanges::default() }
}

pub async fn each_change_alone_and_all_together(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let text = || Some(SurveySortId::parse_text("7").unwrap());
    let every = ContactChanges {
        name: Some(ContactName::parse("").unwrap()),
        number: Some(Number::parse("status").unwrap()),
        group_id: Some(friends.id),
        channel: Some(Channel::parse("sms").unwrap()),
        transaction: TransactionChanges { survey_id: Some(None), survey_sort_id: Some(text()) },
    };
    let cases = [
        ("name", ContactChanges { name: every.name.clone(), ..ContactChanges::default() }),
        ("number", ContactChanges { number: every.number.clone(), ..ContactChanges::default() }),
        ("group", moved(friends.id)),
        ("channel", ContactChanges { channel: every.channel.clone(), ..ContactChanges::default() }),
        ("another survey", survey(Some(Some(bench.id())), None)),
        ("no survey", survey(Some(None), None)),
        ("another place", survey(None, Some(Some(SurveySortId::Integer(8))))),
        ("the same digits as a text", survey(None, Some(text()))),
        ("no place", survey(None, Some(None))),
        ("neither", survey(Some(None), Some(None))),
        ("everything", every),
    ];
    for (case, changes) in cases {
        let before = full_contact(&ada).await;
        let bystander = full_contact(&ada).await;
        let at = bench.later();
        let outcome = update(&bench, &ada.scope, before.id, changes.clone(), at).await;
        let ContactUpdate::Done(after) = outcome else { panic!("{case}: {outcome:?}") };

        assert!(after.revision > before.revision, "{case}: {after:?}");
        let expected = Contact { updated_at: at, revision: after.revision, ..changes.applied_to(&before) };
        assert_eq!(after, expected, "{case}");
        assert_eq!(ada.get(before.id).await, Some(after), "{case}");
        assert_eq!(ada.get(bystander.id).await, Some(bystander), "{case}");
    }
}

pub async fn nothing_different_leaves_time_and_revision(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let contact = full_contact(&ada).await;
    let cleared = ada.contact("", "2348000000001").await;
    let same = |contact: &Contact| ContactChanges {
        name: Some(contact.name.clone()),
        number: Some(contact.number.clone()),
        group_id: Some(contact.group_id),
        channel: Some(contact.channel.clone()),
        transaction: TransactionChanges {
            survey_id: Some(contact.transaction.survey_id),
            survey_sort_id: Some(contact.transaction.survey_sort_id.clone()),
        },
    };
    for (before, changes) in [
        (&contact, ContactChanges::default()),
        (&contact, renamed("Amina")),
        (&contact, moved(contact.group_id)),
        (&contact, same(&contact)),
        (&cleared, same(&cleared)),
    ] {
        let outcome = update(&bench, &ada.scope, before.id, changes.clone(), bench.later()).await;
        assert_eq!(outcome, ContactUpdate::Done(before.clone()), "{changes:?}");
        assert_eq!(ada.get(before.id).await.as_ref(), Some(before), "{changes:?}");
    }
}

pub async fn two_changes_in_one_millisecond_differ_in_revision(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let contact = ada.contact("Amina", "2348000000001").await;
    let mut revisions = vec![contact.revision];
    for name in ["Bayo", "Amina", "Bayo"] {
        let outcome = update(&bench, &ada.scope, contact.id, renamed(name), bench.now()).await;
        let ContactUpdate::Done(now) = outcome else { panic!("{outcome:?}") };
        revisions.push(now.revision);
    }
    assert!(revisions.windows(2).all(|pair| pair[0] < pair[1]), "{revisions:?}");
}

pub async fn a_move_stays_within_the_client(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (_, shop_group) = ada.client("Shop").await;
    let friends = ada.group("Friends").await;
    let contact = full_contact(&ada).await;
    let before = (ada.dump().await, eve.dump().await);

    let elsewhere: [(&str, GroupId); 3] =
        [("another client's", shop_group.id), ("another user's", eve.group.id), ("an unknown", bench.id())];
    for (case, group) in elsewhere {
        for scope in [ada.scope, ada.only(ada.client.id)] {
            // The name comes along: it must not change by itself.
            let changes = ContactChanges { group_id: Some(group), ..renamed("Bayo") };
            let outcome = update(&bench, &scope, contact.id, changes, bench.later()).await;
            assert_eq!(outcome, ContactUpdate::UnknownGroup, "{case} group");
            assert_eq!((ada.dump().await, eve.dump().await), before, "{case} group");
        }
    }

    let outcome = update(&bench, &ada.only(ada.client.id), contact.id, moved(friends.id), bench.later()).await;
    let ContactUpdate::Done(after) = outcome else { panic!("{outcome:?}") };
    assert_eq!((after.client_id, after.group_id), (ada.client.id, friends.id));
    assert_eq!(ada.contacts_in(friends.id).await, [after]);
    assert_eq!(ada.contacts_in(ada.group.id).await, []);
}

pub async fn update_reaches_what_the_scope_reaches(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let contact = full_contact(&ada).await;
    let before = ada.dump().await;
    let cases: [(&str, Scope, ContactId, GroupId); 5] = [
        ("unknown", ada.scope, bench.id(), ada.group.id),
        ("another user's", eve.scope, contact.id, eve.group.id),
        ("another user's, narrowed to its client", eve.only(ada.client.id), contact.id, ada.group.id),
        ("another client's, narrowed", ada.only(shop.id), contact.id, shop_group.id),
        ("narrowed to no client", ada.only(bench.id()), contact.id, ada.group.id),
    ];
    for (case, scope, id, group) in cases {
        // With a group, with something else, and with nothing to change.
        for changes in [moved(group), renamed("Bayo"), ContactChanges::default()] {
            let outcome = update(&bench, &scope, id, changes.clone(), bench.later()).await;
            assert_eq!(outcome, ContactUpdate::Absent, "{case}: {changes:?}");
        }
    }
    assert_eq!(ada.dump().await, before);
    let outcome = update(&bench, &ada.only(ada.client.id), contact.id, renamed("Bayo"), bench.later()).await;
    assert!(matches!(outcome, ContactUpdate::Done(after) if after.name.as_str() == "Bayo"));
}

/// Each task changes one member over and over; a store that writes back a whole row it read before loses some.
pub async fn concurrent_changes_of_different_members_lose_none(bench: Bench) {
    const ROUNDS: i64 = 12;
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let contact = ada.contact("Amina", "2348000000001").await;
    let groups = [friends.id, ada.group.id];
    let surveys: Vec<ObjectId> = (0..ROUNDS).map(|_| bench.id()).collect();
    let last_survey = surveys.last().copied();

    let change = move |member: usize, round: i64| match member {
        0 => renamed(&format!("Name {round}")),
        1 => renumbered(&format!("Number {round}")),
        2 => moved(groups[usize::try_from(round).unwrap() % 2]),
        3 => {
            let channel = Some(Channel::parse(&format!("channel_{round}")).unwrap());
            ContactChanges { channel, ..ContactChanges::default() }
        }
        4 => survey(Some(Some(surveys[usize::try_from(round).unwrap()])), None),
        _ => survey(None, Some(Some(SurveySortId::Integer(round)))),
    };
    together((0..6).map(|member| {
        let (ada, change) = (ada.clone(), change.clone());
        async move {
            for round in 0..ROUNDS {
                let at = ada.bench.later();
                let outcome = update(&ada.bench, &ada.scope, contact.id, change(member, round), at).await;
                assert!(matches!(outcome, ContactUpdate::Done(_)), "{outcome:?}");
            }
        }
    }))
    .await;

    let after = ada.get(contact.id).await.unwrap();
    assert_eq!(after.name.as_str(), "Name 11");
    assert_eq!(after.number.as_str(), "Number 11");
    assert_eq!(after.group_id, ada.group.id);
    assert_eq!(after.channel.as_str(), "channel_11");
    assert_eq!(after.transaction.survey_id, last_survey);
    assert_eq!(after.transaction.survey_sort_id, Some(SurveySortId::Integer(11)));
    assert!(after.revision >= contact.revision + 6 * ROUNDS, "each change counts: {}", after.revision);
}
