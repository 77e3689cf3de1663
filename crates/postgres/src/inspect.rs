//! What a database is like, and what stands in its way: for the operator, who is told what to do about it. Nothing here
//! changes anything.
//!
//! All of it goes by the simple protocol: behind a pooler, where prepared statements get lost, it must still be told.

mod obstacle;
mod session;

use std::time::Duration;

use roster_domain::Clock;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};
use tokio::time::timeout;

pub use obstacle::{Obstacle, ObstacleKind};
pub use session::Session;

use crate::connect::CONNECT_PATIENCE;
use crate::{ConnectError, PostgresOptions, options, rounds};

/// The extensions that the migrations create.
const EXTENSIONS: [&str; 2] = ["pg_trgm", "btree_gin"];

/// How long a look may take, once connected: a server that hangs is an answer too.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// As the server calls itself, such as `15.3`.
    pub version: String,
    /// The number before the dot.
    pub major_version: u32,
    /// How text is stored.
    pub encoding: String,
    /// It takes no writes: a standby, or set so.
    pub read_only: bool,
    /// Whether the role may make tables where they would be made.
    pub may_create_tables: bool,
    /// Each that is needed.
    pub extensions: Vec<Extension>,
    /// Whether trigrams are made of letters beyond ASCII; where not, words in other scripts aren't found by the index.
    pub knows_letters: bool,
    /// How far the server's clock is ahead of ours, at least: milliseconds, negative where it is behind.
    pub clock_ahead: i64,
    /// Connections that a role like ours may have, all processes together.
    pub connections: u32,
    /// Connections to all databases of the server's now, this look's among them.
    pub connections_in_use: u32,
    /// What becomes of a connection's own state.
    pub session: Session,
}

/// An extension that the migrations create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its name.
    pub name: &'static str,
    /// Whether the database has it, or could.
    pub state: ExtensionState,
}

/// How a database stands to an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionState {
    /// It is there.
    Installed,
    /// The server has its files, and the role may create it.
    MayBeCreated,
    /// The server has its files, but the role may not create it.
    Refused,
    /// The server doesn't have its files.
    Unavailable,
}

/// Where a URL leads, without its password: `user@host:port/database`.
///
/// # Errors
/// When it can't be read.
pub fn place(url: &str) -> Result<String, ConnectError> {
    let options = options::parse(url)?;
    let host = options.get_socket().map_or_else(|| options.get_host().into(), |socket| socket.display().to_string());
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    Ok(format!("{user}@{host}:{}/{database}", options.get_port()))
}

/// So many connections a process with this many runtimes may take at most: those of the pool, those of acts that go in
/// rounds, and one that hears of revocations.
pub fn most_connections(options: &PostgresOptions, runtimes: usize) -> u32 {
    let beside = rounds::most_connections(runtimes) + 1;
    options.pool_size.saturating_add(u32::try_from(beside).unwrap_or(u32::MAX))
}

/// Looks at a database.
///
/// # Errors
/// When it can't be reached or asked.
pub async fn inspect(url: &str, clock: &dyn Clock) -> Result<Inspection, Obstacle> {
    let options = options::parse(url)?;
    let mut connection = open(&plain(&options)).await?;
    let looked = timeout(PATIENCE, look(&mut connection, &options, clock)).await;
    // Best effort: the server notices a closed socket as well.
    let _ = connection.close().await;
    looked.map_err(|_| Obstacle::late(PATIENCE))?
}

/// With nothing asked for that a pooler could refuse.
fn plain(options: &PgConnectOptions) -> PgConnectOptions {
    options.clone().extra_float_digits(None)
}

async fn open(options: &PgConnectOptions) -> Result<PgConnection, Obstacle> {
    match timeout(CONNECT_PATIENCE, options.connect()).await {
        Ok(opened) => Ok(opened?),
        Err(_) => Err(Obstacle::late(CONNECT_PATIENCE)),
    }
}

async fn look(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    clock: &dyn Clock,
) -> Result<Inspection, Obstacle> {
    let about = sqlx::raw_sql(ABOUT).fetch_one(&mut *connection).await?;
    let extensions = extensions(connection, about.try_get("may_create_extensions")?).await?;
    Ok(Inspection {
        version: about.try_get("version")?,
        major_version: whole(&about, "version_num")? / 10_000,
        encoding: about.try_get("encoding")?,
        read_only: about.try_get("read_only")?,
        may_create_tables: about.try_get("may_create_tables")?,
        knows_letters: knows_letters(connection).await?,
        extensions,
        clock_ahead: clock_ahead(connection, clock).await?,
        connections: connections(&about)?,
        connections_in_use: whole(&about, "in_use")?,
        session: Session::of(options).await?,
    })
}

