//! Databases on the shared server.

use std::error::Error;
use std::thread;

use roster_testkit::postgres::{TestDatabase, database, empty_database};
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

static MIGRATOR: Migrator = sqlx::migrate!("tests/it/migrations");

async fn connect(database: &TestDatabase) -> sqlx::Result<PgConnection> {
    PgConnection::connect(database.url()).await
}

async fn notes(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT count(*) FROM notes").fetch_one(connection).await
}

#[tokio::test]
async fn what_one_database_holds_another_does_not() -> Outcome {
    let (one, other) = (database(&MIGRATOR).await, database(&MIGRATOR).await);
    assert_ne!(one.name(), other.name());
    let (mut in_one, mut in_other) = (connect(&one).await?, connect(&other).await?);
    sqlx::query("INSERT INTO notes VALUES (1, 'one')").execute(&mut in_one).await?;
    assert_eq!(notes(&mut in_one).await?, 1);
    assert_eq!(notes(&mut in_other).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_migrated_database_has_the_migrations_on_record() -> Outcome {
    let database = database(&MIGRATOR).await;
    let mut connection = connect(&database).await?;
    assert_eq!(notes(&mut connection).await?, 0);
    let applied: i64 =
        sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success").fetch_one(&mut connection).await?;
    assert_eq!(applied, 1);
    // Running them again finds nothing to do.
    MIGRATOR.run(&mut connection).await?;
    Ok(())
}

#[tokio::test]
async fn an_empty_database_has_no_tables() -> Outcome {
    let database = empty_database().await;
    let tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_one(&mut connect(&database).await?)
    .await?;
    assert_eq!(tables, 0);
    Ok(())
}

#[tokio::test]
async fn text_is_utf8() -> Outcome {
    for database in [database(&MIGRATOR).await, empty_database().await] {
        let mut connection = connect(&database).await?;
        let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut connection).await?;
        assert_eq!(encoding, "UTF8");
    }
    Ok(())
}

#[test]
fn many_runtimes_get_databases_at_the_same_time() -> Outcome {
    let threads: Vec<_> = (0..6)
        .map(|_| {
            thread::spawn(|| -> Outcome {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(async {
                    let database = database(&MIGRATOR).await;
                    assert_eq!(notes(&mut connect(&database).await?).await?, 0);
                    Ok(())
                })
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a thread panicked")??;
    }
    Ok(())
}

#[tokio::test]
async fn a_dropped_database_is_gone_from_the_server() -> Outcome {
    let gone = database(&MIGRATOR).await;
    let witness = empty_database().await;
    let name = gone.name().to_owned();
    // Left open: it must not keep the database alive.
    let _connection = connect(&gone).await?;
    drop(gone);

    let mut connection = connect(&witness).await?;
    for _ in 0..500 {
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = $1")
            .bind(&name)
            .fetch_one(&mut connection)
            .await?;
        if left == 0 {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    Err("the database is still there".into())
}
