//! Up, down, and what is refused.

use roster_domain::MigrationState;
use roster_domain::ports::{Store, StoreError};
use roster_postgres::migrations::{self, MigrationError};
use roster_postgres::{MIGRATOR, PostgresOptions, PostgresStore};
use roster_testkit::postgres::{TestDatabase, database, empty_database};
use sqlx::{Connection, PgConnection};

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
