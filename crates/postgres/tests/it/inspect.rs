//! What a look at a database finds.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use roster_domain::Timestamp;
use roster_postgres::MIGRATOR;
use roster_postgres::inspect::{ExtensionState, Inspection, Obstacle, ObstacleKind, Session, inspect};
use roster_testkit::ManualClock;
use roster_testkit::postgres::{Options, Server, database};
use rstest::rstest;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::net::UnixStream;
use tokio::task::yield_now;

const PASSWORD: &str = "open-sesame";

/// 2020-01-01T00:00:00Z, which no server's clock is before.
const LONG_AGO: Timestamp = Timestamp::from_millis(1_577_836_800_000);
/// 2100-01-01T00:00:00Z
const FAR_OFF: Timestamp = Timestamp::from_millis(4_102_444_800_000);

async fn look(url: &str) -> Result<Inspection, Obstacle> {
    inspect(url, &ManualClock::at(LONG_AGO)).await
}

async fn obstacle(url: &str) -> Obstacle {
    look(url).await.expect_err("nothing stood in the way")
}

async fn execute(url: &str, statements: &[&str]) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    for statement in statements {
        connection.execute(AssertSqlSafe((*statement).to_owned())).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// The URL with another role, database or password.
fn with(url: &str, role: &str, database: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{}/{database}?sslmode=disable", server.replace("//postgres@", &format!("//{role}@")))
}

fn states(found: &Inspection) -> Vec<(&str, ExtensionState)> {
    found.extensions.iter().map(|extension| (extension.name, extension.state)).collect()
}

#[tokio::test]
async fn a_database_as_it_must_be() {
    let database = database(&MIGRATOR).await;
    let found = look(database.url()).await.unwrap();
    assert!(found.major_version >= 13 && found.version.starts_with(&found.major_version.to_string()), "{found:?}");
    assert_eq!(found.encoding, "UTF8");
    assert!(!found.read_only && found.may_create_tables && found.knows_letters, "{found:?}");
    assert_eq!(states(&found), [("pg_trgm", ExtensionState::Installed), ("btree_gin", ExtensionState::Installed)]);
    assert!(found.connections > 100 && (1..found.connections).contains(&found.connections_in_use), "{found:?}");
    assert_eq!(found.session, Session { keeps_settings: true, keeps_backend: true, hears: true });
}

#[tokio::test]
async fn clocks_are_compared() {
    let database = database(&MIGRATOR).await;
    let year = 365 * 86_400_000;
    let ahead = async |now| inspect(database.url(), &ManualClock::at(now)).await.unwrap().clock_ahead;
    assert!(ahead(LONG_AGO).await > year);
    assert!(ahead(FAR_OFF).await < -year);
}

#[tokio::test]
async fn a_locale_without_letters_is_seen_before_the_extension_is_there_and_after() {
    let server = Server::start(Options::default()).await;
    execute(server.url(), &["CREATE DATABASE plain TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"])
        .await;
    let url = with(server.url(), "postgres", "plain");
    let found = look(&url).await.unwrap();
    assert_eq!(
        states(&found),
        [("pg_trgm", ExtensionState::MayBeCreated), ("btree_gin", ExtensionState::MayBeCreated)]
    );
    assert!(!found.knows_letters);
    execute(&url, &["CREATE SCHEMA \"odd name\"", "CREATE EXTENSION pg_trgm SCHEMA \"odd name\""]).await;
    assert!(!look(&url).await.unwrap().knows_letters);
}

#[tokio::test]
async fn another_encoding_is_seen() {
    let server = Server::start(Options::default()).await;
    execute(
        server.url(),
        &["CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"],
    )
    .await;
    assert_eq!(look(&with(server.url(), "postgres", "bytes")).await.unwrap().encoding, "SQL_ASCII");
}

#[tokio::test]
async fn what_a_role_may_is_seen() {
    let server = Server::start(Options::default()).await;
    execute(server.url(), &["CREATE ROLE grace LOGIN CONNECTION LIMIT 7", "CREATE DATABASE foreigners"]).await;
    let url = with(server.url(), "grace", "foreigners");
    // Older servers let everybody make tables there.
    execute(&with(server.url(), "postgres", "foreigners"), &["REVOKE CREATE ON SCHEMA public FROM PUBLIC"]).await;
    let found = look(&url).await.unwrap();
    assert_eq!(found.connections, 7);
    assert!(!found.may_create_tables);
    assert_eq!(states(&found), [("pg_trgm", ExtensionState::Refused), ("btree_gin", ExtensionState::Refused)]);

    execute(server.url(), &["ALTER DATABASE foreigners SET default_transaction_read_only = on"]).await;
    assert!(look(&url).await.unwrap().read_only);
}

#[tokio::test]
async fn what_stands_in_the_way_has_its_kind_and_no_password_in_it() {
    let server = Server::start(Options::default()).await;
    let url = server.url();
    let grace = format!("CREATE ROLE grace LOGIN PASSWORD '{PASSWORD}'");
    execute(url, &[&grace, "CREATE ROLE ada LOGIN CONNECTION LIMIT 0"]).await;
    let nobody = obstacle(&with(url, "nobody", "postgres")).await;
    let nowhere = obstacle(&with(url, "postgres", "nowhere")).await;
    let crowded = obstacle(&with(url, "ada", "postgres")).await;
    // The server writes over its own file of who may come in.
    let ask_for_passwords = "DO $$ BEGIN EXECUTE format(\
        'COPY (SELECT ''local all all scram-sha-256'') TO %L', current_setting('hba_file')); END $$";
    execute(url, &[ask_for_passwords, "SELECT pg_reload_conf()"]).await;
    let wrong = with(url, &format!("grace:{PASSWORD}-not"), "postgres");
    let wrong_password = loop {
        // The server reads its files anew when it gets to it.
        if let Err(obstacle) = look(&wrong).await {
            break obstacle;
        }
    };
    look(&with(url, &format!("grace:{PASSWORD}"), "postgres")).await.unwrap();
    let away = obstacle(&format!("postgres://ada:{PASSWORD}@127.0.0.1:1/roster")).await;
    let unknown = obstacle(&format!("postgres://ada:{PASSWORD}@nowhere.invalid/roster")).await;
    let malformed = obstacle(&format!("postgres://ada:1/{PASSWORD}@127.0.0.1/roster")).await;
    for (obstacle, kind) in [
        (nobody, ObstacleKind::Role),
        (nowhere, ObstacleKind::Database),
        (crowded, ObstacleKind::Full),
        (wrong_password, ObstacleKind::Role),
        (away, ObstacleKind::Host),
        (unknown, ObstacleKind::Host),
        (malformed, ObstacleKind::Url),
    ] {
        assert_eq!(obstacle.kind, kind, "{obstacle}");
        assert!(!format!("{obstacle} {obstacle:?}").contains(PASSWORD), "{obstacle}");
    }
}

/// Whether the program is on this machine. The one that runs all tests must have it.
fn has_pooler() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| folder.join("pgbouncer").is_file());
    assert!(found || env::var_os("CI").is_none(), "pgbouncer isn't on PATH");
    found
}

