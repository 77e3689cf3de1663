//! One database a test, cloned from a migrated template.

use std::env;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use anyhow::{Context, Result, anyhow};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::Mutex;

use super::extensions;
use super::janitor;
use super::server::{Options, Server};

/// A database of its own for one test; dropped with this value, also if connections to it are still open.
pub struct TestDatabase {
    url: String,
    name: String,
}

impl TestDatabase {
    /// A `postgres://` URL as sqlx reads it; the folder of a Unix socket is percent-encoded as its host.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for TestDatabase {
    /// Without the URL: a `TEST_DATABASE_URL` may carry a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestDatabase").field(&self.name).finish()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        janitor::drop_database(&self.name);
    }
}

/// The server all tests of this process share; or why there is none, told to each of them.
///
/// Its lock also keeps databases from being made at the same time: a template can't be cloned while somebody
/// is connected to it. It holds no connection, because each test has a runtime of its own.
static SITE: Mutex<Option<Result<Site, String>>> = Mutex::const_new(None);

struct Site {
    url: String,
    prefix: String,
    made: u32,
    templates: Vec<Template>,
    /// None when `TEST_DATABASE_URL` names the server.
    own: Option<Server>,
}

struct Template {
    migrations: Vec<(i64, Vec<u8>)>,
    name: String,
}

/// A fresh database, with the migrations or empty.
pub(super) async fn create(migrator: Option<&Migrator>) -> Result<TestDatabase> {
    let mut site = SITE.lock().await;
    if site.is_none() {
        *site = Some(Site::open().await.map_err(|failure| format!("{failure:#}")));
    }
    let site = match site.as_mut() {
        Some(Ok(site)) => site,
        Some(Err(failure)) => return Err(anyhow!("{failure}")),
        None => return Err(anyhow!("the server was not opened")),
    };
    let template = match migrator {
        Some(migrator) => Some(site.template(migrator).await?),
        None => None,
    };
    site.clone_database(template.as_deref()).await
}

impl Site {
    async fn open() -> Result<Self> {
        let given = env::var_os("TEST_DATABASE_URL");
        let own = match given {
            Some(_) => None,
            None => Some(Server::try_start(Options::default()).await?),
        };
        let url = match (&own, given) {
            (Some(server), _) => server.url().to_owned(),
            (None, given) => given.and_then(|url| url.into_string().ok()).context("TEST_DATABASE_URL is not text")?,
        };
        let site = Self { url, prefix: prefix(), made: 0, templates: Vec::new(), own };
        let mut connection = site.connect().await?;
        extensions::ensure_there(&mut connection).await?;
        connection.close().await?;
        janitor::start(&site.url, site.own.is_none());
        Ok(site)
    }

    /// The name of the database that has these migrations, made if this is the first call for them.
    async fn template(&mut self, migrator: &Migrator) -> Result<String> {
        let migrations: Vec<_> =
            migrator.iter().map(|migration| (migration.version, migration.checksum.to_vec())).collect();
        let known = self.templates.iter().find(|t| t.migrations == migrations);
        if let Some(known) = known {
            return Ok(known.name.clone());
        }

        // As long as it isn't finished it is a database like any other, dropped on failure.
        let unfinished = self.clone_database(None).await?;
        let mut connection = PgConnection::connect(unfinished.url()).await?;
        migrator.run(&mut connection).await.context("the migrations fail")?;
        connection.close().await?;

        let name = format!("{}_template", unfinished.name());
        let rename = format!("ALTER DATABASE {} RENAME TO {name}", unfinished.name());
        let mut connection = self.connect().await?;
        connection.execute(AssertSqlSafe(rename)).await?;
        connection.close().await?;
        janitor::drop_at_exit(&name);
        self.templates.push(Template { migrations, name: name.clone() });
        Ok(name)
    }

    async fn clone_database(&mut self, template: Option<&str>) -> Result<TestDatabase> {
        self.made += 1;
        let name = format!("{}_{}", self.prefix, self.made);
        // The value exists before the database: whatever fails from here on, it is dropped.
        let database = TestDatabase { url: with_database(&self.url, &name), name };
        // `template0` takes any encoding, whatever a server that isn't ours was made with.
        let origin = template.unwrap_or("template0 ENCODING 'UTF8'");
        let mut connection = self.connect().await?;
        // Copying files skips the write-ahead log; its checkpoints cost nothing as long as nothing is synced.
        let knows_strategies = connection.server_version_num() >= Some(15_00_00);
        let strategy = if self.own.is_some() && knows_strategies { "STRATEGY file_copy" } else { "" };
        let create = format!("CREATE DATABASE {} TEMPLATE {origin} {strategy}", database.name);
        connection.execute(AssertSqlSafe(create)).await?;
        connection.close().await?;
        Ok(database)
    }

    async fn connect(&self) -> Result<PgConnection> {
        PgConnection::connect(&self.url).await.context("can't connect to the test server")
    }
}

/// Unlike that of any other run, on any machine that uses the same server.
fn prefix() -> String {
    // The hasher's seed is random.
    format!("roster_test_{}_{:x}", std::process::id(), RandomState::new().hash_one(()))
}

/// The URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let authority = place.find("://").map_or(0, |scheme| scheme + 3);
    let end = place[authority..].find('/').map_or(place.len(), |path| authority + path);
    let separator = if query.is_empty() { "" } else { "?" };
    format!("{}/{name}{separator}{query}", &place[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn replaces_the_database_of_a_url() {
        let cases = [
            ("postgres://u:p@h:1/old?a=b", "postgres://u:p@h:1/new?a=b"),
            ("postgres://h", "postgres://h/new"),
            ("postgres://h/?a=%2F/", "postgres://h/new?a=%2F/"),
            ("postgres://u@%2Ftmp%2Fx:5432/postgres", "postgres://u@%2Ftmp%2Fx:5432/new"),
        ];
        for (url, expected) in cases {
            assert_eq!(with_database(url, "new"), expected);
        }
    }
}
