//! Contacts that leave a list while it is deleted: another connection holds one of them, and changes it before its turn.

use roster_domain::Precondition::Exists;
use roster_domain::ports::MatchingDeletion::{CountChanged, Done};
use roster_domain::ports::{ClientUpdate, MANY_ROWS, Store};
use roster_domain::{
    Channel, ClientChanges, ContactFilter, Number, NumberKind, NumberSuffix, Region, SearchQuery, Span, Timestamp,
};
use roster_postgres::{PostgresOptions, PostgresStore};
use roster_store_tests::Bench;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::heard_plans::{HeardPlans, telling};
use crate::races::{scene, waiting};
use crate::stored::Stored;

/// Each condition that all of them meet, and what takes one out of it.
fn conditions() -> Vec<(ContactFilter, &'static str)> {
    let any = ContactFilter::default;
    vec![
        (any(), "DELETE FROM contacts"),
        (ContactFilter { channel: Some(Channel::default()), ..any() }, "UPDATE contacts SET channel = 'sms'"),
        (
            ContactFilter { number: Some(Number::parse("08031234567").unwrap()), ..any() },
            "UPDATE contacts SET number = 'status', e164 = NULL",
        ),
        (
            ContactFilter { number_suffix: Some(NumberSuffix::parse("4567").unwrap()), ..any() },
            "UPDATE contacts SET search_key = 'amina'",
        ),
        (ContactFilter { kind: Some(NumberKind::Phone), ..any() }, "UPDATE contacts SET number_kind = 'other'"),
        (
            ContactFilter { search: Some(SearchQuery::parse("amina").unwrap()), ..any() },
            "UPDATE contacts SET search_key = 'bayo'",
        ),
        (
            ContactFilter { updated_after: Some(Timestamp::from_millis(1_000)), ..any() },
            "UPDATE contacts SET updated_at = 'epoch'",
        ),
    ]
}

/// Puts back what there was.
async fn refill(other: &mut PgConnection) {
    other.execute("TRUNCATE contacts; INSERT INTO contacts SELECT * FROM spare").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_leaves_a_list_before_its_turn_stays() {
    let (bench, ada, mut other) = scene().await;
    let region = Some(Region::parse("NG").ok());
    let changes = ClientChanges { region, ..ClientChanges::default() };
    let (clients, at) = (&bench.store.clients, bench.now());
    let settled = clients.update(&ada.account(), ada.client.id, changes, Exists, at).await.unwrap();
    assert!(matches!(settled, ClientUpdate::Done(_)), "{settled:?}");
    ada.contact("Amina", "0803 123 4567").await;
    other.execute("CREATE TABLE spare AS SELECT * FROM contacts").await.unwrap();

    for contacts in [3, MANY_ROWS as u64 + 1] {
        let fill = "INSERT INTO spare \
                    SELECT user_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), client_id, group_id, name, number, channel, \
                           survey_id, survey_sort_integer, survey_sort_text, created_at, updated_at, legacy_version, \
                           revision, number_kind, e164, name_key, search_key \
                    FROM (SELECT * FROM spare LIMIT 1) one, \
                         generate_series((SELECT count(*) FROM spare) + 1, $1) n";
        sqlx::query(fill).bind(contacts as i64).execute(&mut other).await.unwrap();
        for (filter, change) in conditions() {
            refill(&mut other).await;
            other.execute("BEGIN; SELECT FROM contacts ORDER BY id DESC LIMIT 1 FOR UPDATE").await.unwrap();
            let (store, scope) = (bench.store.clone(), ada.scope);
            let deletion = async move {
                store.contacts.delete_matching(&scope, Span::OneClient, &filter, contacts).await.unwrap()
            };
            let deletion = waiting(&mut other, deletion).await;
            let change = format!("{change} WHERE id = (SELECT id FROM contacts ORDER BY id DESC LIMIT 1)");
            other.execute(AssertSqlSafe(change.clone())).await.unwrap();
            other.execute("COMMIT").await.unwrap();

            let outcome = deletion.await.unwrap();
            let left: i64 = sqlx::query_scalar("SELECT count(*) FROM contacts").fetch_one(&mut other).await.unwrap();
            let (left, gone) = (left as u64, u64::from(change.starts_with("DELETE")));
            if contacts > MANY_ROWS as u64 {
                assert_eq!(outcome, Done { deleted: contacts - 1 }, "{change}");
                assert_eq!(left, 1 - gone, "{change}");
            } else {
                assert_eq!(outcome, CountChanged { actual: contacts - 1 }, "{change}");
                assert_eq!(left, contacts - gone, "{change}");
            }
        }
    }
}

/// Also where the planner knows nothing of the rows yet: an index with the id behind a column that isn't asked for would
/// be walked once for each.
#[tokio::test]
async fn each_is_found_by_its_id() {
    let stored = Stored::fresh().await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let heard = HeardPlans::new();
    let _listening = heard.listen();
    let store = PostgresStore::connect(&telling(stored.database.url()), &PostgresOptions::default()).await.unwrap();
    let bench = Bench::new(Store::of(store), stored);
    let ada = bench.account("ada@example.org").await;
    let list = ContactFilter::of_group(Some(ada.group.id));
    // More often than the server tries plans for given values before it keeps one for all.
    for round in 0..7 {
        let contacts = MANY_ROWS as u64 + 1;
        let fill = "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, \
                                          updated_at, legacy_version, revision, number_kind, name_key, search_key) \
                    SELECT user_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), client_id, id, '', '2348000000001', \
                           'whatsapp', 'epoch', 'epoch', 0, 0, 'other', '', '' \
                    FROM contact_groups, generate_series(1, $1) n";
        sqlx::query(fill).bind(contacts as i64).execute(&mut other).await.unwrap();
        heard.forget();
        let deletion = bench.store.contacts.delete_matching(&ada.scope, Span::OneClient, &list, contacts).await;
        assert_eq!(deletion.unwrap(), Done { deleted: contacts });
        heard.assert_deletion(&format!("round {round}"), "contacts_pkey");
    }
}
