//! `roster doctor`: what it finds, what it says to do, and what it leaves alone.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use rstest::rstest;

use crate::place::{Kind, Place, SECRET_KEY};

const PASSWORD: &str = "correct-horse";

/// The lines that aren't `ok`, of a run that ended with this code. No secret is in any.
#[track_caller]
fn complaints(place: &Place, code: i32) -> Vec<String> {
    let said = place.run(&["doctor"]);
    assert_eq!(said.code, Some(code), "{}{}", said.stdout, said.stderr);
    for secret in [SECRET_KEY, PASSWORD] {
        assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret), "{}{}", said.stdout, said.stderr);
    }
    assert!(said.stdout.lines().all(|line| ["ok    ", "warn  ", "FAIL  "].iter().any(|level| line.starts_with(level))));
    // How full this machine's disks are isn't the test's to say.
    let is_of_disk = |line: &&str| line.contains(" MiB free");
    said.stdout
        .lines()
        .filter(|line| !line.starts_with("ok  "))
        .filter(|line| !is_of_disk(line))
        .map(str::to_owned)
        .collect()
}

/// The one complaint there is.
#[track_caller]
fn complaint(place: &Place, code: i32) -> String {
    let mut complaints = complaints(place, code);
    assert_eq!(complaints.len(), 1, "{complaints:#?}");
    complaints.remove(0)
}

/// On a free port, and with as few connections as a small machine has: the tests' PostgreSQL has room for those.
fn quiet(place: Place) -> Place {
    place.with("ROSTER_SERVER__LISTEN", "127.0.0.1:0").with("ROSTER_SERVER__WORKERS", "2")
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn where_all_is_well_it_has_no_complaints(#[case] kind: Kind) {
    let place = quiet(Place::ready(kind));
    place.run(&["migrate", "run"]).done();
    assert_eq!(complaints(&place, 0), [""; 0]);
}

#[test]
fn before_the_first_start_it_makes_nothing() {
    let place = quiet(Place::bare());
    assert_eq!(complaints(&place, 0), [""; 0]);
    assert_eq!(fs::read_dir(place.folder()).unwrap().count(), 0);
}

#[test]
fn beside_a_server_its_address_is_rightly_taken() {
    let place = Place::bare();
    let running = place.serve();
    let place = place.with("ROSTER_SERVER__LISTEN", running.address());
    assert_eq!(complaints(&place, 0), [""; 0]);
}

#[test]
fn an_address_that_something_else_has_is_told() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    // It answers nobody: the question whether it is a server must end by itself.
    let place = Place::bare().with("ROSTER_SERVER__LISTEN", &address);
    let complaint = complaint(&place, 1);
    assert!(
        complaint.starts_with(&format!("FAIL  listening: can't listen on {address}: another program")),
        "{complaint}"
    );
}

#[rstest]
#[case(
    "mysql://ada:correct-horse@localhost/roster",
    "FAIL  settings: DATABASE_URL in the environment: must be sqlite://"
)]
#[case("postgres://ada:correct-horse@127.0.0.1:1/roster", "FAIL  store: PostgreSQL at ada@127.0.0.1:1/roster: ")]
#[case(
    "postgres://ada:correct-horse@nowhere.invalid/roster",
    "FAIL  store: PostgreSQL at ada@nowhere.invalid:5432/roster: "
)]
#[case("postgres://ada:12/correct-horse@localhost/roster", "FAIL  store: the URL must have the form")]
#[case("sqlite:///proc/roster.db", "FAIL  store: no file can be made in /proc: ")]
#[case("sqlite://nowhere/roster.db", "FAIL  store: no file can be made in nowhere: ")]
fn a_url_that_leads_nowhere_is_told_without_its_password(#[case] url: &str, #[case] words: &str) {
    let place = quiet(Place::bare()).with("DATABASE_URL", url).with("ROSTER_AUTH__SECRET_KEY", SECRET_KEY);
    let complaint = complaint(&place, 1);
    assert!(complaint.starts_with(words), "{complaint}");
}

