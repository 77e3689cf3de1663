//! The store that the URL names: the one place that knows there are two.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use roster_domain::ports::Store;
use roster_postgres::{PostgresOptions, PostgresStore};
use roster_sqlite::{SqliteOptions, SqliteStore};
use secrecy::ExposeSecret;
use tracing::info;

use crate::settings::{StoreSettings, StoreUrl};

/// An open store.
pub enum OpenStore {
    /// The embedded one.
    Sqlite(Arc<SqliteStore>),
    /// A server.
    Postgres(Arc<PostgresStore>),
}

/// What happens to migrations that a PostgreSQL database lacks. (A SQLite file belongs to this program alone and is
/// always brought up to date.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// They are applied.
    Apply,
    /// The database isn't used.
    Refuse,
}

impl OpenStore {
    /// Opens it, with every migration in place. What it holds open belongs to the runtime this is called on.
    ///
    /// # Errors
    /// When it can't be reached, or lacks migrations and is to be refused then.
    pub async fn open(settings: &StoreSettings, pending: Pending) -> anyhow::Result<Self> {
        match &settings.url {
            StoreUrl::Sqlite(path) => open_sqlite(path).map(Self::Sqlite),
            StoreUrl::Postgres(url) => open_postgres(url.expose_secret(), settings, pending).await.map(Self::Postgres),
        }
    }

    /// Its ports.
    pub fn ports(&self) -> Store {
        match self {
            Self::Sqlite(store) => Store::of(store.clone()),
            Self::Postgres(store) => Store::of(store.clone()),
        }
    }

    /// Ends what waits and closes it.
    pub async fn close(self) {
        match self {
            Self::Sqlite(store) => store.close(),
            Self::Postgres(store) => store.close().await,
        }
    }
}

fn open_sqlite(path: &Path) -> anyhow::Result<Arc<SqliteStore>> {
    for migration in roster_sqlite::migrations::run(path)? {
        info!("applied migration {migration}");
    }
    Ok(SqliteStore::open(path, &SqliteOptions::default())?)
}

async fn open_postgres(url: &str, settings: &StoreSettings, pending: Pending) -> anyhow::Result<Arc<PostgresStore>> {
    if pending == Pending::Apply {
        for migration in roster_postgres::migrations::run(url).await.context("the migrations")? {
            info!("applied migration {migration}");
        }
    }
    match roster_postgres::migrations::pending(url).await.context("PostgreSQL")? {
        0 => {}
        1 => bail!("the database lacks a migration; apply it first: roster migrate run (or: roster serve --migrate)"),
        n => bail!(
            "the database lacks {n} migrations; apply them first: roster migrate run (or: roster serve --migrate)"
        ),
    }
    PostgresStore::connect(url, &postgres_options(settings)).await.context("PostgreSQL")
}

/// What is set of it.
pub fn postgres_options(settings: &StoreSettings) -> PostgresOptions {
    PostgresOptions {
        pool_size: settings.pool_size,
        statement_timeout: settings.statement_timeout,
        ..PostgresOptions::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_is_set_reaches_postgres() {
        let url = StoreUrl::parse("postgres://localhost/roster").unwrap();
        let made = postgres_options(&StoreSettings { url, pool_size: 3, statement_timeout: Duration::from_secs(1) });
        assert_eq!((made.pool_size, made.statement_timeout), (3, Duration::from_secs(1)));
    }
}
