//! A user reads and changes their clients. Making them is in `accounts`, what concerns the default one in
//! `default_clients`.

use roster_domain::Precondition::Exists;
use roster_domain::ports::ClientUpdate;
use roster_domain::{Client, ClientChanges, ClientId, ClientName, Region};

use crate::{Bench, Owner};

impl Owner {
    /// Changes one of their clients now.
    pub(crate) async fn change_client(&self, id: ClientId, changes: ClientChanges) -> ClientUpdate {
        self.bench.store.clients.update(&self.account(), id, changes, Exists, self.bench.now()).await.unwrap()
    }

    /// One of their clients as it is now.
    pub(crate) async fn get_client(&self, id: ClientId) -> Option<Client> {
        self.bench.store.clients.get(&self.account(), id).await.unwrap()
    }
}

/// Changes that set the name.
pub(crate) fn called(name: &str) -> ClientChanges {
    ClientChanges { name: Some(ClientName::parse(name).unwrap()), ..ClientChanges::default() }
}

/// Changes that set the region, or clear it.
pub(crate) fn at_home_in(code: Option<&str>) -> ClientChanges {
    ClientChanges { region: Some(code.map(|code| Region::parse(code).unwrap())), ..ClientChanges::default() }
}

pub async fn a_client_is_read(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    for client in [&ada.client, &shop] {
        assert_eq!(ada.get_client(client.id).await.as_ref(), Some(client));
    }
}

pub async fn another_users_client_is_as_if_unknown(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let before = (ada.dump().await, eve.dump().await);
    let _ = bench.later();
    for id in [shop.id, ada.client.id, bench.id()] {
        assert_eq!(eve.get_client(id).await, None);
        for is_default in [None, Some(true), Some(false)] {
            let changes = ClientChanges { is_default, ..called("Mine") };
            assert_eq!(eve.change_client(id, changes).await, ClientUpdate::Absent);
            let changes = ClientChanges { is_default, ..ClientChanges::default() };
            assert_eq!(eve.change_client(id, changes).await, ClientUpdate::Absent);
        }
    }
    assert_eq!((ada.dump().await, eve.dump().await), before);
}

pub async fn a_name_and_a_region_change(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let (before, hers) = (ada.dump().await, eve.dump().await);
    let mut expected = shop.clone();
    let both = ClientChanges { region: at_home_in(Some("KE")).region, ..called("Both") };
    let turns = [called("Attic “№ 1”"), at_home_in(Some("ZW")), both, at_home_in(None), called("Last")];
    for changes in turns {
        expected.updated_at = bench.later();
        expected.revision += 1;
        expected.name = changes.name.clone().unwrap_or(expected.name);
        expected.region = changes.region.clone().unwrap_or(expected.region);
        assert_eq!(ada.change_client(shop.id, changes).await, ClientUpdate::Done(expected.clone()));
        assert_eq!(ada.get_client(shop.id).await.as_ref(), Some(&expected));
    }
    let mut now = ada.dump().await;
    let changed = now.clients.iter_mut().find(|client| client.id == shop.id).unwrap();
    *changed = shop;
    assert_eq!(now, before, "nothing else changes");
    assert_eq!(eve.dump().await, hers);
}

pub async fn nothing_different_leaves_a_client_alone(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    ada.change_client(shop.id, at_home_in(Some("ZW"))).await;
    let before = ada.dump().await;
    let all = ClientChanges { region: at_home_in(Some("ZW")).region, is_default: Some(false), ..called("Shop") };
    for changes in [ClientChanges::default(), called("Shop"), at_home_in(Some("ZW")), all] {
        let _ = bench.later();
        let expected = ada.get_client(shop.id).await.unwrap();
        assert_eq!(ada.change_client(shop.id, changes).await, ClientUpdate::Done(expected));
    }
    assert_eq!(ada.change_client(ada.client.id, at_home_in(None)).await, ClientUpdate::Done(ada.client.clone()));
    assert_eq!(ada.dump().await, before);
}

pub async fn changes_of_a_client_at_once_lose_none(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for _ in 0..10 {
        let (client, _) = ada.client("Before").await;
        let (name, region) = tokio::join!(
            ada.change_client(client.id, called("After")),
            ada.change_client(client.id, at_home_in(Some("NG")))
        );
        assert!(matches!((name, region), (ClientUpdate::Done(_), ClientUpdate::Done(_))));
        let now = ada.get_client(client.id).await.unwrap();
        assert_eq!((now.name.as_str(), now.region.as_ref().map(Region::as_str)), ("After", Some("NG")));
    }
}
