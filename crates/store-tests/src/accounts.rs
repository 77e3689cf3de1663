//! Making accounts and clients.

use std::slice;

use roster_domain::{
    AuditEvent, Client, ClientName, ClientSessionId, Email, NewAccount, PersonName, Region, Timestamp, User,
};

use crate::owner::caller;
use crate::together::together;
use crate::walk::{first, limit, walk_audit};
use crate::{Bench, Owner};

async fn create(bench: &Bench, account: NewAccount) -> Option<(User, Client)> {
    let entry = bench.new_entry(AuditEvent::AccountCreated, account.user.user.id);
    bench.store.users.create_account(account, entry).await.unwrap()
}

pub async fn an_account_comes_whole(bench: Bench) {
    let mut new = bench.new_account("Ada.Lovelace+roster@Example.ORG");
    new.user.user.firstname = PersonName::parse("Ada “A.” O'Byron 👩🏾‍🚀").unwrap();
    new.user.user.lastname = PersonName::parse(&"𝄞".repeat(128)).unwrap();
    new.user.user.created_at = Timestamp::parse("2023-03-04T05:06:07.089Z").unwrap();
    new.user.user.updated_at = Timestamp::parse("2023-03-04T05:06:07.090Z").unwrap();
    new.client.name = ClientName::parse(&"é".repeat(256)).unwrap();
    new.client.session_id = ClientSessionId::parse(&"~".repeat(128)).unwrap();
    new.client.region = Some(Region::parse("NG").unwrap());
    new.client.created_at = Timestamp::parse("2023-03-05T00:00:00.001Z").unwrap();
    new.client.updated_at = Timestamp::parse("2023-03-06T00:00:00.999Z").unwrap();
    new.client.group.created_at = Timestamp::parse("2023-03-07T00:00:00.002Z").unwrap();
    new.client.group.updated_at = Timestamp::parse("2023-03-08T00:00:00.998Z").unwrap();
    new.client.group.legacy_version = 5;
    let NewAccount { user: new_user, client: new_client } = new.clone();

    let (user, client) = create(&bench, new).await.unwrap();
    assert_eq!(user, new_user.user, "the address as it was written, too");
    let expected = Client {
        id: new_client.id,
        name: new_client.name,
        is_default: true,
        session_id: new_client.session_id.clone(),
        region: new_client.region,
        created_at: new_client.created_at,
        updated_at: new_client.updated_at,
        revision: 0,
    };
    assert_eq!(client, expected);
    let owner = Owner::new(bench.clone(), user, client, new_client.group.id).await;
    assert_eq!(owner.dump().await.clients, [expected]);
    let group = owner.default_group(owner.client.id).await;
    assert_eq!((group.id, group.client_id), (new_client.group.id, owner.client.id));
    assert_eq!((&group.title, group.legacy_version), (&new_client.group.title, 5));
    assert_eq!((group.created_at, group.updated_at), (new_client.group.created_at, new_client.group.updated_at));

    let sign_in = bench.store.finders.sign_in(&new_user.user.email.key()).await.unwrap().unwrap();
    assert_eq!((sign_in.user, sign_in.password_hash), (owner.user.id, new_user.password_hash));
    let credential = bench.store.finders.client_credential(&new_client.session_id).await.unwrap().unwrap();
    assert_eq!(
        (credential.user, credential.client, credential.token_hash),
        (owner.user.id, owner.client.id, new_client.token_hash)
    );
}

pub async fn an_account_comes_with_its_entry(bench: Bench) {
    let new = bench.new_account("ada@example.org");
    let mut entry = bench.new_entry(AuditEvent::AccountCreated, new.user.user.id);
    entry.origin.request_id = Some("request-1".to_owned());
    let group = new.client.group.id;
    let (user, client) = bench.store.users.create_account(new, entry.clone()).await.unwrap().unwrap();
    let ada = Owner::new(bench.clone(), user, client, group).await;
    assert_eq!(ada.trail().await, slice::from_ref(&entry));
    assert_eq!(create(&bench, bench.new_account("ada@example.org")).await, None);
    assert_eq!(walk_audit(&bench.store, None, limit(10)).await, [entry], "what wasn't made has none");
}

/// Whatever would have come with it isn't there; the same ids can be used again.
async fn assert_no_trace(bench: &Bench, account: NewAccount, free_email: &str) {
    let session_id = &account.client.session_id;
    assert_eq!(bench.store.finders.client_credential(session_id).await.unwrap(), None);
    let rights = caller(bench, &account.user.user, None);
    let page = bench.store.clients.page(&rights.account().unwrap(), first()).await.unwrap();
    assert_eq!(page.items, []);
    assert_eq!(bench.store.groups.get(&rights.scope(), account.client.group.id).await.unwrap(), None);

    let mut again = account;
    again.user.user.email = Email::parse(free_email).unwrap();
    let made = create(bench, again.clone()).await;
    assert_eq!(made.map(|(user, _)| user), Some(again.user.user));
}

