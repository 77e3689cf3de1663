//! Whether requests could come in.

use std::net::{SocketAddr, ToSocketAddrs};

use super::finding::Finding;
use crate::commands::health::is_served;
use crate::commands::serve::listeners;

const ABOUT: &str = "listening";

const TO_LOOK_FOR: &str = "What listens where is told by ss -ltnp, and which addresses there are by ip address";

/// Listens on each for a moment, as a server would. One that runs already holds its address, rightly.
pub fn examine(listen: &[String]) -> Vec<Finding> {
    listen.iter().map(one).collect()
}

fn one(address: &String) -> Finding {
    match listeners::bind(std::slice::from_ref(address)) {
        Ok(_) => Finding::ok(ABOUT, format_args!("{address} is free")),
        Err(_) if resolved(address).any(is_served) => Finding::ok(ABOUT, format_args!("a server answers on {address}")),
        Err(error) => Finding::fail(ABOUT, format_args!("{error:#}"), TO_LOOK_FOR),
    }
}

fn resolved(address: &str) -> impl Iterator<Item = SocketAddr> {
    address.to_socket_addrs().into_iter().flatten()
}
