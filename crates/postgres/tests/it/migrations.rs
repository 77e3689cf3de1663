//! Up, down, and what is refused.

use roster_domain::ports::{Store, StoreError};
use roster_domain::values::SearchQuery;
use roster_domain::{
    Caller, ContactFilter, ContactOrder, Keyset, Limit, MigrationState, Number, ObjectId, SessionId, Span, Timestamp,
    UserId,
};
use roster_postgres::migrations::{self, MigrationError};
use roster_postgres::{MIGRATOR, PostgresOptions, PostgresStore};
use roster_testkit::SeededEntropy;
use roster_testkit::postgres::{TestDatabase, database, empty_database};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::schema::schema;

fn known() -> usize {
    MIGRATOR.iter().filter(|migration| migration.migration_type.is_up_migration()).count()
}

async fn states(database: &TestDatabase) -> Vec<MigrationState> {
    migrations::status(database.url()).await.unwrap().iter().map(|migration| migration.state).collect()
}

async fn execute(database: &TestDatabase, statement: &'static str) {
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn health(database: &TestDatabase) -> Result<(), StoreError> {
    let store = PostgresStore::connect(database.url(), &PostgresOptions::default()).await.unwrap();
    let health = Store::of(store.clone()).health.check().await;
    store.close().await;
    health
}

#[tokio::test]
async fn up_down_to_nothing_and_up_again() {
    let database = empty_database().await;
    assert_eq!(states(&database).await, vec![MigrationState::Pending; known()]);
    assert_eq!(migrations::pending(database.url()).await.unwrap(), known());
    assert!(schema(database.url()).await.is_empty(), "asking changes nothing");

    let applied = migrations::run(database.url()).await.unwrap();
    let versions: Vec<_> = applied.iter().map(|migration| migration.version).collect();
    assert_eq!(versions, (1..=known() as i64).collect::<Vec<_>>());
    assert_eq!(applied[0].description, "users");
    assert_eq!(states(&database).await, vec![MigrationState::Applied; known()]);
    assert_eq!(migrations::run(database.url()).await.unwrap(), [], "there is nothing left to do");
    let made = schema(database.url()).await;
    assert!(!made.is_empty());

    for version in versions.iter().rev() {
        assert!(health(&database).await.is_ok() == (*version == known() as i64));
        let reverted = migrations::revert(database.url()).await.unwrap();
        assert_eq!(reverted.map(|migration| migration.version), Some(*version));
    }
    assert_eq!(migrations::revert(database.url()).await.unwrap(), None);
    assert!(schema(database.url()).await.is_empty());
    assert_eq!(migrations::run(database.url()).await.unwrap(), applied);
    assert_eq!(schema(database.url()).await, made);
}

#[tokio::test]
async fn takes_turns_with_sqlx() {
    let database = empty_database().await;
    migrations::run(database.url()).await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    MIGRATOR.undo(&mut connection, 2).await.unwrap();
    assert_eq!(migrations::pending(database.url()).await.unwrap(), known() - 2);
    MIGRATOR.run(&mut connection).await.unwrap();
    assert_eq!(migrations::revert(database.url()).await.unwrap().map(|m| m.version), Some(known() as i64));
}

#[tokio::test]
async fn two_runs_at_once() {
    let database = empty_database().await;
    let runs = tokio::join!(migrations::run(database.url()), migrations::run(database.url()));
    assert_eq!(runs.0.unwrap().len() + runs.1.unwrap().len(), known(), "each was applied once");
    assert_eq!(states(&database).await, vec![MigrationState::Applied; known()]);
}

#[tokio::test]
async fn waits_for_the_lock_that_sqlx_takes() {
    let database = empty_database().await;
    let mut other = PgConnection::connect(database.url()).await.unwrap();
    sqlx::migrate::Migrate::lock(&mut other).await.unwrap();
    let url = database.url().to_owned();
    let run = tokio::spawn(async move { migrations::run(&url).await });
    // Once a statement of the run's has been refused the lock, it has found that it must wait.
    let asked = "SELECT EXISTS (SELECT FROM pg_stat_activity \
                 WHERE datname = current_database() AND query LIKE 'SELECT pg_try_advisory_lock%' AND state = 'idle')";
    while !sqlx::query_scalar::<_, bool>(asked).fetch_one(&mut other).await.unwrap() {
        tokio::task::yield_now().await;
    }
    assert_eq!(states(&database).await, vec![MigrationState::Pending; known()]);
    sqlx::migrate::Migrate::unlock(&mut other).await.unwrap();
    assert_eq!(run.await.unwrap().unwrap().len(), known());
}

#[tokio::test]
async fn a_changed_file_is_refused() {
    let database = database(&MIGRATOR).await;
    assert!(health(&database).await.is_ok());
    execute(&database, "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 2").await;
    let mut expected = vec![MigrationState::Applied; known()];
    expected[1] = MigrationState::Changed;
    assert_eq!(states(&database).await, expected);
    for refused in [
        migrations::run(database.url()).await.map(drop),
        migrations::revert(database.url()).await.map(drop),
        migrations::pending(database.url()).await.map(drop),
    ] {
        let error = refused.unwrap_err();
        assert!(matches!(error, MigrationError::Changed { version: 2, .. }), "{error}");
        assert!(error.to_string().contains("bring its file back"), "it says what to do: {error}");
    }
    assert!(matches!(health(&database).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn what_a_newer_program_did_is_refused() {
    let database = database(&MIGRATOR).await;
    execute(
        &database,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'stars', true, '\\x00', 0)",
    )
    .await;
    assert_eq!(states(&database).await.last(), Some(&MigrationState::Unknown));
    for refused in [migrations::run(database.url()).await.map(drop), migrations::revert(database.url()).await.map(drop)]
    {
        let error = refused.unwrap_err();
        assert!(matches!(error, MigrationError::Unknown { version: 9999, .. }), "{error}");
        assert!(error.to_string().contains("use the newer program"), "it says what to do: {error}");
    }
    // A replica of yesterday goes on answering.
    assert!(health(&database).await.is_ok());
}

#[tokio::test]
async fn a_store_that_was_never_migrated_is_unwell() {
    let database = empty_database().await;
    let error = health(&database).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(error.to_string().contains("roster migrate"), "{error}");
}

/// Whether the index is there and complete.
async fn is_valid(database: &TestDatabase, index: &str) -> Option<bool> {
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    sqlx::query_scalar("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)")
        .bind(index)
        .fetch_optional(&mut connection)
        .await
        .unwrap()
}

async fn revert_to(database: &TestDatabase, version: i64) {
    loop {
        let applied = states(database).await.into_iter().filter(|state| *state == MigrationState::Applied).count();
        if applied as i64 == version {
            return;
        }
        migrations::revert(database.url()).await.unwrap();
    }
}

/// An index whose build was cut short stays behind, invalid; one that was built may not be on record yet.
#[tokio::test]
async fn a_build_that_was_cut_short_is_done_again() {
    for (left_valid, version, index) in
        [(false, 10, "contacts_by_number"), (true, 11, "contacts_by_name"), (false, 13, "contacts_by_search")]
    {
        let database = database(&MIGRATOR).await;
        let made = schema(database.url()).await;
        revert_to(&database, version).await;
        assert_eq!(is_valid(&database, index).await, None);
        let build = AssertSqlSafe(format!("CREATE INDEX {index} ON contacts (user_id)"));
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        connection.execute(build).await.unwrap();
        sqlx::query("UPDATE pg_index SET indisvalid = $1 WHERE indexrelid = to_regclass($2)")
            .bind(left_valid)
            .bind(index)
            .execute(&mut connection)
            .await
            .unwrap();

        migrations::run(database.url()).await.unwrap();
        assert_eq!(is_valid(&database, index).await, Some(true));
        assert_eq!(schema(database.url()).await, made);

        // And one that was dropped, but is still on record.
        revert_to(&database, version + 1).await;
        connection.execute(AssertSqlSafe(format!("DROP INDEX {index}"))).await.unwrap();
        assert_eq!(migrations::revert(database.url()).await.unwrap().map(|m| m.version), Some(version + 1));
        migrations::run(database.url()).await.unwrap();
        assert_eq!(schema(database.url()).await, made);
    }
}

#[tokio::test]
async fn an_index_is_built_once_transactions_of_before_are_over() {
    let database = database(&MIGRATOR).await;
    revert_to(&database, 13).await;
    let mut other = PgConnection::connect(database.url()).await.unwrap();
    other.execute("BEGIN; LOCK TABLE contacts IN ROW EXCLUSIVE MODE").await.unwrap();
    let url = database.url().to_owned();
    let run = tokio::spawn(async move { migrations::run(&url).await });
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%CONCURRENTLY%')";
    let mut witness = PgConnection::connect(database.url()).await.unwrap();
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut witness).await.unwrap() {
        tokio::task::yield_now().await;
    }
    other.execute("COMMIT").await.unwrap();
    let ran = run.await.unwrap().unwrap();
    assert_eq!(ran.first().map(|migration| migration.version), Some(14));
    assert_eq!(is_valid(&database, "contacts_by_search").await, Some(true));
}

/// What was there before anything was derived is found once it has been.
#[tokio::test]
async fn contacts_of_before_are_derived() {
    let database = database(&MIGRATOR).await;
    revert_to(&database, 8).await;
    execute(
        &database,
        "WITH u AS (INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at) \
                    VALUES (decode(repeat('01', 12), 'hex'), 'ada@example.org', '', '', '', 'epoch', 'epoch') \
                    RETURNING id), \
              c AS (INSERT INTO clients (user_id, id, name, is_default, session_id, region, created_at, updated_at) \
                    SELECT id, id, 'Main', true, 's', 'NG', 'epoch', 'epoch' FROM u RETURNING id), \
              g AS (INSERT INTO contact_groups (user_id, id, client_id, title, is_default, created_at, updated_at, \
                                                legacy_version, revision) \
                    SELECT id, id, id, 'Everyone', true, 'epoch', 'epoch', 0, 0 FROM c RETURNING id) \
         INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, \
                               legacy_version, revision) \
         SELECT id, decode(lpad(to_hex(n), 24, '0'), 'hex'), id, id, 'Ámina ' || n, '0803' || 1000000 + n, 'whatsapp', \
                'epoch', 'epoch', 0, 7 \
         FROM g, generate_series(1, 4500) n",
    )
    .await;
    migrations::run(database.url()).await.unwrap();
    let store = PostgresStore::connect(database.url(), &PostgresOptions::default()).await.unwrap();
    let ports = Store::of(store.clone());
    let session = SessionId::generate(Timestamp::from_millis(0), &SeededEntropy::new(7));
    let user = UserId::from(ObjectId::from_bytes([1; 12]));
    let scope = Caller::User { user, session, client: None }.scope();
    let named = ContactFilter { search: SearchQuery::parse("amina 4321").ok(), ..ContactFilter::default() };
    let numbered = ContactFilter { number: Number::parse("+2348031004321").ok(), ..ContactFilter::default() };
    let count = async |filter: &ContactFilter| ports.contacts.count(&scope, Span::OneClient, filter).await.unwrap();
    assert_eq!(count(&named).await, 0);
    assert_eq!(count(&numbered).await, 1, "numbers are found all the time");

    let mut steps = 0;
    while ports.housekeeping.derive_some().await.unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 3, "4,500 rows are three steps");
    assert_eq!(count(&named).await, 1);
    assert_eq!(count(&numbered).await, 1);
    let keyset = Keyset { after: None, limit: Limit::parse("1").unwrap() };
    let page = ports.contacts.page(&scope, Span::OneClient, &named, ContactOrder::Name, keyset).await.unwrap();
    let contact = &page.items[0];
    assert_eq!((contact.revision, contact.updated_at), (7, Timestamp::from_millis(0)), "nothing that shows changed");
    store.close().await;
}
