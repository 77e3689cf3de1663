//! Taking over what another system has.

use std::slice;

use roster_domain::Precondition::Exists;
use roster_domain::ports::{AccountAdoption, ClientAdoption, GroupAdoption};
use roster_domain::{AuditEvent, ClientId, ClientName, Email, GroupTitle, NewAccount, NewClient, NewGroup, UserId};

use crate::owner::caller;
use crate::together::together;
use crate::{Bench, Owner};

async fn adopt(bench: &Bench, account: NewAccount) -> AccountAdoption {
    let entry = bench.new_entry(AuditEvent::AccountCreated, account.user.user.id);
    bench.store.operator.adopt_account(account, entry).await.unwrap()
}

async fn adopt_client(bench: &Bench, user: UserId, client: NewClient) -> ClientAdoption {
    bench.store.operator.adopt_client(user, client).await.unwrap()
}

async fn adopt_group(owner: &Owner, client: ClientId, group: NewGroup) -> GroupAdoption {
    owner.bench.store.operator.adopt_group(owner.user.id, client, group).await.unwrap()
}

/// Whoever was taken over with this.
async fn owner(bench: &Bench, account: &NewAccount) -> Owner {
    let user = account.user.user.clone();
    let rights = caller(bench, &user, None).account().unwrap();
    let client = bench.store.clients.get(&rights, account.client.id).await.unwrap().expect("with its client");
    Owner::new(bench.clone(), user, client, account.client.group.id).await
}

pub async fn an_account_is_taken_over_whole(bench: Bench) {
    let new = bench.new_account("Ada@Example.org");
    let entry = bench.new_entry(AuditEvent::AccountCreated, new.user.user.id);
    let adopted = bench.store.operator.adopt_account(new.clone(), entry.clone()).await.unwrap();
    assert_eq!(adopted, AccountAdoption::Done);
    let ada = owner(&bench, &new).await;
    assert_eq!(ada.me().await, Some(new.user.user));
    assert_eq!(ada.password_hash().await, Some(new.user.password_hash));
    assert!(ada.client.is_default);
    assert_eq!(ada.default_group(new.client.id).await.id, new.client.group.id);
    assert_eq!(ada.trail().await, slice::from_ref(&entry));
    let credential = bench.store.finders.client_credential(&new.client.session_id).await.unwrap().unwrap();
    assert_eq!((credential.client, credential.token_hash), (new.client.id, new.client.token_hash));

    let mut shop = bench.new_client("Shop");
    shop.group.is_default = false;
    assert_eq!(adopt_client(&bench, ada.user.id, shop.clone()).await, ClientAdoption::Done);
    let client = bench.store.clients.get(&ada.account(), shop.id).await.unwrap().unwrap();
    assert_eq!((client.name, client.is_default, client.revision), (shop.name, false, 0));
    assert_eq!(ada.default_group(shop.id).await.id, shop.group.id);
    let credential = bench.store.finders.client_credential(&shop.session_id).await.unwrap().unwrap();
    assert_eq!((credential.client, credential.token_hash), (shop.id, shop.token_hash));

    let friends = NewGroup { is_default: true, legacy_version: 3, ..bench.new_group("Friends") };
    assert_eq!(adopt_group(&ada, shop.id, friends.clone()).await, GroupAdoption::Done);
    let group = ada.get_group(friends.id).await.unwrap();
    assert_eq!((group.client_id, group.title, group.legacy_version), (shop.id, friends.title, 3));
    assert_eq!((group.created_at, group.updated_at), (friends.created_at, friends.updated_at));
    assert!(!group.is_default, "the client has one");
    assert_eq!(ada.default_group(shop.id).await.id, shop.group.id);
}

