//! Making, reading and deleting single contacts.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ContactCreation, ContactDeletion};
use roster_domain::values::SurveySortId;
use roster_domain::{
    Channel, ClientId, Contact, ContactFilter, ContactId, ContactName, GroupId, NewContact, Number, ObjectId, Scope,
    Span, Timestamp, Transaction,
};

use crate::owner::renumbered;
use crate::walk::{limit, walk_contacts};
use crate::{Bench, Owner};

pub async fn create_in_the_default_group(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.group("Another").await;
    let contact = ada.contact("Amina", "2348000000001").await;
    assert_eq!(contact.client_id, ada.client.id);
    assert_eq!(contact.group_id, ada.group.id);
    assert_eq!(ada.get(contact.id).await, Some(contact));
}

pub async fn create_in_the_default_group_of_a_narrowed_scope(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let creation = bench.store.contacts.create(&ada.only(shop.id), bench.new_contact("2348000000001")).await.unwrap();
    let ContactCreation::Done(contact) = creation else { panic!("{creation:?}") };
    assert_eq!((contact.client_id, contact.group_id), (shop.id, shop_group.id));
    assert_eq!(ada.get(contact.id).await, Some(contact));
}

pub async fn a_group_chooses_the_client(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let friends = ada.make_group(&ada.only(shop.id), bench.new_group("Friends")).await;
    let contact = ada.contact_in(&friends, "2348000000001").await;
    assert_eq!((contact.client_id, contact.group_id), (shop.id, friends.id));
    assert_eq!(ada.get(contact.id).await, Some(contact));
}

pub async fn create_in_a_group_out_of_reach(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let before = (ada.dump().await, eve.dump().await);

    let cases: [(&str, Scope, GroupId); 6] = [
        ("an unknown group", ada.scope, bench.id()),
        ("an unknown group, narrowed", ada.only(shop.id), bench.id()),
        ("another user's group", eve.scope, ada.group.id),
        ("another user's group, narrowed", eve.only(eve.client.id), shop_group.id),
        ("another client's group, narrowed", ada.only(shop.id), ada.group.id),
        ("another client's group, narrowed to the default", ada.only(ada.client.id), shop_group.id),
    ];
    for (case, scope, group) in cases {
        let contact = NewContact { group_id: Some(group), ..bench.new_contact("2348000000001") };
        let creation = bench.store.contacts.create(&scope, contact).await.unwrap();
        assert_eq!(creation, ContactCreation::UnknownGroup, "{case}");
    }
    assert_eq!((ada.dump().await, eve.dump().await), before);
}

pub async fn create_in_a_client_that_never_was(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let scope = ada.only(bench.id());
    let creation = bench.store.contacts.create(&scope, bench.new_contact("2348000000001")).await.unwrap();
    assert_eq!(creation, ContactCreation::ClientGone);
    assert_eq!(ada.dump().await.contacts, []);
}

pub async fn every_field_comes_back(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let bare = NewContact { group_id: Some(friends.id), ..bench.new_contact("2348000000001") };
    let survey = |survey_id, survey_sort_id| Transaction { survey_id, survey_sort_id };
    let text = |text: &str| Some(SurveySortId::parse_text(text).unwrap());
    let survey_id = Some(ObjectId::parse("64a00ec7c5e487d95dcb0d5e").unwrap());

    let cases = [
        NewContact {
            id: ContactId::parse("64a87271eccf5b76ca8e15ee").unwrap(),
            name: ContactName::parse("Amina “Mimi” O'Bello \\ 👩🏾‍🚀").unwrap(),
            channel: Channel::parse("tele_gram_2").unwrap(),
            transaction: survey(survey_id, text("07")),
            created_at: Timestamp::parse("2023-07-07T20:15:45.962Z").unwrap(),
            updated_at: Timestamp::parse("2023-07-08T00:00:00.001Z").unwrap(),
            legacy_version: 7,
            ..bare.clone()
        },
        NewContact { id: ContactId::parse("000000000000000000000000").unwrap(), ..bare.clone() },
        NewContact { id: ContactId::parse("ffffffffffffffffffffffff").unwrap(), ..bare.clone() },
        NewContact { name: ContactName::parse(&"𝄞".repeat(256)).unwrap(), ..fresh(&bench, &bare) },
        NewContact { channel: Channel::parse(&"a".repeat(32)).unwrap(), ..fresh(&bench, &bare) },
        NewContact { transaction: survey(survey_id, None), ..fresh(&bench, &bare) },
        NewContact { transaction: survey(None, Some(SurveySortId::Integer(0))), ..fresh(&bench, &bare) },
        NewContact { transaction: survey(None, Some(SurveySortId::Integer(i64::MAX))), ..fresh(&bench, &bare) },
        NewContact { transaction: survey(None, Some(SurveySortId::Integer(i64::MIN))), ..fresh(&bench, &bare) },
        NewContact { transaction: survey(None, text("")), ..fresh(&bench, &bare) },
        NewContact { transaction: survey(None, text("9007199254740993")), ..fresh(&bench, &bare) },
        NewContact { transaction: survey(None, text(&"é".repeat(64))), ..fresh(&bench, &bare) },
        NewContact { created_at: Timestamp::from_millis(-1), ..fresh(&bench, &bare) },
        NewContact { created_at: Timestamp::from_millis(0), ..fresh(&bench, &bare) },
        NewContact { updated_at: Timestamp::parse("9999-12-31T23:59:59.999Z").unwrap(), ..fresh(&bench, &bare) },
        NewContact { legacy_version: i64::MAX, ..fresh(&bench, &bare) },
    ];
    let mut made = Vec::new();
    for new in cases {
        let contact = ada.make(new.clone()).await;
        assert_eq!(contact, stored(&ada, &new, contact.revision));
        assert_eq!(ada.get(contact.id).await, Some(contact.clone()));
        made.push(contact);
    }
    made.sort_by_key(|contact| std::cmp::Reverse(contact.id));
    assert_eq!(ada.contacts_in(friends.id).await, made, "a list holds the same as single reads");
}

