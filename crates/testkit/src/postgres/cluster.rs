//! A data folder and the postmaster that serves it.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::binaries::Binaries;
use super::folder::{self, Folder};
use super::server::Options;
use super::{keeper, process};

const USER: &str = "postgres";
const PORT: u16 = 5432;

/// For an immediate shutdown, after which the postmaster is killed.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// Includes the recovery after a crash, on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// For tests without faults: a machine that goes down takes the whole server with it anyway.
const CARELESS: [&str; 5] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_init_zero=off",
    // It would hold the template while that is being cloned.
    "autovacuum=off",
];
const DURABLE: [&str; 3] = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"];
const ALWAYS: [&str; 3] = [
    // The socket is the only way in.
    "listen_addresses=",
    "max_connections=200",
    // Files in the data folder: they vanish with it, even if the server is killed.
    "dynamic_shared_memory_type=mmap",
];

pub(super) struct Cluster {
    folder: Folder,
    binaries: Binaries,
    options: Options,
    postmaster: Mutex<Option<Child>>,
}

impl Cluster {
    /// Makes the folder, initialises it and starts the postmaster. Blocks for about a second.
    pub(super) fn create(options: Options) -> Result<Arc<Self>> {
        folder::sweep();
        let folder = Folder::create()?;
        let binaries = match Binaries::find(&folder) {
            Ok(binaries) => binaries,
            Err(failure) => {
                folder.remove();
                return Err(failure);
            }
        };
        let cluster = Arc::new(Self { folder, binaries, options, postmaster: Mutex::new(None) });
        let started = cluster.initialise().and_then(|()| cluster.start());
        if let Err(failure) = started {
            cluster.remove();
            return Err(failure);
        }
        Ok(cluster)
    }

    /// The URL of the database `postgres` on this server, for the superuser.
    pub(super) fn url(&self) -> String {
        let folder = self.folder.path().display().to_string();
        let host = folder.replace('/', "%2F");
        // Port and encryption are spelt out because sqlx takes what is missing from the environment.
        format!("postgres://{USER}@{host}:{PORT}/postgres?sslmode=disable")
    }

    /// Starts the postmaster and waits until it takes connections.
    pub(super) fn start(&self) -> Result<()> {
        let mut command = self.binaries.command("postgres", &self.folder);
        command.arg("-D").arg(self.folder.data());
        command.arg("-k").arg(self.folder.path());
        command.arg("-p").arg(PORT.to_string());
        let choice: &[&str] = if self.options.durable { &DURABLE } else { &CARELESS };
        for setting in ALWAYS.iter().chain(choice) {
            command.arg("-c").arg(setting);
        }

        let mut postmaster = self.postmaster();
        ensure!(postmaster.is_none(), "the server is running already");
        let child = self.spawn(command)?;
        let pid = child.id();
        let child = postmaster.insert(child);
        let mut ended = None;
        let is_settled = || {
            ended = child.try_wait().ok().flatten();
            ended.is_some() || self.is_ready(pid)
        };
        let settled = process::wait_until(START_LIMIT, is_settled);
        if let Some(status) = ended {
            *postmaster = None;
            bail!("postgres ended with {status}: {}", self.log());
        }
        ensure!(settled, "postgres does not get ready: {}", self.log());
        Ok(())
    }

    /// Shuts down at once, without a checkpoint; nothing happens if it isn't running.
    pub(super) fn stop(&self) {
        if let Some(mut child) = self.postmaster().take() {
            process::signal(child.id(), libc::SIGQUIT);
            let has_ended = || child.try_wait().is_ok_and(|status| status.is_some());
            if !process::wait_until(STOP_LIMIT, has_ended) {
                process::kill_with_children(child.id());
                // It can only fail if somebody else has waited for it.
                let _ = child.wait();
            }
        }
    }

    /// Kills the postmaster and its backends.
    pub(super) fn kill(&self) {
        if let Some(mut child) = self.postmaster().take() {
            process::kill_with_children(child.id());
            // As above.
            let _ = child.wait();
        }
    }

    /// Stops the server and removes every trace of it.
    pub(super) fn remove(&self) {
        self.stop();
        self.folder.remove();
    }

    fn initialise(&self) -> Result<()> {
        let mut command = self.binaries.command("initdb", &self.folder);
        command.args(["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]);
        command.args(["--auth=trust", "--username", USER, "--pgdata"]);
        command.arg(self.folder.data());
        let status = self.spawn(command)?.wait()?;
        ensure!(status.success(), "initdb ended with {status}: {}", self.log());
        Ok(())
    }

    fn spawn(&self, mut command: Command) -> Result<Child> {
        let log = File::options().create(true).append(true).open(self.folder.log())?;
        let program = command.get_program().to_owned();
        command.stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log);
        keeper::spawn(command).with_context(|| format!("can't start {}", program.display()))
    }

    /// The postmaster writes its state as the eighth line of its file; `pg_ctl` looks there, too.
    fn is_ready(&self, pid: u32) -> bool {
        self.folder.pid_file().is_some_and(|file| {
            let mut lines = file.lines().map(str::trim);
            lines.next() == Some(pid.to_string().as_str()) && lines.nth(6) == Some("ready")
        })
    }

    /// The end of the log, for a failure's message.
    fn log(&self) -> String {
        let log = fs::read_to_string(self.folder.log()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn postmaster(&self) -> MutexGuard<'_, Option<Child>> {
        // A child remains what it was, whoever panicked.
        self.postmaster.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