#[test]
fn on_postgres_a_database_that_is_not_there_and_a_key_that_is_missing_are_told() {
    let place = quiet(Place::ready(Kind::Postgres)).without("ROSTER_AUTH__SECRET_KEY");
    let complaint_of_key = complaint(&place, 1);
    assert!(complaint_of_key.contains("openssl rand -hex 32"), "{complaint_of_key}");

    let place = place.with("ROSTER_AUTH__SECRET_KEY", "0f1e2d3c");
    let too_short = complaint(&place, 1);
    assert!(too_short.contains("64 hexadecimal digits") && !too_short.contains("0f1e2d3c"), "{too_short}");

    let place = place.with("ROSTER_AUTH__SECRET_KEY", SECRET_KEY).in_database("nowhere");
    let complaint = complaint(&place, 1);
    assert!(complaint.contains("\"nowhere\" does not exist. Make it: createdb"), "{complaint}");
}

#[test]
fn pending_migrations_stop_a_server_on_postgres() {
    let place = quiet(Place::unmigrated(Kind::Postgres));
    let complaint = complaint(&place, 1);
    assert!(complaint.starts_with("FAIL  migrations: ") && complaint.contains("roster migrate run"), "{complaint}");
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn a_database_that_a_newer_program_migrated_is_told(#[case] kind: Kind) {
    let place = quiet(Place::ready(kind));
    place.run(&["migrate", "run"]).done();
    place.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9000, 'later', 1, x'00', 0)",
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9000, 'later', true, '\\x00', 0)",
    );
    let complaint = complaint(&place, 1);
    assert!(complaint.contains("9000 later was applied by a newer program"), "{complaint}");
}

#[test]
fn more_connections_than_there_are_is_a_warning() {
    let place = quiet(Place::ready(Kind::Postgres)).with("ROSTER_STORE__POOL_SIZE", "1000");
    let complaint = complaint(&place, 0);
    assert!(complaint.starts_with("warn  connections: ") && complaint.contains("max_connections"), "{complaint}");
}

#[test]
fn files_that_others_can_read_are_a_warning_and_stay_as_they_are() {
    let place = quiet(Place::bare());
    place.serve().kill();
    let files = ["roster.db", "roster.db.key"].map(|file| place.folder().join(file));
    for file in &files {
        fs::set_permissions(file, Permissions::from_mode(0o644)).unwrap();
    }
    let complaints = complaints(&place, 0);
    for file in ["roster.db", "roster.db.key"] {
        let remedy = format!("chmod 600 {file}");
        assert!(complaints.iter().any(|line| line.starts_with("warn  ") && line.ends_with(&remedy)), "{complaints:#?}");
    }
    for file in &files {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o644);
    }
}

#[test]
fn a_file_that_is_no_database_and_one_that_is_no_key_are_told() {
    let place = quiet(Place::bare());
    for (file, content) in [("roster.db", "not a database. ".repeat(1000)), ("roster.db.key", "not a key".to_owned())] {
        place.write(file, &content);
        fs::set_permissions(place.folder().join(file), Permissions::from_mode(0o600)).unwrap();
    }
    let complaints = complaints(&place, 1);
    assert_eq!(complaints.len(), 2, "{complaints:#?}");
    assert!(complaints[0].starts_with("FAIL  key: roster.db.key doesn't hold"), "{complaints:#?}");
    assert!(complaints[1].starts_with("FAIL  store: ") && complaints[1].contains("roster.db"), "{complaints:#?}");
}

#[test]
fn a_temporary_folder_that_takes_no_file_is_told() {
    let complaint = complaint(&quiet(Place::bare()).with("TMPDIR", "/proc"), 1);
    assert!(complaint.starts_with("FAIL  temporary folder: no file can be made in /proc"), "{complaint}");
}

#[test]
fn what_is_set_is_told_with_where_and_secrets_are_not() {
    let place = quiet(Place::bare()).with("ROSTER_AUTH__SECRET_KEY", SECRET_KEY);
    place.write("roster.toml", "[limits]\nin_flight = 77\n");
    let said = place.run(&["doctor"]);
    let lines: Vec<&str> = said.done().lines().filter(|line| line.starts_with("ok    settings: ")).collect();
    assert_eq!(
        lines,
        [
            "ok    settings: ROSTER_SERVER__LISTEN in the environment: 127.0.0.1:0",
            "ok    settings: ROSTER_SERVER__WORKERS in the environment: 2",
            "ok    settings: ROSTER_AUTH__SECRET_KEY in the environment: set, and not shown",
            "ok    settings: limits.in_flight (roster.toml): 77",
            "ok    settings: ROSTER_LOG__LEVEL in the environment: debug",
        ]
    );
}