/// The same contact under a new id.
fn fresh(bench: &Bench, contact: &NewContact) -> NewContact {
    NewContact { id: bench.id(), ..contact.clone() }
}

/// What a contact of the default client must have become.
fn stored(owner: &Owner, new: &NewContact, revision: i64) -> Contact {
    let new = new.clone();
    Contact {
        id: new.id,
        client_id: owner.client.id,
        group_id: new.group_id.unwrap_or(owner.group.id),
        name: new.name,
        number: new.number,
        channel: new.channel,
        transaction: new.transaction,
        created_at: new.created_at,
        updated_at: new.updated_at,
        legacy_version: new.legacy_version,
        revision,
    }
}

pub async fn numbers_are_kept_verbatim(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let longest = "𝄞".repeat(256);
    let numbers = [
        "+234 (800) 000-0001",
        "0002348000000001",
        "120363045767536459",
        "status",
        "{Hi|Hello} [name] your message has no keyword here.",
        "Cafe\u{301} \u{1e9b}\u{323} is not in a normal form",
        "tab\there",
        "line\r\nfeed\nand\rreturn",
        "👩🏾‍👩🏾‍👧🏾 \u{fe0f}\u{feff}\u{202e}",
        "' OR 1=1; -- \" \\ \\0 \\u0000 $1 ?1 :n % _",
        "null",
        "1e3",
        "٠١٢٣",
        &longest,
    ];
    for text in numbers {
        let number = Number::parse(text).unwrap();
        assert_eq!(number.as_str(), text, "parsing leaves it alone");
        let created = ada.contact("Amina", text).await;
        assert_eq!(ada.get(created.id).await.unwrap().number, number, "created");

        let other = ada.contact("Amina", "2348000000001").await;
        bench.store.contacts.update(&ada.scope, other.id, renumbered(text), Exists, bench.later()).await.unwrap();
        assert_eq!(ada.get(other.id).await.unwrap().number, number, "updated");
        let listed = ada.contacts_in(ada.group.id).await;
        assert!(listed[..2].iter().all(|contact| contact.number == number), "listed");
    }
}

pub async fn contacts_may_share_a_number(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let one = ada.contact("Amina", "2348000000001").await;
    let two = ada.contact("Amina", "2348000000001").await;
    assert_eq!(ada.contacts_in(ada.group.id).await, [two, one]);
}

