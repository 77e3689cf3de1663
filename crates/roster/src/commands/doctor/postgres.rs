//! A PostgreSQL database: whether it can be reached, and whether it is as it must be.

use roster_postgres::inspect::{self, Extension, ExtensionState, Inspection, Obstacle, ObstacleKind, Session};
use secrecy::{ExposeSecret, SecretString};

use super::finding::Finding;
use super::migrated;
use crate::clock::SystemClock;
use crate::settings::{StoreSettings, StoreUrl};
use crate::store::postgres_options;

const ABOUT: &str = "store";

/// The oldest that the migrations and statements are written for.
const OLDEST_VERSION: u32 = 13;

/// Off by more than this, and times of one server's are before those of another's.
const CLOCK_WARNS: u64 = 2_000;
/// Off by more than this, and tokens end too early or too late.
const CLOCK_FAILS: u64 = 30_000;

/// Looks at it. `workers`: threads that answer requests.
pub fn examine(url: &SecretString, settings: &StoreSettings, workers: usize) -> Vec<Finding> {
    let place = match inspect::place(url.expose_secret()) {
        Ok(place) => place,
        Err(error) => return vec![Finding::fail(ABOUT, error, "Put store.url (or DATABASE_URL) right")],
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return vec![Finding::fail(ABOUT, error, "The system gives no resources: try again")],
    };
    let inspection = match runtime.block_on(inspect::inspect(url.expose_secret(), &SystemClock)) {
        Ok(inspection) => inspection,
        Err(obstacle) => return vec![unreachable(&place, &obstacle)],
    };
    let most = inspect::most_connections(&postgres_options(settings), workers);
    let mut findings = judge(&inspection, &place, most);
    if is_utf8(&inspection) {
        findings.push(migrated::examine(&StoreUrl::Postgres(url.clone())));
    }
    findings
}

fn unreachable(place: &str, obstacle: &Obstacle) -> Finding {
    let remedy = match obstacle.kind {
        ObstacleKind::Url => "Put store.url (or DATABASE_URL) right",
        ObstacleKind::Host => {
            "Is the server running, and are host and port of store.url right? Is a firewall in between?"
        }
        ObstacleKind::Role => "Put user and password in store.url right, or let them in (pg_hba.conf)",
        ObstacleKind::Database => {
            "Make it: createdb --encoding=UTF8 --template=template0 NAME; or name another in store.url"
        }
        ObstacleKind::Full => "Let fewer processes connect, or raise max_connections",
        ObstacleKind::Starting => "Try again in a moment",
        ObstacleKind::Other => "See the server's log",
    };
    Finding::fail(ABOUT, format_args!("PostgreSQL at {place}: {obstacle}"), remedy)
}

fn is_utf8(inspection: &Inspection) -> bool {
    inspection.encoding == "UTF8"
}

fn judge(found: &Inspection, place: &str, most_connections: u32) -> Vec<Finding> {
    let mut findings = vec![server(found, place), encoding(found)];
    findings.extend(found.extensions.iter().map(extension));
    findings.push(letters(found));
    findings.push(clock(found.clock_ahead));
    findings.push(session(found.session));
    findings.push(connections(found, most_connections));
    if !found.may_create_tables {
        findings.push(Finding::warn(
            "rights",
            "this role may not make tables, so it can't apply migrations",
            "Migrate as the owner: ALTER DATABASE … OWNER TO …, or GRANT CREATE ON SCHEMA public TO …",
        ));
    }
    findings
}

fn server(found: &Inspection, place: &str) -> Finding {
    let version = format!("PostgreSQL {} at {place}", found.version);
    if found.major_version < OLDEST_VERSION {
        Finding::fail(ABOUT, version, format_args!("Roster needs {OLDEST_VERSION} or newer"))
    } else if found.read_only {
        Finding::fail(
            ABOUT,
            format_args!("{version} takes no writes"),
            "Name the primary in store.url: this is a standby, or default_transaction_read_only is on",
        )
    } else {
        Finding::ok(ABOUT, version)
    }
}

fn encoding(found: &Inspection) -> Finding {
    if is_utf8(found) {
        return Finding::ok("encoding", "UTF8");
    }
    Finding::fail(
        "encoding",
        &found.encoding,
        "It must be UTF8, which is chosen when a database is made: createdb --encoding=UTF8 --template=template0 NAME",
    )
}

fn extension(extension: &Extension) -> Finding {
    let name = extension.name;
    match extension.state {
        ExtensionState::Installed => Finding::ok("extension", name),
        ExtensionState::MayBeCreated => {
            Finding::ok("extension", format_args!("{name} isn't there yet; a migration makes it"))
        }
        ExtensionState::Refused => Finding::fail(
            "extension",
            format_args!("{name} is missing, and this role may not create it"),
            format_args!("As an administrator, in this database: CREATE EXTENSION {name}"),
        ),
        ExtensionState::Unavailable => Finding::fail(
            "extension",
            format_args!("the server doesn't have {name}"),
            "Install PostgreSQL's contrib there (Debian has it in the server's package, others in postgresql-contrib)",
        ),
    }
}

fn letters(found: &Inspection) -> Finding {
    if found.knows_letters {
        return Finding::ok("locale", "searches know letters of every script");
    }
    Finding::warn(
        "locale",
        "under this database's locale only ASCII has letters: words in Arabic, Chinese and others are in no search index, \
         and looking for them takes long",
        "Make the database under another, such as C.UTF-8, and restore into it: createdb --locale=C.UTF-8 \
         --encoding=UTF8 --template=template0 NAME",
    )
}

