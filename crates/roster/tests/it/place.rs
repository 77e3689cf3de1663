//! A folder and a store to run the program in.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use roster_domain::ports;
use roster_postgres::{PostgresOptions, PostgresStore};
use roster_sqlite::{SqliteOptions, SqliteStore};
use roster_testkit::postgres::{self, TestDatabase};
use roster_testkit::refuse_secrets;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::api::PASSWORD;
use crate::running::Running;

/// Nobody's key but the tests'.
pub const SECRET_KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// Every password that these tests, the README and the guide's calls use.
pub const PASSWORDS: [&str; 3] = [PASSWORD, "a long story short", "a longer story still"];

/// Which store a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// An empty working folder, and the variables that lead to a store. Gone when dropped, the database too.
pub struct Place {
    folder: TempDir,
    variables: Vec<(String, String)>,
    database: Option<TestDatabase>,
}

/// What a command said and how it ended.
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    /// Ready to serve: a folder for SQLite, a migrated database for PostgreSQL.
    pub fn ready(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::bare(),
            Kind::Postgres => Self::on(block_on(postgres::database(&roster_postgres::MIGRATOR))),
        }
    }

    /// As [`Place::ready`], but a PostgreSQL database has no tables yet.
    pub fn unmigrated(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::bare(),
            Kind::Postgres => Self::on(block_on(postgres::empty_database())),
        }
    }

    /// A folder and no settings at all.
    pub fn bare() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new(), database: None }
    }

    fn on(database: TestDatabase) -> Self {
        let bare = Self::bare().with("DATABASE_URL", database.url()).with("ROSTER_AUTH__SECRET_KEY", SECRET_KEY);
        Self { database: Some(database), ..bare }
    }

    /// With this variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this variable.
    pub fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self
    }

    /// With another database of the same server.
    pub fn in_database(self, name: &str) -> Self {
        let url = self.variables.iter().find(|(name, _)| name == "DATABASE_URL").map(|(_, url)| url.clone());
        let server = url.unwrap().rsplit_once('/').unwrap().0.to_owned();
        self.with("DATABASE_URL", &format!("{server}/{name}?sslmode=disable"))
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The store itself, for what would take long over HTTP.
    pub async fn store(&self) -> ports::Store {
        match &self.database {
            None => {
                let file = self.folder.path().join("roster.db");
                ports::Store::of(SqliteStore::open(&file, &SqliteOptions::default()).unwrap())
            }
            Some(database) => {
                ports::Store::of(PostgresStore::connect(database.url(), &PostgresOptions::default()).await.unwrap())
            }
        }
    }

    /// Runs a statement past the store, in the words that its own database knows.
    pub fn execute(&self, on_sqlite: &'static str, on_postgres: &'static str) {
        match &self.database {
            None => {
                let connection = rusqlite::Connection::open(self.folder.path().join("roster.db")).unwrap();
                connection.execute_batch(on_sqlite).unwrap();
            }
            Some(database) => block_on(async {
                let mut connection = PgConnection::connect(database.url()).await.unwrap();
                connection.execute(on_postgres).await.unwrap();
                connection.close().await.unwrap();
            }),
        }
    }

    pub fn has(&self, file: &str) -> bool {
        self.folder.path().join(file).exists()
    }

    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join(file), text).unwrap();
    }

    /// Any program, in this folder with these variables and no others.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // All of it, so that secrets in it are found; a test may say otherwise.
        command.env("ROSTER_LOG__LEVEL", "debug");
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }

    /// Runs a command of the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(env!("CARGO_BIN_EXE_roster")).args(arguments).output().unwrap())
    }

    /// As [`Place::run`], with this on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = self.command(env!("CARGO_BIN_EXE_roster"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may end without reading it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Said::of(child.wait_with_output().unwrap())
    }

    /// Serves here, on a free port.
    pub fn serve(&self) -> Running {
        self.serve_with(&["serve", "--listen", "127.0.0.1:0"])
    }

    /// Serves here with these arguments.
    pub fn serve_with(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(env!("CARGO_BIN_EXE_roster"));
        command.args(arguments);
        Running::start(command)
    }
}

impl Said {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let stderr = text(output.stderr);
        refuse_secrets(&stderr, &PASSWORDS);
        Self { code: output.status.code(), stdout: text(output.stdout), stderr }
    }

    /// Its output, if it went well.
    pub fn done(&self) -> &str {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        &self.stdout
    }

    /// Its complaint, if it ended with this code.
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        &self.stderr
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
