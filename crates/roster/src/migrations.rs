//! The migrations of whichever store the URL names.

use std::path::PathBuf;

use roster_domain::{Migration, MigrationStanding};
use roster_postgres::migrations as postgres;
use roster_sqlite::migrations as sqlite;
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Runtime;

use crate::settings::StoreUrl;

/// A store's migrations.
pub enum Migrations {
    /// Of a file.
    Sqlite(PathBuf),
    /// Of a server's database.
    Postgres(SecretString, Runtime),
}

impl Migrations {
    /// Those of the store behind this URL.
    ///
    /// # Errors
    /// When there is no runtime to ask it on.
    pub fn of(url: &StoreUrl) -> anyhow::Result<Self> {
        Ok(match url {
            StoreUrl::Sqlite(path) => Self::Sqlite(path.clone()),
            StoreUrl::Postgres(url) => {
                Self::Postgres(url.clone(), tokio::runtime::Builder::new_current_thread().enable_all().build()?)
            }
        })
    }

    /// Applies what is pending.
    ///
    /// # Errors
    /// When one fails.
    pub fn run(&self) -> anyhow::Result<Vec<Migration>> {
        Ok(match self {
            Self::Sqlite(path) => sqlite::run(path)?,
            Self::Postgres(url, runtime) => runtime.block_on(postgres::run(url.expose_secret()))?,
        })
    }

    /// All of them, oldest first, and how they stand.
    ///
    /// # Errors
    /// When the store can't be asked.
    pub fn status(&self) -> anyhow::Result<Vec<MigrationStanding>> {
        Ok(match self {
            Self::Sqlite(path) => sqlite::status(path)?,
            Self::Postgres(url, runtime) => runtime.block_on(postgres::status(url.expose_secret()))?,
        })
    }

    /// Takes the newest applied one back.
    ///
    /// # Errors
    /// When it can't be taken back.
    pub fn revert(&self) -> anyhow::Result<Option<Migration>> {
        Ok(match self {
            Self::Sqlite(path) => sqlite::revert(path)?,
            Self::Postgres(url, runtime) => runtime.block_on(postgres::revert(url.expose_secret()))?,
        })
    }
}
