//! What stands in the way of a store, and what is said about it.

use std::error::Error;

use roster_domain::ports::Store;
use roster_postgres::{ConnectError, MIGRATOR, PostgresOptions, PostgresStore, migrations};
use roster_testkit::postgres::{Options, Server, database};
use sqlx::{Connection, Executor, PgConnection};

const PASSWORD: &str = "open-sesame";

/// The URL with another database.
fn in_database(url: &str, database: &str) -> String {
    format!("{}/{database}", url.rsplit_once('/').unwrap().0)
}

/// The URL with a password, which a server that trusts everybody doesn't look at.
fn with_password(url: &str) -> String {
    url.replacen('@', &format!(":{PASSWORD}@"), 1)
}

async fn refusal(url: &str) -> ConnectError {
    match PostgresStore::connect(url, &PostgresOptions::default()).await {
        Ok(_) => panic!("connected"),
        Err(error) => error,
    }
}

/// Everything that a careless log line could print.
fn everything(error: &dyn Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &format!(" {inner} {inner:?}");
        cause = inner.source();
    }
    text
}

#[tokio::test]
async fn only_utf8_will_do() {
    let server = Server::start(Options::default()).await;
    let mut connection = PgConnection::connect(server.url()).await.unwrap();
    connection
        .execute("CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
        .await
        .unwrap();
    let error = refusal(&in_database(server.url(), "bytes")).await;
    assert!(matches!(&error, ConnectError::Encoding(encoding) if encoding == "SQL_ASCII"), "{error}");
    assert!(error.to_string().contains("ENCODING 'UTF8'"), "it says what to do: {error}");
}

#[tokio::test]
async fn no_error_holds_the_password() {
    let server = Server::start(Options::default()).await;
    let url = with_password(server.url());
    let mut errors = Vec::new();
    for wrong in [
        in_database(&url, "nowhere"),
        url.replace("postgres://postgres:", "postgres://nobody:"),
        format!("postgres://roster:{PASSWORD}@%2Fnowhere/roster"),
        format!("postgres://roster:{PASSWORD}@localhost:notaport/roster"),
        format!("postgres://roster:12/{PASSWORD}@localhost/roster"),
        format!("postgres://roster:{PASSWORD}@localhost/roster?sslmode={PASSWORD}"),
        format!("roster:{PASSWORD}@localhost/roster"),
    ] {
        errors.push(everything(&refusal(&wrong).await));
        errors.push(everything(&migrations::run(&wrong).await.unwrap_err()));
        errors.push(everything(&migrations::status(&wrong).await.unwrap_err()));
    }
    let store = PostgresStore::connect(&url, &PostgresOptions::default()).await.unwrap();
    errors.push(everything(&Store::of(store.clone()).health.check().await.unwrap_err()));
    server.kill_hard();
    errors.push(everything(&Store::of(store).health.check().await.unwrap_err()));
    for error in errors {
        assert!(!error.contains(PASSWORD), "{error}");
    }
}

#[tokio::test]
async fn an_operator_sees_whose_connections_these_are() {
    let database = database(&MIGRATOR).await;
    let store = PostgresStore::connect(database.url(), &PostgresOptions::default()).await.unwrap();
    Store::of(store.clone()).health.check().await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let named: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_stat_activity \
                        WHERE datname = current_database() AND application_name = 'roster')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert!(named);
}
