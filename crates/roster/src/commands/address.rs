//! Where a server on this machine is called.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// Who listens everywhere can be called at home.
pub fn callable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        other => other,
    }
}