pub async fn an_address_is_taken_by_its_key(bench: Bench) {
    let ada = bench.account("Ada@Example.org").await;
    let before = ada.dump().await;
    let sign_in = bench.store.finders.sign_in(&ada.user.email.key()).await.unwrap();
    let spellings = ["Ada@Example.org", "ada@example.org", "ADA@EXAMPLE.ORG", "Ａｄａ@example.org", "ada＠example.org"];
    for (turn, email) in spellings.into_iter().enumerate() {
        let mut account = bench.new_account("placeholder@example.org");
        // Some of these would not be taken from a request; what counts is the key.
        account.user.user.email = Email::from_stored(email.to_owned());
        assert_eq!(create(&bench, account.clone()).await, None, "{email}");
        assert_no_trace(&bench, account, &format!("free-{turn}@example.org")).await;
    }
    assert_eq!(ada.dump().await, before);
    assert_eq!(bench.store.finders.sign_in(&ada.user.email.key()).await.unwrap(), sign_in);
}

pub async fn of_several_accounts_at_once_one_gets_the_address(bench: Bench) {
    let accounts: Vec<NewAccount> = ["ada@example.org", "ADA@example.org"]
        .into_iter()
        .cycle()
        .take(8)
        .map(|email| bench.new_account(email))
        .collect();
    let outcomes = together(accounts.clone().into_iter().map(|account| {
        let bench = bench.clone();
        async move { create(&bench, account).await }
    }))
    .await;
    let winners: Vec<_> = outcomes.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let winner = winners[0].0.id;
    let sign_in = bench.store.finders.sign_in(&accounts[0].user.user.email.key()).await.unwrap();
    assert_eq!(sign_in.map(|sign_in| sign_in.user), Some(winner));
    for (turn, account) in accounts.into_iter().enumerate() {
        if account.user.user.id != winner {
            assert_no_trace(&bench, account, &format!("free-{turn}@example.org")).await;
        }
    }
}

pub async fn a_further_client_comes_whole(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for (region, is_default) in [(Some("ZW"), true), (None, false)] {
        let mut new = bench.new_client("Shop “№ 1”");
        new.region = region.map(|code| Region::parse(code).unwrap());
        new.created_at = Timestamp::parse("2023-03-05T00:00:00.001Z").unwrap();
        new.updated_at = Timestamp::parse("2023-03-06T00:00:00.999Z").unwrap();
        // Its first group is its default one, whatever this says.
        new.group.is_default = is_default;
        let client = bench.store.clients.create(&ada.account(), new.clone()).await.unwrap().unwrap();
        let expected = Client {
            id: new.id,
            name: new.name,
            is_default: false,
            session_id: new.session_id.clone(),
            region: new.region,
            created_at: new.created_at,
            updated_at: new.updated_at,
            revision: 0,
        };
        assert_eq!(client, expected);
        assert!(ada.dump().await.clients.contains(&expected));
        assert_eq!(ada.default_group(new.id).await.id, new.group.id);
        let credential = bench.store.finders.client_credential(&new.session_id).await.unwrap().unwrap();
        assert_eq!((credential.user, credential.client, credential.token_hash), (ada.user.id, new.id, new.token_hash));
    }
    let defaults: Vec<_> = ada.dump().await.clients.into_iter().filter(|client| client.is_default).collect();
    assert_eq!(defaults, slice::from_ref(&ada.client), "the first stays the default client");
}

pub async fn a_client_of_nobody_is_none(bench: Bench) {
    let nobody = bench.new_account("nobody@example.org").user.user;
    let rights = caller(&bench, &nobody, None);
    let new = bench.new_client("Shop");
    assert_eq!(bench.store.clients.create(&rights.account().unwrap(), new.clone()).await.unwrap(), None);
    assert_eq!(bench.store.finders.client_credential(&new.session_id).await.unwrap(), None);
    assert_eq!(bench.store.groups.get(&rights.scope(), new.group.id).await.unwrap(), None);
    // Nothing is in the way of the same client for somebody who exists.
    let ada = bench.account("ada@example.org").await;
    assert!(bench.store.clients.create(&ada.account(), new).await.unwrap().is_some());
}

pub async fn clients_made_at_once_are_all_there(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut made: Vec<Client> = together((0..8).map(|turn| {
        let ada = ada.clone();
        async move { ada.client(&format!("Client {turn}")).await.0 }
    }))
    .await;
    made.push(ada.client.clone());
    made.sort_by_key(|client| client.id);
    assert_eq!(ada.dump().await.clients, made);
    for client in made {
        ada.default_group(client.id).await;
    }
}
