//! The signals that mean stop: SIGTERM (service managers) and SIGINT (Ctrl-C).

use std::io;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tracing::warn;

use crate::telemetry;

/// From here on the first one is told of, by its name, and the second ends the process at once, whatever it is doing
/// then: waiting for requests in flight, or closing the store.
///
/// # Errors
/// When the operating system refuses.
pub fn watch(runtime: &Runtime) -> io::Result<oneshot::Receiver<&'static str>> {
    let _context = runtime.enter();
    let mut signals = Signals { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? };
    let (tell, told) = oneshot::channel();
    runtime.spawn(async move {
        // Nobody waits for it any more when the server has ended by itself.
        let _ = tell.send(signals.next().await);
        warn!("{} again: ending at once", signals.next().await);
        telemetry::settle();
        std::process::exit(1);
    });
    Ok(told)
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
