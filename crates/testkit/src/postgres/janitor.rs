//! Drops databases, from a thread: `Drop` can't wait for a connection, and a test's runtime may be gone.
#![expect(unsafe_code, reason = "a handler is registered with the C library")]

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

enum Task {
    Now(String),
    AtExit(String),
    Exit(Sender<()>),
}

static JANITOR: OnceLock<Sender<Task>> = OnceLock::new();

/// Starts the janitor of the server that this URL names. With `until_exit` the process, exiting, waits for it:
/// a server that isn't ours keeps what isn't dropped.
pub(super) fn start(url: &str, until_exit: bool) {
    JANITOR.get_or_init(|| {
        let (orders, tasks) = channel();
        let url = url.to_owned();
        thread::spawn(move || work(&url, &tasks, until_exit));
        if until_exit {
            // SAFETY: the handler has C's calling convention and lives as long as the process.
            unsafe { libc::atexit(finish) };
        }
        orders
    });
}

/// Drops the database soon.
pub(super) fn drop_database(name: &str) {
    order(Task::Now(name.to_owned()));
}

/// Drops the database when the process exits.
pub(super) fn drop_at_exit(name: &str) {
    order(Task::AtExit(name.to_owned()));
}

fn order(task: Task) {
    if let Some(janitor) = JANITOR.get() {
        // It fails only when the janitor has left, and the server with it.
        let _ = janitor.send(task);
    }
}

fn work(url: &str, tasks: &Receiver<Task>, report: bool) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return;
    };
    let drop_now = |name: &str| {
        if let Err(error) = runtime.block_on(drop_with_connections(url, name))
            && report
        {
            eprintln!("the test database {name} stays: {error}");
        }
    };
    let mut at_exit = Vec::new();
    for task in tasks {
        match task {
            Task::Now(name) => drop_now(&name),
            Task::AtExit(name) => at_exit.push(name),
            Task::Exit(done) => {
                at_exit.iter().for_each(|name| drop_now(name));
                // Nobody waits any more once the time is over.
                let _ = done.send(());
            }
        }
    }
}

async fn drop_with_connections(url: &str, name: &str) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    // The name is made by us; a test may have left its pool open.
    let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    connection.execute(AssertSqlSafe(statement)).await?;
    connection.close().await
}

extern "C" fn finish() {
    let (done, finished) = channel();
    order(Task::Exit(done));
    // Too late is no worse than a process that was killed.
    let _ = finished.recv_timeout(Duration::from_secs(30));
}
