//! The signals that mean stop: SIGTERM (service managers) and SIGINT (Ctrl-C).

use std::future::pending;
use std::io;

use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tracing::warn;

use crate::telemetry;

/// Hears of the first one.
#[derive(Clone)]
pub struct Stop(watch::Receiver<Option<&'static str>>);

/// From here on the first one is heard of, and the second ends the process at once, whatever it is doing then: waiting
/// for requests in flight, taking in rows, or closing the store.
///
/// # Errors
/// When the operating system refuses.
pub fn watch(runtime: &Handle) -> io::Result<Stop> {
    let _context = runtime.enter();
    let mut signals = Signals { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? };
    let (tell, told) = watch::channel(None);
    runtime.spawn(async move {
        // Nobody waits for it any more when what was to be stopped has ended by itself.
        let _ = tell.send(Some(signals.next().await));
        warn!("{} again: ending at once", signals.next().await);
        telemetry::settle();
        std::process::exit(1);
    });
    Ok(Stop(told))
}

impl Stop {
    /// Ends when it comes, with its name.
    pub async fn told(mut self) -> &'static str {
        let name = self.0.wait_for(Option::is_some).await.ok().and_then(|name| *name);
        match name {
            Some(name) => name,
            // Nobody is there any more to say so.
            None => pending().await,
        }
    }
}

struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.int.recv() => "SIGINT",
        }
    }
}
