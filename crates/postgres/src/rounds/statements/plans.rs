//! Every statement finds what it needs by an index, whatever the tables held when it was prepared.

use roster_testkit::postgres::database;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::{change, create, get, page, remove};
use crate::{MIGRATOR, options};

/// With how many parameters each is called (NULL will do), and the indexes it goes by, as often as it does.
const STATEMENTS: [(&str, usize, &[&str]); 14] = [
    (get::ONE, 2, &["contacts_pkey"]),
    (get::MANY, 2, &["contacts_pkey"]),
    (page::OF_USER, 5, &["contacts_pkey"]),
    (page::OF_CLIENT, 5, &["contacts_by_client"]),
    (page::OF_DEFAULT_CLIENT, 5, &["clients_default", "contacts_by_client"]),
    (page::OF_GROUP_OF_CLIENT, 5, &["contacts_by_group"]),
    (page::OF_GROUP, 5, &["contact_groups_pkey", "contacts_by_group"]),
    (create::PASSING, 18, &CREATE),
    (create::REPEATING, 18, &CREATE),
    (create::WAITING, 18, &CREATE),
    (change::PASSING, 21, &CHANGE),
    (change::WAITING, 21, &CHANGE),
    (remove::PASSING, 5, &["contacts_pkey", "contacts_pkey"]),
    (remove::WAITING, 5, &["contacts_pkey", "contacts_pkey"]),
];

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
    let options = options::for_rounds(options::on_indexes(url.clone()));
    let mut connection = options.connect().await.unwrap();
    for (number, (sql, parameters, expected)) in STATEMENTS.into_iter().enumerate() {
        connection.execute(AssertSqlSafe(format!("PREPARE statement_{number} AS {sql}"))).await.unwrap();
        let explain =
            format!("EXPLAIN (FORMAT JSON) EXECUTE statement_{number} ({})", vec!["NULL"; parameters].join(", "));
        let plan: serde_json::Value =
            sqlx::query_scalar(AssertSqlSafe(explain)).persistent(false).fetch_one(&mut connection).await.unwrap();
        let mut indexes = Vec::new();
        let whole = format!("{tables}\n{sql}\n{plan:#}");
        collect(&plan[0]["Plan"], &mut indexes, &whole);
        indexes.sort();
        assert_eq!(indexes, expected, "{whole}");
    }
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
