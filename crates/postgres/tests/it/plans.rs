//! Every list walks an index: no row is read that isn't answered, whichever page it is. (Those of contacts are looked at in
//! `filters.rs`, and in `rounds/statements/plans.rs`.)

use std::path::Path;

use roster_domain::ports::Store;
use roster_domain::{
    Caller, ClientId, ContactFilter, ContactOrder, GroupId, Keyset, Limit, ObjectId, SessionId, Span, Timestamp, UserId,
};
use roster_postgres::MIGRATOR;
use roster_testkit::SeededEntropy;
use roster_testkit::postgres::database;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::stored::Stored;

/// So many rows that the planner has a choice: ten users with 200 clients each, in four of these 500 imports and 100
/// groups each, and in four of those 100 contacts each; 200 sessions and as many audit entries each; and a crowd who own
/// nothing.
const ROWS: &str = "
CREATE FUNCTION made_id(n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE
    AS $$ SELECT decode(lpad(to_hex(n), 24, '0'), 'hex') $$;
CREATE FUNCTION made_uuid(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    AS $$ SELECT lpad(to_hex(n), 32, '0')::uuid $$;
INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at, revision)
    SELECT made_id(u), u || '@example.org', '', '', '', 'epoch', 'epoch', 0 FROM generate_series(1, 10) u;
INSERT INTO clients (user_id, id, name, is_default, session_id, created_at, updated_at, revision)
    SELECT made_id(u), made_id(u * 1000 + c), 'Client', c = 1, u * 1000 + c, 'epoch', 'epoch', 0
    FROM generate_series(1, 10) u, generate_series(1, 200) c;
INSERT INTO contact_groups
    SELECT made_id(u), made_id((u * 1000 + c) * 1000 + g), made_id(u * 1000 + c), 'Group', g = 1, 'epoch', 'epoch', 0, 0
    FROM generate_series(1, 10) u, generate_series(1, 4) c, generate_series(1, 100) g;
INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, legacy_version,
                      revision, number_kind, name_key, search_key)
    SELECT made_id(u), made_id((n * 10 + c) * 10 + g), made_id(u * 1000 + c), made_id((u * 1000 + c) * 1000 + g), '',
           '2348000000001', 'whatsapp', 'epoch', 'epoch', 0, 0, 'other', '', ''
    FROM generate_series(1, 10) u, generate_series(1, 4) c, generate_series(1, 4) g, generate_series(1, 100) n;
INSERT INTO sessions (user_id, id, user_agent, counter, nonce, key_id, token_hash, rotated_at, pair_used, created_at,
                      last_used_at, expires_at)
    SELECT made_id(u), made_uuid(n * 10 + u), '', 0, decode(repeat('00', 16), 'hex'), decode(repeat('00', 8), 'hex'),
           decode(repeat('00', 32), 'hex'), 'epoch', true, 'epoch', 'epoch', timestamptz 'epoch' + n * interval '1 day'
    FROM generate_series(1, 10) u, generate_series(1, 200) n;
INSERT INTO audit_entries (user_id, id, event, created_at)
    SELECT made_id(u), made_uuid(n * 10 + u), 'session_ended', 'epoch'
    FROM generate_series(0, 9) u, generate_series(1, 200) n;
INSERT INTO imports (user_id, id, client_id, source, state, is_dry_run, options, staged_bytes, is_untidy, report_parts,
                     rows_read, rows_created, rows_updated, rows_unchanged, rows_skipped, rows_invalid, rows_reported,
                     bytes_read, worked_millis, undo_removed, undo_restored, undo_left, created_at)
    SELECT made_id(u), made_uuid((n * 10 + c) * 10 + u), made_id(u * 1000 + c), 'staged', 'completed', false, '', 0, false,
           0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'epoch'
    FROM generate_series(1, 10) u, generate_series(1, 4) c, generate_series(1, 500) n;
INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at, revision)
    SELECT made_id(u), u || '@example.org', '', '', '', 'epoch', 'epoch', 0 FROM generate_series(1001, 3000) u;
ANALYZE;
";

/// What stands for a parameter, by what it is compared with: user 7, their second client, its third group.
fn value(sql: &str, parameter: usize) -> &'static str {
    let compared = |to: &str| sql.contains(&format!("{to} ${parameter}"));
    match () {
        () if compared("user_id =") => "made_id(7)",
        () if compared("group_id =") || compared("g.id =") => "made_id(7002003)",
        () if compared("client_id =") => "made_id(7002)",
        () if compared("LIMIT") => "11",
        () if compared("expires_at >") => "'epoch'",
        () if compared("id <") && (sql.contains("FROM sessions") || sql.contains("FROM audit_entries")) => {
            "made_uuid(1500)"
        }
        () if compared("id <") && sql.contains("FROM imports") => "made_uuid(40000)",
        () if compared("id <") || compared("id <=") => "made_id(8000)",
        () if compared("id >") => "made_id(0)",
        () => panic!("what is ${parameter} in {sql}?"),
    }
}

/// The index that a list's statement should walk.
fn index(sql: &str) -> &'static str {
    let condition = sql.split_once("WHERE").expect("a list is of somebody").1;
    match () {
        () if sql.contains("FROM contact_groups") && condition.contains("AND client_id =") => {
            "contact_groups_client_key"
        }
        () if sql.contains("FROM contact_groups") => "contact_groups_pkey",
        () if sql.contains("FROM sessions") => "sessions_pkey",
        () if sql.contains("FROM audit_entries") && condition.contains("user_id =") => "audit_entries_pkey",
        () if sql.contains("FROM audit_entries") => "audit_entries_by_id",
        () if sql.contains("FROM imports") && condition.contains("AND client_id =") => "imports_by_client",
        () if sql.contains("FROM imports") => "imports_pkey",
        () if sql.contains("FROM users") => "users_pkey",
        () => "clients_pkey",
    }
}

