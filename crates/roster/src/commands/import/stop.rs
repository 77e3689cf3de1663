//! Ctrl-C, and SIGTERM: the first one ends the import behind the act it is in, the second one at once.

use std::future::pending;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tracing::warn;

/// Ends when the first one comes; they are watched for from here on.
///
/// # Errors
/// When the operating system refuses.
pub fn told() -> io::Result<impl Future<Output = ()>> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        next(&mut term, &mut int).await;
        // Nobody waits for it any more when the import has ended by itself.
        let _ = tell.send(());
        next(&mut term, &mut int).await;
        warn!("told again: ending at once");
        std::process::exit(1);
    });
    Ok(async move {
        if told.await.is_err() {
            pending::<()>().await;
        }
    })
}

async fn next(term: &mut Signal, int: &mut Signal) {
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
