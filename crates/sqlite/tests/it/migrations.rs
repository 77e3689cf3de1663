//! Migrations: forth, back, and refused.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use roster_domain::MigrationState;
use roster_sqlite::migrations::{self, MIGRATOR, MigrationError};
use roster_sqlite::{SqliteOptions, SqliteStore};
use rstest::rstest;
use rusqlite::Connection;

use crate::place;

/// Every table and index, as SQLite keeps the words that made them.
fn schema(path: &Path) -> Vec<(String, Option<String>)> {
    Connection::open(path)
        .unwrap()
        .prepare("SELECT name, sql FROM sqlite_schema WHERE tbl_name <> '_sqlx_migrations' ORDER BY name")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn all_files() -> usize {
    MIGRATOR.iter().filter(|file| file.migration_type.is_up_migration()).count()
}

fn states(path: &Path) -> Vec<MigrationState> {
    migrations::status(path).unwrap().into_iter().map(|migration| migration.state).collect()
}

#[test]
fn up_down_to_nothing_and_up_again() {
    let (_folder, path) = place::empty_folder();
    let all = all_files();
    assert_eq!(states(&path), vec![MigrationState::Pending; all]);
    assert!(!path.exists(), "asking makes no database");
    assert_eq!(migrations::revert(&path).unwrap(), None);

    let applied = migrations::run(&path).unwrap();
    assert_eq!(applied.iter().map(|done| done.version).collect::<Vec<_>>(), (1..=all as i64).collect::<Vec<_>>());
    assert_eq!(states(&path), vec![MigrationState::Applied; all]);
    assert_eq!(migrations::pending(&path).unwrap(), 0);
    assert_eq!(migrations::run(&path).unwrap(), []);
    let full = schema(&path);
    assert!(full.iter().any(|(name, _)| name == "contacts"));

    let mut reverted = Vec::new();
    while let Some(migration) = migrations::revert(&path).unwrap() {
        reverted.push(migration);
    }
    reverted.reverse();
    assert_eq!(reverted, applied, "newest first");
    assert_eq!(schema(&path), []);
    assert_eq!(migrations::pending(&path).unwrap(), all);

    migrations::run(&path).unwrap();
    assert_eq!(schema(&path), full);
}

#[test]
fn every_file_has_its_counterpart_and_wants_a_transaction() {
    for file in MIGRATOR.iter() {
        let others = MIGRATOR.iter().filter(|other| other.version == file.version).count();
        assert_eq!(others, 2, "{} {}: one up, one down", file.version, file.description);
        assert!(!file.no_tx, "{}: each is applied in one transaction with its row", file.version);
    }
}

#[test]
fn both_stores_have_files_of_the_same_names() {
    let names = |store: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(store);
        let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

/// What the sqlx tool (0.9) makes and fills; it compares the checksums, and reverts by the version.
#[test]
fn the_bookkeeping_is_that_of_sqlx() {
    let (_folder, path) = place::empty_folder();
    migrations::run(&path).unwrap();
    let connection = Connection::open(&path).unwrap();
    let table: String = connection
        .query_row("SELECT sql FROM sqlite_schema WHERE name = '_sqlx_migrations'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(
        table,
        "CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
)"
    );
    let mut rows = connection
        .prepare("SELECT version, description, success, checksum, length(installed_on) FROM _sqlx_migrations")
        .unwrap();
    let rows: Vec<(i64, String, i64, Vec<u8>, i64)> = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let expected: Vec<_> = MIGRATOR
        .iter()
        .filter(|file| file.migration_type.is_up_migration())
        .map(|file| (file.version, file.description.to_string(), 1, file.checksum.to_vec(), 19))
        .collect();
    assert_eq!(rows, expected);
}

#[rstest]
#[case::made_from_another_file(
    "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2",
    MigrationState::Changed
)]
#[case::made_by_a_newer_program(
    "INSERT INTO _sqlx_migrations VALUES (9001, 'from the future', '2031-01-01 00:00:00', 1, x'00', 1)",
    MigrationState::Unknown
)]
fn a_database_that_does_not_fit_is_left_alone(#[case] spoil: &str, #[case] state: MigrationState) {
    let (_folder, path) = place::empty_folder();
    migrations::run(&path).unwrap();
    migrations::revert(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch(spoil).unwrap();
    let before = schema(&path);
    assert!(states(&path).contains(&state));

    for refused in [migrations::run(&path).map(drop), migrations::revert(&path).map(drop)] {
        let refused = refused.unwrap_err();
        let version = match refused {
            MigrationError::Changed { version } if state == MigrationState::Changed => version,
            MigrationError::Unknown { version } if state == MigrationState::Unknown => version,
            other => panic!("{other:?}"),
        };
        let words = refused.to_string();
        assert!(words.contains(&version.to_string()) && words.contains("run the"), "{words}");
    }
    assert_eq!(schema(&path), before);
}

#[test]
fn a_file_that_fails_leaves_nothing_and_the_ones_before_stay() {
    let (_folder, path) = place::empty_folder();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE contacts (in_the_way)").unwrap();
    let failed = migrations::run(&path).unwrap_err();
    assert!(matches!(failed, MigrationError::Statement { version: 4, .. }), "{failed:?}");
    assert_eq!(
        states(&path)[..4],
        [MigrationState::Applied, MigrationState::Applied, MigrationState::Applied, MigrationState::Pending]
    );

    Connection::open(&path).unwrap().execute_batch("DROP TABLE contacts").unwrap();
    migrations::run(&path).unwrap();
    assert_eq!(migrations::pending(&path).unwrap(), 0);
}

#[test]
fn asking_writes_nothing() {
    let (_folder, path) = place::empty_folder();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE somebody_elses (n)").unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    assert_eq!(migrations::pending(&path).unwrap(), all_files());
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn threads_at_once_take_turns() {
    let (_folder, path) = place::empty_folder();
    let applied: usize = thread::scope(|scope| {
        let runs: Vec<_> = (0..6).map(|_| scope.spawn(|| migrations::run(&path).unwrap().len())).collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(applied, all_files(), "each by one of them");
}

/// Names the database to a copy of this test binary that was started to migrate it.
const PATH: &str = "ROSTER_TEST_MIGRATE";

/// Six copies of this test binary, each of which runs only [`one_of_several_processes`].
#[test]
fn processes_at_once_take_turns() {
    let (_folder, path) = place::empty_folder();
    let processes: Vec<_> = (0..6)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "migrations::one_of_several_processes", "--ignored", "--quiet"])
                .env(PATH, &path)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    assert_eq!(migrations::pending(&path).unwrap(), 0);
}

#[test]
#[ignore = "a part of processes_at_once_take_turns"]
fn one_of_several_processes() {
    let path = std::env::var_os(PATH).expect("processes_at_once_take_turns starts this, and says where");
    migrations::run(Path::new(&path)).unwrap();
    let store = SqliteStore::open(Path::new(&path), &SqliteOptions::default()).unwrap();
    store.close();
}
