//! How imports find what they need: each thing by its index, however much there is of others, and whatever the planner
//! knows of it.

use roster_domain::ports::{Beginning, Store};
use roster_domain::{
    ContactChanges, ContactName, ImportEnd, MatchBy, NewContact, NewImport, OnMatch, Operation, Upsert,
};
use roster_postgres::{PostgresOptions, PostgresStore};
use roster_store_tests::importing::{done, due};
use roster_store_tests::{Bench, Owner};
use sqlx::{Connection, Executor, PgConnection};

use crate::batch_plans::{CONTACTS, FILL, id};
use crate::heard_plans::{HeardPlans, telling};
use crate::stored::Stored;

/// Many imports of everybody's, each with some of all that can belong to one.
pub const FILL_IMPORTS: &str = "
INSERT INTO imports (user_id, id, client_id, source, state, is_dry_run, options, staged_bytes, is_untidy, report_parts,
                     rows_read, rows_created, rows_updated, rows_unchanged, rows_skipped, rows_invalid, rows_reported,
                     bytes_read, worked_millis, undo_removed, undo_restored, undo_left, created_at, expires_at)
    SELECT user_id, lpad(to_hex(n), 32, '0')::uuid, id, 'staged', 'completed', false, '', 0, false, 0, 0, 0, 0, 0, 0, 0,
           0, 0, 0, 0, 0, 0, 'epoch', 'infinity'
    FROM clients, generate_series(1, 500) n WHERE is_default;
INSERT INTO import_pieces SELECT user_id, id, n, '' FROM imports, generate_series(0, 4) n;
INSERT INTO import_reports SELECT user_id, id, n, '' FROM imports, generate_series(0, 4) n;
INSERT INTO import_changes (user_id, import_id, contact_id, contact_created_at, contact_revision, is_new)
    SELECT user_id, id, decode(lpad(to_hex(n), 24, '0'), 'hex'), 'epoch', 0, true
    FROM imports, generate_series(1, 5) n;
INSERT INTO import_groups
    SELECT user_id, id, decode(lpad(to_hex(n), 24, '0'), 'hex') FROM imports, generate_series(1, 5) n;
INSERT INTO import_drafts (user_id, import_id, id, match_key, client_id, group_id, name, number, channel, created_at,
                           updated_at, legacy_version, revision)
    SELECT user_id, id, decode(lpad(to_hex(n), 24, '0'), 'hex'), n, client_id, '', '', n, 'whatsapp', 'epoch', 'epoch',
           0, 0
    FROM imports, generate_series(1, 5) n;
";

const EMPTY: &str =
    "TRUNCATE contacts, imports, import_pieces, import_reports, import_changes, import_groups, import_drafts";

/// Rows of every kind, spread over all that are there; some of them twice.
fn rows(owner: &Owner) -> Vec<Operation> {
    let given = ContactChanges { name: Some(ContactName::parse("Amina").unwrap()), ..ContactChanges::default() };
    let upsert = |contact: NewContact, by| {
        Operation::Upsert(Upsert { contact, by, given: given.clone(), on_match: OnMatch::Update })
    };
    let by_number = |number: &str| upsert(owner.bench.new_contact(number), MatchBy::Number);
    let rows = (1..=CONTACTS).step_by(50).flat_map(|n| {
        let known = NewContact { id: id(owner, n + 1), ..owner.bench.new_contact("1") };
        [by_number(&format!("number {n}")), upsert(known, MatchBy::Id), by_number(&format!("new {n}"))]
    });
    rows.collect()
}

#[tokio::test]
async fn each_thing_is_found_by_its_index() {
    let stored = Stored::fresh().await;
    let mut other = PgConnection::connect(stored.database.url()).await.unwrap();
    let heard = HeardPlans::new();
    let _listening = heard.listen();
    let store = PostgresStore::connect(&telling(stored.database.url()), &PostgresOptions::default()).await.unwrap();
    let bench = Bench::new(Store::of(store), stored);
    let ada = bench.account("ada@example.org").await;
    bench.account("eve@example.org").await;
    // More often than the server tries plans for given values before it keeps one for all; knowing nothing at first.
    for round in 0..8 {
        other.execute(EMPTY).await.unwrap();
        sqlx::query(FILL).bind(CONTACTS.cast_signed()).execute(&mut other).await.unwrap();
        other.execute(FILL_IMPORTS).await.unwrap();
        if round > 6 {
            other.execute("ANALYZE").await.unwrap();
        }
        heard.forget();
        for is_dry_run in [true, false] {
            let what = format!("round {round}, dry run: {is_dry_run}");
            let claim = ada.begun(Beginning::New(NewImport { is_dry_run, ..bench.new_import() })).await;
            // What the second finds the first has left.
            for _ in 0..2 {
                heard.forget();
                bench.worked(&claim, rows(&ada)).await;
                let writes = if is_dry_run { "Insert on import_drafts" } else { "Insert on import_changes" };
                heard.assert_heard(&what, writes);
                heard.assert_nothing_whole(&what);
                heard.assert_nothing_in_vain(&what);
            }
            done(bench.finish(&claim, ImportEnd::Completed).await);
            if !is_dry_run {
                heard.forget();
                ada.undo(claim.import.id).await;
                heard.assert_heard(&what, "Delete on contacts");
                heard.assert_nothing_whole(&what);
                heard.assert_nothing_in_vain(&what);
            }
        }
        heard.forget();
        let expired = bench.end_times().expires_at;
        while bench.store.housekeeping.sweep(due(expired, &bench)).await.unwrap() {}
        heard.assert_nothing_whole(&format!("round {round}, swept"));
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM imports").fetch_one(&mut other).await.unwrap();
        assert_eq!(left, 2 * 500, "those that aren't forgotten yet");
    }
}
