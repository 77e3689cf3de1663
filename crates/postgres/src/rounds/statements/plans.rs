//! Every statement finds what it needs by an index, whatever the tables held when it was prepared.

use roster_testkit::postgres::database;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::{change, create, get, page, remove};
use crate::{MIGRATOR, options};

/// A statement, and the indexes it goes by, as often as it does.
type Expected = (&'static str, &'static [&'static str]);

/// What goes in rounds.
const IN_ROUNDS: [Expected; 11] = [
    (get::ONE, &["contacts_pkey"]),
    (get::MANY, &["contacts_pkey"]),
    PAGES[0],
    PAGES[1],
    PAGES[2],
    PAGES[3],
    PAGES[4],
    (create::PASSING, &CREATE),
    (create::PASSING_AGAIN, &CREATE),
    (change::PASSING, &CHANGE),
    (remove::PASSING, &REMOVE),
];

/// What goes alone, on the pool.
const ALONE: [Expected; 10] = [
    (get::ONE, &["contacts_pkey"]),
    PAGES[0],
    PAGES[1],
    PAGES[2],
    PAGES[3],
    PAGES[4],
    (create::WAITING, &CREATE),
    (create::WAITING_AGAIN, &CREATE),
    (change::WAITING, &CHANGE),
    (remove::WAITING, &REMOVE),
];

const PAGES: [Expected; 5] = [
    (page::OF_USER, &["contacts_pkey"]),
    (page::OF_CLIENT, &["contacts_by_client"]),
    (page::OF_DEFAULT_CLIENT, &["clients_default", "contacts_by_client"]),
    (page::OF_GROUP_OF_CLIENT, &["contacts_by_group"]),
    (page::OF_GROUP, &["contact_groups_pkey", "contacts_by_group"]),
];

const REMOVE: [&str; 2] = ["contacts_pkey", "contacts_pkey"];

const CREATE: [&str; 4] = ["clients_default", "contact_groups_default", "contact_groups_pkey", "contact_groups_pkey"];

const CHANGE: [&str; 4] = ["contact_groups_pkey", "contact_groups_pkey", "contacts_pkey", "contacts_pkey"];

/// Enough that walking a whole index would be the worst of plans.
const ROWS: &str = "
INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at, revision)
    SELECT decode(lpad(to_hex(u), 24, '0'), 'hex'), '', '', '', '', 'epoch', 'epoch', 0 FROM generate_series(1, 100) u;
INSERT INTO clients (user_id, id, name, is_default, session_id, created_at, updated_at, revision)
    SELECT id, id, 'Client', true, encode(id, 'hex'), 'epoch', 'epoch', 0 FROM users;
INSERT INTO contact_groups (user_id, id, client_id, title, is_default, created_at, updated_at, legacy_version, revision)
    SELECT user_id, id, id, 'Group', true, 'epoch', 'epoch', 0, 0 FROM clients;
INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, legacy_version,
                      revision, number_kind, name_key, search_key)
    SELECT user_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), client_id, id, '', '1', 'whatsapp', 'epoch', 'epoch', 0, 0,
           'other', '', E'\\n1'
    FROM contact_groups, generate_series(1, 200) n;";

#[tokio::test]
async fn whatever_the_tables_held() {
    let database = database(&MIGRATOR).await;
    let url: PgConnectOptions = database.url().parse().unwrap();
    let mut owner = PgConnection::connect(database.url()).await.unwrap();
    check(&url, "never touched").await;
    owner.execute("VACUUM ANALYZE").await.unwrap();
    check(&url, "empty").await;
    owner.execute(ROWS).await.unwrap();
    check(&url, "just filled").await;
    owner.execute("VACUUM ANALYZE").await.unwrap();
    check(&url, "full").await;
}

async fn check(url: &PgConnectOptions, tables: &str) {
    let on_pool = options::on_indexes(url.clone());
    let in_rounds = options::for_rounds(on_pool.clone());
    let mut connection = in_rounds.connect().await.unwrap();
    for (number, statement) in IN_ROUNDS.into_iter().enumerate() {
        let call = prepare(&mut connection, number, statement).await;
        assert_plan(&mut connection, &call, statement, tables).await;
    }
    let mut connection = on_pool.connect().await.unwrap();
    for (number, statement) in ALONE.into_iter().enumerate() {
        let call = prepare(&mut connection, number, statement).await;
        // At first such a statement is planned for its values, later perhaps for any.
        for mode in ["auto", "force_generic_plan"] {
            connection.execute(AssertSqlSafe(format!("SET plan_cache_mode = {mode}"))).await.unwrap();
            assert_plan(&mut connection, &call, statement, &format!("{tables}, alone, {mode}")).await;
        }
    }
}

/// Prepares it; how it is called for something that there is, where the tables hold anything.
async fn prepare(connection: &mut PgConnection, number: usize, (sql, _): Expected) -> String {
    connection.execute(AssertSqlSafe(format!("PREPARE statement_{number} AS {sql}"))).await.unwrap();
    let types = "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = $1";
    let types: Vec<String> = sqlx::query_scalar(types)
        .persistent(false)
        .bind(format!("statement_{number}"))
        .fetch_one(connection)
        .await
        .unwrap();
    let values: Vec<String> = types.iter().map(|name| value(name)).collect();
    format!("EXECUTE statement_{number} ({})", values.join(", "))
}

/// Of this type; an id is the first user's, client's, group's and contact's.
fn value(name: &str) -> String {
    if let Some(element) = name.strip_suffix("[]") {
        return format!("ARRAY[{}]", value(element));
    }
    let value = match name {
        "bytea" => r"\x000000000000000000000001",
        "timestamp with time zone" => "epoch",
        "boolean" => "true",
        "bigint" | "text" => "1",
        _ => panic!("{name}"),
    };
    format!("'{value}'::{name}")
}

async fn assert_plan(connection: &mut PgConnection, call: &str, (sql, expected): Expected, tables: &str) {
    let explain = AssertSqlSafe(format!("EXPLAIN (FORMAT JSON) {call}"));
    let plan: serde_json::Value = sqlx::query_scalar(explain).persistent(false).fetch_one(connection).await.unwrap();
    let mut indexes = Vec::new();
    let whole = format!("{tables}\n{sql}\n{plan:#}");
    collect(&plan[0]["Plan"], &mut indexes, &whole);
    indexes.sort();
    assert_eq!(indexes, expected, "{whole}");
}

/// The indexes of a plan. Rows are found by them, under their user, or are named by where they lie.
fn collect(node: &serde_json::Value, indexes: &mut Vec<String>, whole: &str) {
    let kind = node["Node Type"].as_str().unwrap();
    match kind {
        "Index Scan" | "Index Only Scan" => {
            let condition = node["Index Cond"].as_str().unwrap_or_default();
            assert!(condition.contains("user_id = "), "{condition}\n{whole}");
            // With its client a group is found by either.
            let index = match node["Index Name"].as_str().unwrap() {
                "contact_groups_client_key" if condition.contains("client_id = ") => "contact_groups_pkey",
                index => index,
            };
            indexes.push(index.to_owned());
        }
        "CTE Scan" | "Function Scan" | "Limit" | "LockRows" | "ModifyTable" | "Nested Loop" | "Result"
        | "Subquery Scan" | "Tid Scan" => {}
        _ => panic!("{kind}\n{whole}"),
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        collect(child, indexes, whole);
    }
}