pub async fn what_is_there_already_stays_as_it_is(bench: Bench) {
    let account = bench.new_account("ada@example.org");
    assert_eq!(adopt(&bench, account.clone()).await, AccountAdoption::Done);
    let ada = owner(&bench, &account).await;
    let (shop, friends) = (bench.new_client("Shop"), bench.new_group("Friends"));
    assert_eq!(adopt_client(&bench, ada.user.id, shop.clone()).await, ClientAdoption::Done);
    assert_eq!(adopt_group(&ada, shop.id, friends.clone()).await, GroupAdoption::Done);
    let before = ada.dump().await;

    let mut again = account;
    again.user.user.email = Email::parse("ada@elsewhere.example").unwrap();
    again.client.name = ClientName::parse("Another").unwrap();
    let mut other_shop = shop.clone();
    other_shop.name = ClientName::parse("Another").unwrap();
    other_shop.group.id = bench.id();
    let other_friends = NewGroup { title: GroupTitle::parse("Foes").unwrap(), is_default: true, ..friends };
    for disabled in [false, true] {
        assert_eq!(adopt(&bench, again.clone()).await, AccountAdoption::Present);
        assert_eq!(adopt_client(&bench, ada.user.id, other_shop.clone()).await, ClientAdoption::Present);
        assert_eq!(adopt_group(&ada, shop.id, other_friends.clone()).await, GroupAdoption::Present);
        let further = bench.new_client("Further");
        if disabled {
            assert_eq!(adopt_client(&bench, ada.user.id, further).await, ClientAdoption::UserGone);
        } else {
            assert_eq!(ada.dump().await, before);
            ada.disable(true).await;
        }
    }
    ada.disable(false).await;
    assert_eq!((ada.dump().await.clients, ada.dump().await.groups), (before.clients, before.groups));
    let elsewhere = again.user.user.email.key();
    assert_eq!(bench.store.finders.sign_in(&elsewhere).await.unwrap(), None);
}

pub async fn an_account_that_cannot_be_taken_over_leaves_nothing(bench: Bench) {
    let eve = bench.account("eve@example.org").await;
    let before = eve.dump().await;
    let new = bench.new_account("ada@example.org");
    let taken = |change: &dyn Fn(&mut NewAccount)| {
        let mut account = new.clone();
        change(&mut account);
        account
    };
    let address = taken(&|account| account.user.user.email = Email::parse("EVE@example.org").unwrap());
    assert_eq!(adopt(&bench, address).await, AccountAdoption::EmailTaken);
    let id = taken(&|account| account.client.id = eve.client.id);
    assert_eq!(adopt(&bench, id).await, AccountAdoption::ClientTaken);
    let session_id = taken(&|account| account.client.session_id = eve.client.session_id.clone());
    assert_eq!(adopt(&bench, session_id).await, AccountAdoption::ClientTaken);

    assert_eq!(eve.dump().await, before);
    assert_eq!(bench.store.operator.user(&new.user.user.email.key()).await.unwrap(), None);
    assert_eq!(adopt(&bench, new.clone()).await, AccountAdoption::Done, "nothing of it is in the way");
    assert_eq!(owner(&bench, &new).await.trail().await.len(), 1);
}

pub async fn whoever_was_erased_is_not_taken_over(bench: Bench) {
    let account = bench.new_account("ada@example.org");
    adopt(&bench, account.clone()).await;
    let ada = owner(&bench, &account).await;
    let erased = bench.new_entry(AuditEvent::AccountErased, None);
    let hash = ada.password_hash().await.unwrap();
    bench.store.users.erase(&ada.account(), &hash, Exists, bench.later(), erased).await.unwrap();
    assert_eq!(adopt(&bench, account.clone()).await, AccountAdoption::Erased);
    for client in [account.client.clone(), bench.new_client("Shop")] {
        assert_eq!(adopt_client(&bench, ada.user.id, client).await, ClientAdoption::UserGone);
    }
    while bench.store.housekeeping.erase_some().await.unwrap() {}
    assert_eq!(adopt(&bench, account).await, AccountAdoption::Done, "once nothing is left of it");
}

