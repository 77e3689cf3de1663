//! `roster serve`: the API.

mod greeting;
pub mod listeners;
mod manager;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::{self, task::JoinHandle};
use anyhow::Context;
use roster_http::Readiness;
use roster_transfer::RunningWorkers;
use tracing::info;

use crate::cli::ServeArgs;
use crate::clock::SystemClock;
use crate::commands::signals::{self, Stop};
use crate::entropy::SystemEntropy;
use crate::housekeeping::Housekeeper;
use crate::services::{http_settings, import_workers, services};
use crate::store::{OpenStore, Pending};
use crate::{keys, output, telemetry};
use greeting::Greeting;

/// Serves until SIGTERM or SIGINT, then ends what is under way and closes the store.
///
/// # Errors
/// When it can't begin: a port is taken, the store can't be reached or isn't migrated, there is no key.
pub fn run(args: ServeArgs) -> anyhow::Result<()> {
    let settings = super::settings(args.settings, args.listen)?;
    let _log = telemetry::start_beside(&settings.log)?;
    let keys = keys::ring(&settings.auth, &settings.store.url, &SystemEntropy)?;
    let listeners = listeners::open(&settings.server.listen)?;

    // The store lives on a runtime of its own, from before the first request until after the last: its sockets belong
    // to the runtime that opened them, and the server's workers come and go with their own.
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_name("store").enable_all().build()?;
    let pending = if args.migrate { Pending::Apply } else { Pending::Refuse };
    let store = runtime.block_on(OpenStore::open(&settings.store, pending))?;

    let stop = signals::watch(runtime.handle())?;
    let readiness = Readiness::new();
    let housekeeper = Housekeeper::new(store.ports().housekeeping, Arc::new(SystemClock), settings.retention);
    let housekeeping = housekeeper.start(&runtime);
    let services = services(store.ports(), keys, &settings.auth);
    let importing = import_workers(&services, &settings.retention).start(runtime.handle());
    let outcome = rt::System::new().block_on(async {
        let addresses = listeners::local_addresses(&listeners)?;
        let server = roster_http::serve(listeners, services, http_settings(&settings), readiness.clone())?;
        let handle = server.handle();
        let running = rt::spawn(server);
        output::say(Greeting(&addresses));
        manager::ready();
        until_stopped(stop, handle, running, &readiness, &importing, settings.server.drain).await
    });
    runtime.block_on(async {
        importing.end().await;
        housekeeping.end().await;
        store.close().await;
    });
    info!("stopped");
    outcome
}

/// For so long at least every answer says that it is its connection's last, before connections close by themselves: a
/// request that is on its way at that moment would get no answer.
const LAST_ANSWERS: Duration = Duration::from_millis(500);

/// Waits for a signal, and then for the end of what is under way.
async fn until_stopped(
    stop: Stop,
    handle: ServerHandle,
    mut running: JoinHandle<io::Result<()>>,
    readiness: &Readiness,
    importing: &RunningWorkers,
    drain: Duration,
) -> anyhow::Result<()> {
    tokio::select! {
        ended = &mut running => return ended?.context("the server ended by itself"),
        name = stop.told() => {
            readiness.drain();
            manager::stopping();
            // What they leave behind may go on on another server from now on.
            importing.stop();
            info!("{name}: stopping; once more, and it ends at once");
        }
    }
    tokio::time::sleep(drain.max(LAST_ANSWERS)).await;
    handle.stop(true).await;
    running.await?.context("the server failed")
}
