//! A client gets new credentials.

use std::slice;

use roster_domain::{AuditEvent, Client, ClientCredential, ClientId, ClientSessionId, NewCredentials, TokenHash};

use crate::together::together;
use crate::{Bench, Owner};

fn credentials(bench: &Bench) -> NewCredentials {
    let new = bench.new_client("Client");
    NewCredentials { session_id: new.session_id, token_hash: new.token_hash }
}

async fn replace(owner: &Owner, id: ClientId, new: &NewCredentials) -> Option<Client> {
    let (clients, at) = (&owner.bench.store.clients, owner.bench.later());
    let entry = owner.entry(AuditEvent::CredentialsReplaced);
    clients.replace_credentials(&owner.account(), id, new.clone(), at, entry).await.unwrap()
}

async fn find(bench: &Bench, session_id: &ClientSessionId) -> Option<ClientCredential> {
    bench.store.finders.client_credential(session_id).await.unwrap()
}

pub async fn new_credentials_take_the_place_of_the_old(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let hers = eve.dump().await;
    let mut before = ada.dump().await;
    for client in &mut before.clients {
        let (new, old) = (credentials(&bench), client.session_id.clone());
        let at = bench.later();
        let entry = ada.entry(AuditEvent::CredentialsReplaced);
        let clients = &bench.store.clients;
        let made =
            clients.replace_credentials(&ada.account(), client.id, new.clone(), at, entry.clone()).await.unwrap();
        *client = Client {
            session_id: new.session_id.clone(),
            updated_at: at,
            revision: client.revision + 1,
            ..client.clone()
        };
        assert_eq!(made.as_ref(), Some(&*client));
        assert_eq!(ada.get_client(client.id).await.as_ref(), Some(&*client));
        assert_eq!(find(&bench, &old).await, None, "the old ones are worth nothing");
        let found = ClientCredential { user: ada.user.id, client: client.id, token_hash: new.token_hash };
        assert_eq!(find(&bench, &new.session_id).await, Some(found));
        before.trail.insert(0, entry);
    }
    assert_eq!(ada.dump().await, before, "nothing else changes");
    assert_eq!(eve.dump().await, hers);

    // What was replaced can be had by another.
    let mut again = bench.new_client("Again");
    again.session_id = shop.session_id.clone();
    eve.bench.store.clients.create(&eve.account(), again.clone()).await.unwrap().unwrap();
    assert_eq!(find(&bench, &shop.session_id).await.map(|found| found.client), Some(again.id));
}

pub async fn a_secret_alone_may_be_replaced(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let new = NewCredentials { session_id: ada.client.session_id.clone(), token_hash: TokenHash(bench.bytes()) };
    assert!(replace(&ada, ada.client.id, &new).await.is_some());
    let found = find(&bench, &ada.client.session_id).await;
    assert_eq!(found.map(|found| found.token_hash), Some(new.token_hash));
}

pub async fn another_users_credentials_cannot_be_replaced(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let before = (ada.dump().await, eve.dump().await, find(&bench, &ada.client.session_id).await);
    for id in [ada.client.id, bench.id()] {
        let new = credentials(&bench);
        assert_eq!(replace(&eve, id, &new).await, None);
        assert_eq!(find(&bench, &new.session_id).await, None);
    }
    assert_eq!((ada.dump().await, eve.dump().await, find(&bench, &ada.client.session_id).await), before);
}

pub async fn of_several_new_credentials_at_once_one_set_is_left(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let sets: Vec<NewCredentials> = (0..8).map(|_| credentials(&bench)).collect();
    together(sets.clone().into_iter().map(|new| {
        let ada = ada.clone();
        async move { assert!(replace(&ada, ada.client.id, &new).await.is_some()) }
    }))
    .await;
    let mut found = Vec::new();
    for new in &sets {
        found.extend(find(&bench, &new.session_id).await.map(|_| new.session_id.clone()));
    }
    let shown = ada.get_client(ada.client.id).await.unwrap().session_id;
    assert_eq!(found, slice::from_ref(&shown), "the one that is shown");
    assert_eq!(find(&bench, &ada.client.session_id).await, None);
}