/// PgBouncer in front of a server; ended when dropped.
struct Pooler {
    process: Child,
    folder: tempfile::TempDir,
}

impl Pooler {
    async fn start(server: &Server, settings: &str) -> Self {
        let socket = server.url().split(['@', ':']).nth(2).unwrap().replace("%2F", "/");
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let users = file("users", "\"postgres\" \"\"\n");
        let configuration = format!(
            "[databases]\n* = host={socket} port=5432\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\n\
             unix_socket_dir = {}\nauth_type = trust\nauth_file = {}\n{settings}\n",
            folder.path().display(),
            users.display()
        );
        let configuration = file("pgbouncer.ini", &configuration);
        let mut command = as_owner_of(Path::new(&socket), "pgbouncer");
        let process = command.arg("-q").arg(configuration).stderr(Stdio::null()).spawn().unwrap();
        let mut pooler = Self { process, folder };
        while UnixStream::connect(pooler.folder.path().join(".s.PGSQL.6432")).await.is_err() {
            let ended = pooler.process.try_wait().unwrap();
            assert!(ended.is_none(), "the pooler doesn't get ready: {ended:?}");
            yield_now().await;
        }
        pooler
    }

    fn url(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:6432/postgres?sslmode=disable")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// As whom the folder belongs to: who is root may not run it, and others can't reach the server's socket.
fn as_owner_of(folder: &Path, program: &str) -> Command {
    let owner = fs::metadata(folder).unwrap();
    let me = fs::metadata("/proc/self").unwrap().uid();
    if owner.uid() == me {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={}", owner.uid()), format!("--regid={}", owner.gid())]);
    command.args(["--clear-groups", program]);
    command
}

#[rstest]
#[case::by_transaction("pool_mode = transaction\nignore_startup_parameters = extra_float_digits, options", Session {
    keeps_settings: false,
    keeps_backend: false,
    hears: false,
})]
#[case::dropping_settings("pool_mode = session\nignore_startup_parameters = extra_float_digits, options", Session {
    keeps_settings: false,
    keeps_backend: true,
    hears: true,
})]
#[case::refusing_settings("pool_mode = session", Session { keeps_settings: false, keeps_backend: true, hears: true })]
#[tokio::test]
async fn a_pooler_in_between_is_seen(#[case] settings: &str, #[case] expected: Session) {
    if !has_pooler() {
        eprintln!("skipped: pgbouncer isn't on PATH");
        return;
    }
    let server = Server::start(Options::default()).await;
    let pooler = Pooler::start(&server, settings).await;
    let found = look(&pooler.url()).await.unwrap();
    // By transaction, a notification may arrive or not.
    let hears = if expected.keeps_backend { found.session.hears } else { false };
    assert_eq!(Session { hears, ..found.session }, expected);
}