const ABOUT: &str = "
SELECT current_setting('server_version') AS version,
       current_setting('server_version_num')::int8 AS version_num,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS read_only,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create_tables,
       has_database_privilege(current_database(), 'CREATE') AS may_create_extensions,
       current_setting('max_connections')::int8 - current_setting('superuser_reserved_connections')::int8
           - coalesce(current_setting('reserved_connections', true)::int8, 0) AS of_server,
       (SELECT datconnlimit::int8 FROM pg_database WHERE datname = current_database()) AS of_database,
       (SELECT rolconnlimit::int8 FROM pg_roles WHERE rolname = current_user) AS of_role,
       (SELECT sum(numbackends)::int8 FROM pg_stat_database) AS in_use";

fn whole(row: &PgRow, column: &str) -> sqlx::Result<u32> {
    let number: i64 = row.try_get(column)?;
    u32::try_from(number).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// The least of what the server, the database and the role allow; -1 is no limit.
fn connections(about: &PgRow) -> sqlx::Result<u32> {
    let mut least = whole(about, "of_server")?;
    for column in ["of_database", "of_role"] {
        let limit: i64 = about.try_get(column)?;
        least = u32::try_from(limit).map_or(least, |limit| limit.min(least));
    }
    Ok(least)
}

async fn extensions(connection: &mut PgConnection, may_create: bool) -> sqlx::Result<Vec<Extension>> {
    let rows =
        sqlx::raw_sql("SELECT name::text, installed_version IS NOT NULL AS installed FROM pg_available_extensions")
            .fetch_all(connection)
            .await?;
    let available = rows.iter().map(|row| Ok((row.try_get("name")?, row.try_get("installed")?)));
    let available: Vec<(String, bool)> = available.collect::<sqlx::Result<_>>()?;
    let state = |name: &str| match available.iter().find(|(other, _)| other == name) {
        Some((_, true)) => ExtensionState::Installed,
        Some((_, false)) if may_create => ExtensionState::MayBeCreated,
        Some((_, false)) => ExtensionState::Refused,
        None => ExtensionState::Unavailable,
    };
    Ok(EXTENSIONS.into_iter().map(|name| Extension { name, state: state(name) }).collect())
}

/// Asks the extension itself where it is installed, since it goes by other rules than the database's collation; else the
/// database, what it takes for a letter.
async fn knows_letters(connection: &mut PgConnection) -> sqlx::Result<bool> {
    let question = sqlx::raw_sql(
        "SELECT coalesce((SELECT format('SELECT cardinality(%I.show_trgm(%L)) > 0 AND cardinality(%I.show_trgm(%L)) > 0', \
                          n.nspname, '李雷', n.nspname, 'علي') \
                          FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'), \
                'SELECT ''李'' ~ ''[[:alpha:]]'' AND ''ع'' ~ ''[[:alpha:]]''')",
    )
    .fetch_one(&mut *connection)
    .await?;
    // The server has quoted the name.
    let question: String = question.try_get(0)?;
    sqlx::raw_sql(AssertSqlSafe(question)).fetch_one(connection).await?.try_get(0)
}

/// What can be told for certain: its answer was given between our two looks at the clock.
async fn clock_ahead(connection: &mut PgConnection, clock: &dyn Clock) -> sqlx::Result<i64> {
    let before = clock.now().millis();
    let row =
        sqlx::raw_sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8").fetch_one(connection).await?;
    let after = clock.now().millis();
    let theirs: i64 = row.try_get(0)?;
    Ok(if theirs > after { theirs - after } else { (theirs - before).min(0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("postgres://ada:s3cret@db.example.org/roster", "ada@db.example.org:5432/roster")]
    #[case("postgresql://ada:s3%2Fcret@db.example.org:6432/roster?sslmode=disable", "ada@db.example.org:6432/roster")]
    #[case("postgres://ada@%2Frun%2Fpostgresql/roster", "ada@/run/postgresql:5432/roster")]
    fn a_place_without_its_password(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(place(url).unwrap(), expected);
    }

    #[test]
    fn connections_grow_with_the_runtimes() {
        let options = PostgresOptions { pool_size: 7, ..PostgresOptions::default() };
        let one = most_connections(&options, 1);
        assert!(one > 7 + 4 + 1, "{one}");
        assert_eq!(most_connections(&options, 3), one + 8);
    }
}