pub async fn a_client_that_cannot_be_taken_over_leaves_nothing(bench: Bench) {
    let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
    let before = (ada.dump().await, eve.dump().await);
    let new = bench.new_client("Shop");
    let id = NewClient { id: eve.client.id, ..new.clone() };
    assert_eq!(adopt_client(&bench, ada.user.id, id).await, ClientAdoption::IdTaken);
    for session_id in [&eve.client.session_id, &ada.client.session_id] {
        let taken = NewClient { session_id: session_id.clone(), ..new.clone() };
        assert_eq!(adopt_client(&bench, ada.user.id, taken).await, ClientAdoption::SessionIdTaken);
    }
    let mut group = new.clone();
    group.group.id = ada.group.id;
    assert_eq!(adopt_client(&bench, ada.user.id, group).await, ClientAdoption::GroupIdTaken);
    assert_eq!(adopt_client(&bench, bench.id(), new.clone()).await, ClientAdoption::UserGone);

    assert_eq!((ada.dump().await, eve.dump().await), before);
    assert_eq!(bench.store.finders.client_credential(&new.session_id).await.unwrap(), None);
    assert_eq!(adopt_client(&bench, ada.user.id, new).await, ClientAdoption::Done, "nothing of it is in the way");
}

pub async fn a_group_that_cannot_be_taken_over_leaves_nothing(bench: Bench) {
    let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
    let (shop, _) = ada.client("Shop").await;
    let before = (ada.dump().await, eve.dump().await);
    let taken = NewGroup { id: ada.group.id, ..bench.new_group("Friends") };
    assert_eq!(adopt_group(&ada, shop.id, taken).await, GroupAdoption::IdTaken);
    for client in [bench.id(), eve.client.id] {
        assert_eq!(adopt_group(&ada, client, bench.new_group("Friends")).await, GroupAdoption::ClientGone);
    }
    assert_eq!((ada.dump().await, eve.dump().await), before);
    // Ids are unique below a user.
    let as_eves = NewGroup { id: eve.group.id, ..bench.new_group("Friends") };
    assert_eq!(adopt_group(&ada, shop.id, as_eves).await, GroupAdoption::Done);
    assert_eq!(eve.dump().await, before.1);
}

pub async fn of_several_who_take_the_same_over_one_does(bench: Bench) {
    let account = bench.new_account("ada@example.org");
    let outcomes = together((0..6).map(|_| {
        let (bench, account) = (bench.clone(), account.clone());
        async move { adopt(&bench, account).await }
    }))
    .await;
    assert_eq!(once(&outcomes, AccountAdoption::Done, AccountAdoption::Present), 1, "{outcomes:?}");
    let ada = owner(&bench, &account).await;
    assert_eq!(ada.trail().await.len(), 1);

    let shop = bench.new_client("Shop");
    let outcomes = together((0..6).map(|_| {
        let (bench, user, shop) = (bench.clone(), ada.user.id, shop.clone());
        async move { adopt_client(&bench, user, shop).await }
    }))
    .await;
    assert_eq!(once(&outcomes, ClientAdoption::Done, ClientAdoption::Present), 1, "{outcomes:?}");

    let friends = bench.new_group("Friends");
    let outcomes = together((0..6).map(|_| {
        let (ada, friends) = (ada.clone(), friends.clone());
        async move { adopt_group(&ada, shop.id, friends).await }
    }))
    .await;
    assert_eq!(once(&outcomes, GroupAdoption::Done, GroupAdoption::Present), 1, "{outcomes:?}");
}

/// How many are done, where the others find it there.
fn once<T: PartialEq + Copy>(outcomes: &[T], done: T, present: T) -> usize {
    assert!(outcomes.iter().all(|outcome| *outcome == done || *outcome == present));
    outcomes.iter().filter(|outcome| **outcome == done).count()
}