/// The shape of the guide's listing: eleven contacts of two clients, with ids and times of the system they come from.
pub async fn two_imported_clients_are_listed_as_they_were(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let old_client = imported_client(&ada, "642cb299b6f8a5a12f2c59fe", "6442478dba8ac3a303bd0c93").await;
    let new_client = imported_client(&ada, "649ff7e0e6046617c8aeabf0", "64a00ec7c5e487d95dcb0d5c").await;
    let (old, new) = (Some(old_client.1), Some(new_client.1));
    let listing = [
        ("64a87271eccf5b76ca8e15ee", new, "2348000000001", "2023-07-07T20:15:45.962Z"),
        ("64a73926e3750e8b6dcbbb4a", new, "1234556677", "2023-07-06T21:59:02.743Z"),
        ("64a174ed85381c056eec9d8f", new, "1234556677", "2023-07-02T13:00:29.725Z"),
        ("64a00ec7c5e487d95dcb0d5e", new, "2348000000002", "2023-07-01T11:32:23.733Z"),
        ("647eee965abaa80698ad93cc", old, "2348000000001", "2023-06-06T08:30:14.197Z"),
        ("6457fabab2b141dd0421c582", old, "2348000000003", "2023-05-07T19:23:38.003Z"),
        ("644f813db2b141dd0421beed", old, "status", "2023-05-01T09:07:09.259Z"),
        ("6443df2eb2b141dd0421b654", old, "120363045767536459", "2023-04-22T13:20:46.436Z"),
        ("6443a796b2b141dd0421b5b9", old, "2348000000002", "2023-04-22T09:23:34.802Z"),
        ("64427594d3aea769e8d8c1fa", old, "{Hi|Hello} [name]", "2023-04-21T11:37:56.234Z"),
        ("6442478dba8ac3a303bd0c95", old, "2348000000004", "2023-04-21T08:21:33.088Z"),
    ];
    // Neither in the order of the list nor in its reverse.
    for turn in 0..listing.len() {
        let (id, group_id, number, at) = listing[turn * 4 % listing.len()];
        let (id, at) = (ContactId::parse(id).unwrap(), Timestamp::parse(at).unwrap());
        ada.make(NewContact { id, group_id, created_at: at, updated_at: at, ..bench.new_contact(number) }).await;
    }

    let told = |contact: Contact| {
        assert_eq!(contact.created_at, contact.updated_at);
        let expected = if Some(contact.group_id) == new { new_client.0 } else { old_client.0 };
        assert_eq!(contact.client_id, expected);
        (contact.id.to_string(), Some(contact.group_id), contact.number.as_str().to_owned(), contact.created_at)
    };
    let expected: Vec<_> = listing
        .map(|(id, group, number, at)| (id.to_owned(), group, number.to_owned(), Timestamp::parse(at).unwrap()))
        .to_vec();
    let list = async |scope: Scope, span| {
        let contacts = walk_contacts(&bench.store, &scope, span, &ContactFilter::default(), limit(5_000)).await;
        contacts.into_iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(list(ada.scope, Span::AllClients).await, expected);
    assert_eq!(list(ada.only(new_client.0), Span::OneClient).await, expected[..4]);
    assert_eq!(list(ada.only(old_client.0), Span::OneClient).await, expected[4..]);
}

async fn imported_client(owner: &Owner, id: &str, group: &str) -> (ClientId, GroupId) {
    let mut client = owner.bench.new_client("Imported");
    client.id = ClientId::parse(id).unwrap();
    client.group.id = GroupId::parse(group).unwrap();
    let ids = (client.id, client.group.id);
    owner.bench.store.clients.create(&owner.account(), client).await.unwrap().expect("the user exists");
    ids
}

pub async fn get_reaches_what_the_scope_reaches(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let mine = ada.contact("Amina", "2348000000001").await;
    let shops = ada.contact_in(&shop_group, "2348000000002").await;

    let get = async |scope: Scope, id| bench.store.contacts.get(&scope, id).await.unwrap();
    assert_eq!(get(ada.scope, mine.id).await.as_ref(), Some(&mine));
    assert_eq!(get(ada.scope, shops.id).await.as_ref(), Some(&shops));
    assert_eq!(get(ada.only(shop.id), shops.id).await.as_ref(), Some(&shops));
    assert_eq!(get(ada.only(shop.id), mine.id).await, None);
    assert_eq!(get(ada.only(ada.client.id), shops.id).await, None);
    assert_eq!(get(ada.scope, bench.id()).await, None);
}

pub async fn delete_is_true_once(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let kept = ada.contact("Amina", "2348000000001").await;
    let gone = ada.contact("Bayo", "2348000000002").await;
    let delete = async |id| ada.delete(id).await;
    assert_eq!(delete(gone.id).await, ContactDeletion::Done);
    assert_eq!(ada.get(gone.id).await, None);
    assert_eq!(delete(gone.id).await, ContactDeletion::Absent);
    assert_eq!(delete(bench.id()).await, ContactDeletion::Absent);
    assert_eq!(ada.dump().await.contacts, [kept]);
}

pub async fn delete_reaches_what_the_scope_reaches(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let contact = ada.contact("Amina", "2348000000001").await;
    for scope in [eve.scope, eve.only(ada.client.id), ada.only(shop.id), ada.only(bench.id())] {
        assert_eq!(
            bench.store.contacts.delete(&scope, contact.id, Exists).await.unwrap(),
            ContactDeletion::Absent,
            "{scope:?}"
        );
        assert_eq!(ada.get(contact.id).await.as_ref(), Some(&contact));
    }
    assert_eq!(
        bench.store.contacts.delete(&ada.only(ada.client.id), contact.id, Exists).await.unwrap(),
        ContactDeletion::Done
    );
    assert_eq!(ada.get(contact.id).await, None);
}