/// In milliseconds.
fn clock(ahead: i64) -> Finding {
    let off = ahead.unsigned_abs();
    let seconds = off as f64 / 1000.0;
    let which = if ahead > 0 { "ahead of" } else { "behind" };
    let found = format!("the database's clock is {seconds:.1} s {which} this machine's");
    let remedy = "Set both by NTP (timedatectl set-ntp true)";
    if off > CLOCK_FAILS {
        Finding::fail("clock", found, remedy)
    } else if off > CLOCK_WARNS {
        Finding::warn("clock", found, remedy)
    } else {
        Finding::ok("clock", "agrees with the database's")
    }
}

fn session(session: Session) -> Finding {
    let about = "connection";
    match session {
        Session { keeps_backend: false, .. } => Finding::fail(
            about,
            "a pooler in between gives each transaction another connection of the server's, so settings, prepared \
             statements and notifications get lost",
            "Connect to PostgreSQL itself, or to a pooler in session mode (PgBouncer: pool_mode = session); Roster has a \
             pool of its own",
        ),
        Session { keeps_settings: false, .. } => Finding::fail(
            about,
            "settings asked for when connecting don't come into force: something in between drops or refuses them",
            "Connect to PostgreSQL itself: time limits and plans depend on them",
        ),
        Session { hears: false, .. } => Finding::warn(
            about,
            "notifications don't arrive",
            "Connect to PostgreSQL itself: what is ended on one server ends up to two seconds later on others",
        ),
        _ => Finding::ok(about, "keeps its settings and hears notifications"),
    }
}

fn connections(found: &Inspection, most: u32) -> Finding {
    let about = "connections";
    let told = format!("a server may take {most} of {}; {} are in use", found.connections, found.connections_in_use);
    if most > found.connections {
        let remedy = "Raise max_connections (or the limit of the role or the database), or lower store.pool_size or \
                      server.workers";
        return Finding::warn(about, told, remedy);
    }
    Finding::ok(about, format_args!("{told}: room for {}", servers(found.connections / most.max(1))))
}

fn servers(count: u32) -> String {
    if count == 1 { "one server".to_owned() } else { format!("{count} servers") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const KEPT: Session = Session { keeps_settings: true, keeps_backend: true, hears: true };

    fn healthy() -> Inspection {
        let extension = |name| Extension { name, state: ExtensionState::Installed };
        Inspection {
            version: "15.3".to_owned(),
            major_version: 15,
            encoding: "UTF8".to_owned(),
            read_only: false,
            may_create_tables: true,
            extensions: vec![extension("pg_trgm"), extension("btree_gin")],
            knows_letters: true,
            clock_ahead: -120,
            connections: 97,
            connections_in_use: 3,
            session: KEPT,
        }
    }

    fn lines(found: &Inspection) -> Vec<String> {
        judge(found, "ada@db.example.org:5432/roster", 31).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn of_what_is_well_nothing_is_said_to_be_done() {
        let lines = lines(&healthy());
        assert!(lines.iter().all(|line| line.starts_with("ok  ")), "{lines:#?}");
        assert!(lines.iter().any(|line| line.ends_with("room for 3 servers")), "{lines:#?}");
    }

    #[rstest]
    #[case(Inspection { major_version: 12, ..healthy() }, "FAIL  store: ")]
    #[case(Inspection { read_only: true, ..healthy() }, "FAIL  store: ")]
    #[case(Inspection { encoding: "SQL_ASCII".to_owned(), ..healthy() }, "FAIL  encoding: SQL_ASCII")]
    #[case(Inspection { knows_letters: false, ..healthy() }, "warn  locale: ")]
    #[case(Inspection { clock_ahead: 2_001, ..healthy() }, "warn  clock: the database's clock is 2.0 s ahead of")]
    #[case(Inspection { clock_ahead: -30_001, ..healthy() }, "FAIL  clock: the database's clock is 30.0 s behind")]
    #[case(Inspection { connections: 30, ..healthy() }, "warn  connections: ")]
    #[case(Inspection { may_create_tables: false, ..healthy() }, "warn  rights: ")]
    #[case(Inspection { session: Session { keeps_backend: false, ..KEPT }, ..healthy() }, "FAIL  connection: a pooler")]
    #[case(Inspection { session: Session { keeps_settings: false, ..KEPT }, ..healthy() }, "FAIL  connection: settings")]
    #[case(Inspection { session: Session { hears: false, ..KEPT }, ..healthy() }, "warn  connection: notifications")]
    fn what_is_wrong_is_the_one_thing_told(#[case] found: Inspection, #[case] expected: &str) {
        let lines = lines(&found);
        let told: Vec<&String> = lines.iter().filter(|line| !line.starts_with("ok  ")).collect();
        assert!(told.len() == 1 && told[0].starts_with(expected), "{told:#?}");
    }

    #[rstest]
    #[case(ExtensionState::Installed, "ok    extension: pg_trgm")]
    #[case(ExtensionState::MayBeCreated, "ok    extension: pg_trgm isn't there yet")]
    #[case(ExtensionState::Refused, "FAIL  extension: pg_trgm is missing")]
    #[case(ExtensionState::Unavailable, "FAIL  extension: the server doesn't have pg_trgm")]
    fn extensions(#[case] state: ExtensionState, #[case] expected: &str) {
        let found = extension(&Extension { name: "pg_trgm", state }).to_string();
        assert!(found.starts_with(expected), "{found}");
    }
}