/// The statements that read pages, as the crate was compiled with them: with how many parameters.
fn lists() -> Vec<(String, usize)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".sqlx");
    let files = folder.read_dir().unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files
        .map(|file| serde_json::from_slice::<serde_json::Value>(&file).unwrap())
        .filter_map(|file| {
            let sql = file["query"].as_str().unwrap();
            let parameters = file["describe"]["parameters"]["Left"].as_array().unwrap().len();
            let reads_page = sql.starts_with("SELECT") && sql.contains("ORDER BY id") && sql.contains("LIMIT $");
            (reads_page && !sql.contains("UPDATE")).then(|| (sql.to_owned(), parameters))
        })
        .collect()
}

#[tokio::test]
async fn every_list_walks_its_index() {
    let database = database(&MIGRATOR).await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    connection.execute(ROWS).await.unwrap();

    let lists = lists();
    assert_eq!(
        lists.len(),
        10,
        "three lists of groups, two each of the trail and of imports, one each of clients, sessions and users; those of \
         contacts are rounds'"
    );
    for (number, (sql, parameters)) in lists.iter().enumerate() {
        let values: Vec<_> = (1..=*parameters).map(|parameter| value(sql, parameter)).collect();
        let prepare = format!("PREPARE list_{number} AS {sql}");
        connection.execute(AssertSqlSafe(prepare)).await.unwrap();
        // The server changes from the one to the other by itself when a statement was executed five times.
        for mode in ["force_custom_plan", "force_generic_plan"] {
            connection.execute(AssertSqlSafe(format!("SET plan_cache_mode = {mode}"))).await.unwrap();
            let explain = format!("EXPLAIN EXECUTE list_{number} ({})", values.join(", "));
            let plan: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(explain)).persistent(false).fetch_all(&mut connection).await.unwrap();
            let plan = plan.join("\n");
            for detour in ["Seq Scan", "Sort", "Bitmap", "Hash"] {
                assert!(!plan.contains(detour), "{mode}\n{sql}\n{plan}");
            }
            let index = index(sql);
            assert!(plan.contains(&format!("using {index} on")), "{index}, {mode}\n{sql}\n{plan}");
        }
    }
}

/// The plan of a statement is kept; one made while there was nothing to read would read everything for ever.
#[tokio::test]
async fn plans_made_on_empty_tables_are_good_on_full_ones() {
    let stored = Stored::fresh().await;
    let mut witness = PgConnection::connect(stored.database.url()).await.unwrap();
    let store = Store::of(stored.store.clone());
    // More often than the server tries plans for given values before it keeps one for all.
    for _ in 0..8 {
        read_every_list(&store).await;
    }
    witness.execute(ROWS).await.unwrap();
    witness.execute("SELECT pg_stat_reset()").await.unwrap();
    read_every_list(&store).await;
    // What a connection did is counted at the latest when it ends.
    stored.store.close().await;
    let others = "SELECT count(*) FROM pg_stat_activity \
                  WHERE datname = current_database() AND application_name = 'roster'";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut witness).await.unwrap() > 0 {
        tokio::task::yield_now().await;
    }
    let scans: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT relname::text, seq_scan, idx_scan FROM pg_stat_user_tables \
         WHERE relname IN ('contacts', 'contact_groups', 'clients', 'sessions', 'audit_entries', 'users', 'imports') \
         ORDER BY relname",
    )
    .fetch_all(&mut witness)
    .await
    .unwrap();
    assert_eq!(scans.len(), 7);
    for (table, whole, by_index) in scans {
        assert!(whole == 0 && by_index > 0, "{table}: {whole} whole scans, {by_index} by an index");
    }
}

/// User 7's, whole and narrowed.
async fn read_every_list(store: &Store) {
    let id = |n: u64| {
        let mut bytes = [0; 12];
        bytes[4..].copy_from_slice(&n.to_be_bytes());
        ObjectId::from_bytes(bytes)
    };
    let (user, client) = (UserId::from(id(7)), ClientId::from(id(7_002)));
    let session = SessionId::generate(Timestamp::from_millis(0), &SeededEntropy::new(7));
    let whole = Caller::User { user, session, client: None };
    let narrowed = Caller::Client { user, client };
    let limit = Limit::parse("50").unwrap();
    for scope in [whole.scope(), narrowed.scope()] {
        for span in [Span::OneClient, Span::AllClients] {
            for group_id in [None, Some(GroupId::from(id(7_002_003)))] {
                let filter = ContactFilter::of_group(group_id);
                store
                    .contacts
                    .page(&scope, span, &filter, ContactOrder::Newest, Keyset { after: None, limit })
                    .await
                    .unwrap();
            }
            store.groups.page(&scope, span, Keyset { after: None, limit }).await.unwrap();
        }
        store.imports.page(&scope, Keyset { after: None, limit }).await.unwrap();
    }
    let account = whole.account().unwrap();
    store.clients.page(&account, Keyset { after: None, limit }).await.unwrap();
    store.sessions.page(&account, Timestamp::from_millis(0), Keyset { after: None, limit }).await.unwrap();
    store.audit.page(&account, Keyset { after: None, limit }).await.unwrap();
    store.operator.audit(None, Keyset { after: None, limit }).await.unwrap();
    store.operator.users(Keyset { after: None, limit }).await.unwrap();
    store.operator.users_with_client(client).await.unwrap();
}
