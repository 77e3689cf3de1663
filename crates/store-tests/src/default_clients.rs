//! Exactly one default client a user, at every instant.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ClientDeletion, ClientUpdate};
use roster_domain::{AuditEvent, Client, ClientChanges, ContactFilter, Span};

use crate::clients::called;
use crate::together::{Watch, together};
use crate::walk::{first, limit, walk_contacts, walk_groups};
use crate::{Bench, Owner};

const MAKE_DEFAULT: ClientChanges = ClientChanges { name: None, region: None, is_default: Some(true) };
const UNMAKE_DEFAULT: ClientChanges = ClientChanges { name: None, region: None, is_default: Some(false) };

impl Owner {
    /// The default client.
    ///
    /// # Panics
    /// When there is none, or several.
    async fn default_client(&self) -> Client {
        let page = self.bench.store.clients.page(&self.account(), first()).await.unwrap();
        let mut defaults: Vec<_> = page.items.into_iter().filter(|client| client.is_default).collect();
        assert_eq!(defaults.len(), 1, "a user has exactly one default client: {defaults:?}");
        defaults.remove(0)
    }
}

pub async fn another_client_takes_over(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    let (attic, _) = ada.client("Attic").await;
    let old = ada.contact("Amina", "2348000000001").await;
    let at = bench.later();
    let changes = ClientChanges { is_default: Some(true), ..called("Market") };
    let expected =
        Client { name: changes.name.clone().unwrap(), is_default: true, updated_at: at, revision: 1, ..shop.clone() };
    assert_eq!(ada.change_client(shop.id, changes).await, ClientUpdate::Done(expected.clone()));
    let stepped_down = Client { is_default: false, updated_at: at, revision: 1, ..ada.client.clone() };
    assert_eq!(ada.dump().await.clients, [stepped_down, expected, attic]);
    assert_eq!(ada.default_client().await.id, shop.id);

    // What names no client is of that one now.
    let new = ada.contact("Bayo", "2348000000002").await;
    assert_eq!((new.client_id, new.group_id), (shop.id, shop_group.id));
    let filter = ContactFilter::default();
    let mine = walk_contacts(&bench.store, &ada.scope, Span::OneClient, &filter, limit(10)).await;
    assert_eq!(mine, [new]);
    assert_eq!(walk_groups(&bench.store, &ada.scope, Span::OneClient, limit(10)).await, [shop_group]);
    assert_eq!(ada.get(old.id).await, Some(old), "old ones stay where they are");
    assert_eq!(eve.default_client().await, eve.client, "another user's is left alone");

    // And back again.
    let at = bench.later();
    let outcome = ada.change_client(ada.client.id, MAKE_DEFAULT).await;
    assert_eq!(outcome, ClientUpdate::Done(Client { updated_at: at, revision: 2, ..ada.client.clone() }));
    assert_eq!(ada.default_client().await.id, ada.client.id);
}

pub async fn the_default_client_stays_it(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let before = ada.dump().await;
    for changes in [UNMAKE_DEFAULT, ClientChanges { is_default: Some(false), ..called("Market") }] {
        let _ = bench.later();
        assert_eq!(ada.change_client(ada.client.id, changes).await, ClientUpdate::DefaultClient);
    }
    assert_eq!(ada.change_client(ada.client.id, MAKE_DEFAULT).await, ClientUpdate::Done(ada.client.clone()));
    assert_eq!(ada.change_client(shop.id, UNMAKE_DEFAULT).await, ClientUpdate::Done(shop));
    for with_contacts in [false, true] {
        let entry = ada.entry(AuditEvent::ClientDeleted);
        let outcome =
            bench.store.clients.delete(&ada.account(), ada.client.id, with_contacts, Exists, entry).await.unwrap();
        assert_eq!(outcome, ClientDeletion::DefaultClient);
    }
    assert_eq!(ada.dump().await, before);
}

fn counted(owner: &Owner) -> Watch {
    let owner = owner.clone();
    Watch::repeat(move || {
        let owner = owner.clone();
        async move {
            owner.default_client().await;
        }
    })
}

pub async fn swaps_at_once_leave_exactly_one(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut clients = vec![ada.client.id];
    for turn in 0..4 {
        clients.push(ada.client(&format!("Client {turn}")).await.0.id);
    }
    let reader = counted(&ada);
    together((0..10).map(|task: usize| {
        let (ada, clients) = (ada.clone(), clients.clone());
        async move {
            for round in 0..6 {
                let _ = ada.bench.later();
                let chosen = clients[(task + round) % clients.len()];
                let outcome = ada.change_client(chosen, MAKE_DEFAULT).await;
                assert!(matches!(outcome, ClientUpdate::Done(client) if client.is_default && client.id == chosen));
                // Others who name no client find one all the while.
                assert!(clients.contains(&ada.contact("", "2348000000001").await.client_id));
            }
        }
    }))
    .await;
    reader.stop().await;
    ada.default_client().await;
}

/// Either it is the default by then and stays, or it is gone and can't become it.
pub async fn a_swap_meets_a_deletion(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let reader = counted(&ada);
    for _ in 0..10 {
        let (client, _) = ada.client("Chosen").await;
        let (account, entry) = (ada.account(), ada.entry(AuditEvent::ClientDeleted));
        let deletion = bench.store.clients.delete(&account, client.id, true, Exists, entry);
        let (swap, deletion) = tokio::join!(ada.change_client(client.id, MAKE_DEFAULT), deletion);
        let now = ada.default_client().await;
        match (swap, deletion.unwrap()) {
            (ClientUpdate::Done(_), ClientDeletion::DefaultClient) => assert_eq!(now.id, client.id),
            (ClientUpdate::Absent, ClientDeletion::Done { contacts: 0 }) => {
                assert_eq!(ada.get_client(client.id).await, None);
            }
            other => panic!("not both, not neither: {other:?}"),
        }
    }
    reader.stop().await;
}
