//! Acts on and below a client that find, when a lock is let go, that another is the default by now or that the client
//! has gone: as in `races.rs`.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ClientDeletion, ClientUpdate, ContactCreation, MANY_ROWS};
use roster_domain::{AuditEvent, Client, ClientChanges, NewContact, NewGroup, Region};
use roster_store_tests::{Bench, Owner};
use sqlx::{Executor, PgConnection};
use tokio::task::JoinHandle;

use crate::races::{scene, waiting};

/// Makes the client that isn't the default the one that is.
const SWAP: &str = "UPDATE clients SET is_default = false WHERE name = 'Main';
                    UPDATE clients SET is_default = true WHERE name = 'Shop';";

/// Deletes what is called Shop.
const DELETE: &str = "DELETE FROM contact_groups WHERE client_id = (SELECT id FROM clients WHERE name = 'Shop');
                      DELETE FROM clients WHERE name = 'Shop';";

/// One user with two clients.
async fn two_clients() -> (Bench, Owner, PgConnection, Client) {
    let (bench, ada, other) = scene().await;
    let (shop, _) = ada.client("Shop").await;
    (bench, ada, other, shop)
}

/// Deletes the client, and waits for a lock.
async fn deletion(
    other: &mut PgConnection,
    ada: &Owner,
    client: &Client,
    with_contacts: bool,
) -> JoinHandle<ClientDeletion> {
    let (ada, id) = (ada.clone(), client.id);
    let entry = ada.bench.new_entry(AuditEvent::ClientDeleted, ada.user.id);
    waiting(other, async move {
        ada.bench.store.clients.delete(&ada.account(), id, with_contacts, Exists, entry).await.unwrap()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_default_group_is_made_in_the_default_client_of_the_moment() {
    let (bench, ada, mut other, shop) = two_clients().await;
    other.execute("BEGIN; SELECT FROM clients WHERE name = 'Main' FOR NO KEY UPDATE").await.unwrap();
    let (store, scope) = (bench.store.clone(), ada.scope);
    let group = NewGroup { is_default: true, ..bench.new_group("Friends") };
    let creation = waiting(&mut other, async move { store.groups.create(&scope, group).await }).await;
    other.execute(SWAP).await.unwrap();
    other.execute("COMMIT").await.unwrap();

    let friends = creation.await.unwrap().unwrap().unwrap();
    assert_eq!(friends.client_id, shop.id);
    assert_eq!(ada.default_group(shop.id).await.id, friends.id);
    assert_eq!(ada.default_group(ada.client.id).await.id, ada.group.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_for_a_client_that_goes_meanwhile_is_refused() {
    for given in [false, true] {
        let (bench, ada, mut other, shop) = two_clients().await;
        let group_id = given.then_some(ada.default_group(shop.id).await.id);
        other.execute("BEGIN").await.unwrap();
        other.execute(DELETE).await.unwrap();
        let (store, scope) = (bench.store.clone(), ada.only(shop.id));
        let contact = NewContact { group_id, ..bench.new_contact("2348000000001") };
        let creation = waiting(&mut other, async move { store.contacts.create(&scope, contact).await }).await;
        other.execute("COMMIT").await.unwrap();

        let expected = if given { ContactCreation::UnknownGroup } else { ContactCreation::ClientGone };
        assert_eq!(creation.await.unwrap().unwrap(), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_for_a_default_client_that_goes_meanwhile_is_made_in_the_next() {
    let (bench, ada, mut other, _) = two_clients().await;
    let back = "UPDATE clients SET is_default = false WHERE name = 'Shop';
                UPDATE clients SET is_default = true WHERE name = 'Main';";
    other.execute(SWAP).await.unwrap();
    other.execute("BEGIN").await.unwrap();
    other.execute(back).await.unwrap();
    other.execute(DELETE).await.unwrap();
    let (store, scope, group) = (bench.store.clone(), ada.scope, bench.new_group("Friends"));
    let creation = waiting(&mut other, async move { store.groups.create(&scope, group).await }).await;
    other.execute("COMMIT").await.unwrap();

    assert_eq!(creation.await.unwrap().unwrap().unwrap().client_id, ada.client.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_becomes_the_default_is_spared_with_its_contacts() {
    for contacts in [3, MANY_ROWS + 1] {
        let (_bench, ada, mut other, shop) = two_clients().await;
        let fill = "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, \
                                          updated_at, legacy_version, revision, number_kind, name_key, search_key) \
                    SELECT g.user_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), g.client_id, g.id, '', \
                           '2348000000001', 'whatsapp', 'epoch', 'epoch', 0, 0, 'other', '', '' \
                    FROM contact_groups g, generate_series(1, $1) n \
                    WHERE g.client_id = (SELECT id FROM clients WHERE name = 'Shop')";
        sqlx::query(fill).bind(contacts as i32).execute(&mut other).await.unwrap();
        other
            .execute("BEGIN; SELECT FROM users FOR NO KEY UPDATE; SELECT FROM clients FOR NO KEY UPDATE")
            .await
            .unwrap();
        let deletion = deletion(&mut other, &ada, &shop, true).await;
        other.execute(SWAP).await.unwrap();
        other.execute("COMMIT").await.unwrap();

        assert_eq!(deletion.await.unwrap(), ClientDeletion::DefaultClient);
        assert_eq!(ada.contacts_in(ada.default_group(shop.id).await.id).await.len(), contacts);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_on_its_way_into_a_client_is_seen_by_its_deletion() {
    for (with_contacts, expected) in [(false, ClientDeletion::NotEmpty), (true, ClientDeletion::Done { contacts: 1 })] {
        let (_bench, ada, mut other, shop) = two_clients().await;
        let arrive = "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, \
                                            updated_at, legacy_version, revision, number_kind, name_key, search_key) \
                      SELECT g.user_id, decode(repeat('00', 12), 'hex'), g.client_id, g.id, '', '2348000000001', \
                             'whatsapp', 'epoch', 'epoch', 0, 0, 'other', '', '' \
                      FROM contact_groups g WHERE g.client_id = (SELECT id FROM clients WHERE name = 'Shop')";
        other.execute("BEGIN").await.unwrap();
        other.execute(arrive).await.unwrap();
        let deletion = deletion(&mut other, &ada, &shop, with_contacts).await;
        other.execute("COMMIT").await.unwrap();

        assert_eq!(deletion.await.unwrap(), expected);
        assert_eq!(ada.dump().await.clients.len(), if with_contacts { 1 } else { 2 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_is_shut_out_meanwhile_gets_no_other_default_client() {
    let (bench, ada, mut other, shop) = two_clients().await;
    other.execute("BEGIN; UPDATE users SET disabled_at = 'epoch'").await.unwrap();
    let (store, account, at) = (bench.store.clone(), ada.account(), bench.now());
    let changes = ClientChanges { is_default: Some(true), ..ClientChanges::default() };
    let update =
        waiting(&mut other, async move { store.clients.update(&account, shop.id, changes, Exists, at).await }).await;
    other.execute("COMMIT").await.unwrap();

    assert_eq!(update.await.unwrap().unwrap(), ClientUpdate::Absent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_on_its_way_into_a_client_comes_along_to_its_new_region() {
    let (bench, ada, mut other) = scene().await;
    // A group, as another server makes one, and a contact derived under the region of before.
    let arrive = "INSERT INTO contact_groups (user_id, id, client_id, title, is_default, created_at, updated_at, \
                                              legacy_version, revision, region) \
                  SELECT user_id, decode(repeat('00', 12), 'hex'), id, 'Friends', false, 'epoch', 'epoch', 0, 0, region \
                  FROM clients FOR KEY SHARE; \
                  INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, \
                                        updated_at, legacy_version, revision, number_kind, name_key, search_key) \
                  SELECT g.user_id, decode(repeat('00', 12), 'hex'), g.client_id, g.id, '', '08031234567', \
                         'whatsapp', 'epoch', 'epoch', 0, 0, 'other', '', E'\\n08031234567' \
                  FROM contact_groups g WHERE g.is_default FOR KEY SHARE";
    for in_group in [false, true] {
        other.execute("BEGIN").await.unwrap();
        let mut statements = arrive.split("; ");
        let (group, contact) = (statements.next().unwrap(), statements.next().unwrap());
        other.execute(if in_group { contact } else { group }).await.unwrap();
        let region = if in_group { "NG" } else { "GB" };
        let changes = ClientChanges { region: Some(Region::parse(region).ok()), ..ClientChanges::default() };
        let (store, account, client, at) = (bench.store.clone(), ada.account(), ada.client.id, bench.now());
        let update = async move { store.clients.update(&account, client, changes, Exists, at).await };
        let update = waiting(&mut other, update).await;
        other.execute("COMMIT").await.unwrap();
        assert!(matches!(update.await.unwrap().unwrap(), ClientUpdate::Done(_)));
        let elsewhere = "SELECT count(*) FROM contact_groups WHERE region IS DISTINCT FROM $1";
        let elsewhere: i64 = sqlx::query_scalar(elsewhere).bind(region).fetch_one(&mut other).await.unwrap();
        assert_eq!(elsewhere, 0);
    }
    while bench.store.housekeeping.derive_some().await.unwrap() {}
    let found = "SELECT e164 FROM contacts";
    assert_eq!(sqlx::query_scalar::<_, String>(found).fetch_one(&mut other).await.unwrap(), "+2348031234567");
}
