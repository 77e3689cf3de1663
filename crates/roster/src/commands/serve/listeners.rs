//! The sockets that requests come in by.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use anyhow::{Context, anyhow};
use listenfd::ListenFd;
use socket2::{Domain, Protocol, Socket, Type};

/// So many connections may wait to be taken in; the standard library's 128 is little for a burst.
const BACKLOG: i32 = 1024;

/// Those that the service manager passed on (systemd's socket activation), whatever the addresses say; where there are
/// none, the addresses'. To be called once: what was passed on can be taken once.
///
/// # Errors
/// When an address can't be had, or what was passed on can't be listened on.
pub fn open(addresses: &[String]) -> anyhow::Result<Vec<TcpListener>> {
    let passed_on = passed_on().context("a socket was passed on that isn't for TCP (ListenStream=)")?;
    if passed_on.is_empty() { bind(addresses) } else { Ok(passed_on) }
}

fn passed_on() -> io::Result<Vec<TcpListener>> {
    let mut sockets = ListenFd::from_env();
    (0..sockets.len()).filter_map(|at| sockets.take_tcp_listener(at).transpose()).collect()
}

/// Listens on each address; a name is listened on at all its addresses.
///
/// # Errors
/// Naming the address, when one can't be had.
pub fn bind(addresses: &[String]) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        let found = address.to_socket_addrs().with_context(|| format!("can't find {address} (server.listen)"))?;
        for found in found {
            listeners.push(listen(found).map_err(|error| explain(&error, address))?);
        }
    }
    Ok(listeners)
}

/// Where the sockets really are, also when any free port was asked for.
///
/// # Errors
/// When the operating system doesn't say.
pub fn local_addresses(listeners: &[TcpListener]) -> io::Result<Vec<SocketAddr>> {
    listeners.iter().map(TcpListener::local_addr).collect()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Or the port couldn't be had again for a minute after a stop.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // So that 0.0.0.0 and [::] can stand side by side.
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn explain(error: &io::Error, address: &str) -> anyhow::Error {
    let problem = match error.kind() {
        ErrorKind::AddrInUse => "another program listens there".to_owned(),
        ErrorKind::PermissionDenied => "that needs more rights (ports below 1024 are the administrator's)".to_owned(),
        ErrorKind::AddrNotAvailable => "this machine doesn't have that address".to_owned(),
        _ => error.to_string(),
    };
    anyhow!("can't listen on {address}: {problem}. Another address is chosen by --listen or server.listen")
}
