//! A server of one's own, for tests that break it.
#![expect(unsafe_code, reason = "a handler is registered with the C library")]

use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

use anyhow::Result;
use tokio::task::spawn_blocking;

use super::cluster::Cluster;

/// How a [`Server`] runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether a commit survives a crash, as in production. Without it the server is faster.
    pub durable: bool,
}

/// A PostgreSQL server with a data folder of its own. Dropped, it stops and its folder is removed.
pub struct Server {
    cluster: Arc<Cluster>,
    url: String,
}

impl Server {
    /// Starts a server.
    ///
    /// # Panics
    ///
    /// If there are no PostgreSQL binaries, or they fail; the message says why.
    pub async fn start(options: Options) -> Self {
        Self::try_start(options).await.unwrap_or_else(|failure| panic!("no test server: {failure:#}"))
    }

    pub(super) async fn try_start(options: Options) -> Result<Self> {
        let cluster = spawn_blocking(move || {
            let cluster = Cluster::create(options)?;
            stop_at_exit(&cluster);
            anyhow::Ok(cluster)
        })
        .await??;
        let url = cluster.url();
        Ok(Self { cluster, url })
    }

    /// The URL of the database `postgres`, for the superuser; a restart doesn't change it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Kills the postmaster and its backends with SIGKILL. The data folder stays.
    pub fn kill_hard(&self) {
        self.cluster.kill();
    }

    /// Starts the server again on the same data; one that runs is shut down first.
    ///
    /// # Panics
    ///
    /// If it doesn't come up.
    pub async fn restart(&self) {
        let cluster = Arc::clone(&self.cluster);
        let started = spawn_blocking(move || {
            cluster.stop();
            cluster.start()
        })
        .await;
        match started {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => panic!("the test server doesn't start again: {failure:#}"),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.cluster.remove();
    }
}

static RUNNING: Mutex<Vec<Weak<Cluster>>> = Mutex::new(Vec::new());

/// Servers in statics, or in threads that outlive the tests, are never dropped: they are stopped here.
fn stop_at_exit(cluster: &Arc<Cluster>) {
    static REGISTERED: Once = Once::new();

    REGISTERED.call_once(|| {
        // SAFETY: the handler has C's calling convention and lives as long as the process.
        // Should it not be taken, the kernel stops the servers and the next run sweeps.
        unsafe { libc::atexit(remove_all) };
    });
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.retain(|cluster| cluster.strong_count() > 0);
    running.push(Arc::downgrade(cluster));
}

extern "C" fn remove_all() {
    let running = std::mem::take(&mut *RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
    for cluster in running.iter().filter_map(Weak::upgrade) {
        cluster.remove();
    }
}
