//! `roster health`: for what looks after servers where there is no curl.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, bail};
use ureq::Agent;

use super::address::callable;
use crate::cli::HealthArgs;
use crate::output::say;

/// The server itself gives its store a second.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks once.
///
/// # Errors
/// When the server doesn't answer, or isn't ready.
pub fn run(args: HealthArgs) -> anyhow::Result<()> {
    let url = match args.url {
        Some(url) => url,
        None => format!("http://{}", address(&super::settings(args.settings, Vec::new())?.server.listen)?),
    };
    let url = format!("{}/health/ready", url.trim_end_matches('/'));
    match ask(&url).with_context(|| url.clone())? {
        200 => say("ready"),
        503 => bail!("{url}: not ready: the store can't be worked with, or the server is stopping"),
        other => bail!("{url} answered {other}: that is no server of this kind"),
    }
    Ok(())
}

/// Whether a server of this kind answers at an address.
pub fn is_served(address: SocketAddr) -> bool {
    ask(&format!("http://{}/health/live", callable(address))).is_ok_and(|status| status == 200)
}

fn address(listen: &[String]) -> anyhow::Result<SocketAddr> {
    let first = listen.first().context("server.listen names no address")?;
    let found = first.to_socket_addrs().with_context(|| format!("can't find {first} (server.listen)"))?.next();
    Ok(callable(found.with_context(|| format!("{first} (server.listen) has no address"))?))
}

/// The status of the answer. Straight there: a proxy of the environment is for other hosts.
fn ask(url: &str) -> Result<u16, ureq::Error> {
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).proxy(None).build();
    Ok(config.new_agent().get(url).call()?.status().as_u16())
}
