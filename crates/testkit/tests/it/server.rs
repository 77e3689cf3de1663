//! Servers of one's own.

use std::error::Error;
use std::path::PathBuf;

use roster_testkit::postgres::{Options, Server};
use sqlx::{Connection, PgConnection};

type Outcome = Result<(), Box<dyn Error>>;

/// The server's folder, which holds its socket.
fn folder(server: &Server) -> Option<PathBuf> {
    let host = server.url().split_once('@')?.1.split_once(':')?.0;
    Some(PathBuf::from(host.replace("%2F", "/")))
}

async fn setting(connection: &mut PgConnection, name: &str) -> sqlx::Result<String> {
    sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(connection).await
}

#[tokio::test]
async fn a_dropped_server_stops_and_takes_its_folder_along() -> Outcome {
    let server = Server::start(Options::default()).await;
    let folder = folder(&server).ok_or("no socket in the URL")?;
    assert!(folder.join("data/PG_VERSION").exists());
    let mut connection = PgConnection::connect(server.url()).await?;
    assert_eq!(setting(&mut connection, "fsync").await?, "off");
    assert_eq!(setting(&mut connection, "listen_addresses").await?, "");
    // The locale knows letters beyond ASCII.
    let upper: String = sqlx::query_scalar("SELECT upper('żółć')").fetch_one(&mut connection).await?;
    assert_eq!(upper, "ŻÓŁĆ");

    let url = server.url().to_owned();
    drop(server);
    assert!(!folder.exists());
    assert!(connection.ping().await.is_err());
    assert!(PgConnection::connect(&url).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_killed_durable_server_comes_back_with_its_data() -> Outcome {
    let server = Server::start(Options { durable: true }).await;
    let folder = folder(&server).ok_or("no socket in the URL")?;
    let mut connection = PgConnection::connect(server.url()).await?;
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(setting(&mut connection, name).await?, "on", "{name}");
    }
    sqlx::query("CREATE TABLE kept AS SELECT 42 AS answer").execute(&mut connection).await?;
    // A backend at work doesn't stand in the way of the restart.
    let busy = tokio::spawn({
        let url = server.url().to_owned();
        async move {
            let mut connection = PgConnection::connect(&url).await?;
            sqlx::query("SELECT count(*) FROM generate_series(1, 100000000000)").execute(&mut connection).await
        }
    });
    let at_work = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%generate_series%' \
                   AND pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(at_work).fetch_one(&mut connection).await? == 0 {
        assert!(!busy.is_finished(), "it was to be at work");
        tokio::task::yield_now().await;
    }

    server.kill_hard();
    assert!(connection.ping().await.is_err());
    assert!(PgConnection::connect(server.url()).await.is_err());
    assert!(busy.await?.is_err());

    server.restart().await;
    let mut connection = PgConnection::connect(server.url()).await?;
    let answer: i32 = sqlx::query_scalar("SELECT answer FROM kept").fetch_one(&mut connection).await?;
    assert_eq!(answer, 42);

    // Killed and not restarted, it is cleaned up as well.
    server.kill_hard();
    drop(server);
    assert!(!folder.exists());
    Ok(())
}
