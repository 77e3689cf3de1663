//! How a batch finds its contacts: each by its index, however many others there are, and whatever the planner knows of
//! them.

use roster_domain::OperationOutcome::{Created, Deleted, Updated};
use roster_domain::Precondition::Exists;
use roster_domain::ports::Store;
use roster_domain::{
    Batch, BatchOutcome, ContactChanges, ContactId, ContactName, MatchBy, ObjectId, OnMatch, Operation, Target, Upsert,
};
use roster_postgres::{PostgresOptions, PostgresStore};
use roster_store_tests::{Bench, Owner};
use sqlx::{Connection, Executor, PgConnection};

use crate::heard_plans::{HeardPlans, telling};
use crate::stored::Stored;

pub const CONTACTS: u32 = 5_000;

/// As many in each group there is.
pub const FILL: &str = "\
INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, legacy_version, \
                      revision, number_kind, name_key, search_key) \
SELECT user_id, substr(id, 6, 7) || decode(lpad(to_hex(n), 10, '0'), 'hex'), client_id, id, '', 'number ' || n, \
       'whatsapp', 'epoch', 'epoch', 0, 0, 'other', '', '' \
FROM contact_groups, generate_series(1, $1) n";

/// The id of one of those in the owner's group.
pub fn id(owner: &Owner, n: u32) -> ContactId {
    let mut bytes = [0; 12];
    bytes[..7].copy_from_slice(&owner.group.id.as_bytes()[5..]);
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    ObjectId::from_bytes(bytes).into()
}

/// Some of every kind, spread over all that are there.
fn batch(owner: &Owner) -> Batch {
    let given = ContactChanges { name: Some(ContactName::parse("Amina").unwrap()), ..ContactChanges::default() };
    let upsert = |number: &str| {
        let contact = owner.bench.new_contact(number);
        Operation::Upsert(Upsert { contact, by: MatchBy::Number, given: given.clone(), on_match: OnMatch::Update })
    };
    let operations = (1..=CONTACTS).step_by(50).flat_map(|n| {
        let target = |n| Target::Id(id(owner, n));
        [
            upsert(&format!("number {n}")),
            Operation::Update { target: target(n + 1), changes: given.clone(), precondition: Exists },
            Operation::Delete { target: target(n + 2), precondition: Exists },
            upsert(&format!("new {n}")),
        ]
    });
    Batch::new(operations.collect(), true, owner.bench.now())
}

#[tokio::test]
async fn each_is_found_by_its_index() {
    let stored = Stored::fresh().await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let heard = HeardPlans::new();
    let _listening = heard.listen();
    let store = PostgresStore::connect(&telling(stored.database.url()), &PostgresOptions::default()).await.unwrap();
    let bench = Bench::new(Store::of(store), stored);
    let ada = bench.account("ada@example.org").await;
    bench.account("eve@example.org").await;
    ada.client("Shop").await;
    // More often than the server tries plans for given values before it keeps one for all; knowing nothing at first.
    for round in 0..8 {
        other.execute("TRUNCATE contacts").await.unwrap();
        sqlx::query(FILL).bind(CONTACTS.cast_signed()).execute(&mut other).await.unwrap();
        if round > 6 {
            other.execute("ANALYZE").await.unwrap();
        }
        heard.forget();
        let outcome = bench.store.batches.apply(&ada.scope, batch(&ada)).await.unwrap();
        let BatchOutcome::Done(outcomes) = outcome else { panic!("{outcome:?}") };
        for outcomes in outcomes.chunks(4) {
            assert!(matches!(outcomes, [Updated { .. }, Updated { .. }, Deleted(_), Created(_)]), "{outcomes:?}");
        }
        let what = format!("round {round}");
        // By id, by number, and by id again: to be held, and written.
        heard.assert_indexes(&what, &["contacts_pkey", "contacts_by_number", "contacts_pkey"]);
        heard.assert_nothing_in_vain(&what);
    }
}
