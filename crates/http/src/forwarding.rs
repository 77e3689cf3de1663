//! Where a call came from, when proxies stand in between.
//!
//! Each proxy adds the address it was called from to the end of `X-Forwarded-For`. Whoever calls may have put anything
//! at its beginning, so it is read from its end, and only for as long as a proxy that is trusted wrote it.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use actix_web::http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;

const HEADER: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of a proxy, or of a network of them: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyNet(IpNet);

/// The text is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither an IP address nor a network such as 10.0.0.0/8")]
pub struct MalformedNet;

impl FromStr for ProxyNet {
    type Err = MalformedNet;

    fn from_str(text: &str) -> Result<Self, MalformedNet> {
        let net: IpNet = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| MalformedNet)?;
        // Callers' addresses are looked at as IPv4 where that is what they are: this would hold none of them.
        match net {
            IpNet::V6(mapped) if mapped.network().to_ipv4_mapped().is_some() => Err(MalformedNet),
            net => Ok(Self(net)),
        }
    }
}

impl ProxyNet {
    fn holds(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

/// Who called: the peer, or whom trusted proxies say they were called by.
pub fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[ProxyNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.holds(address));
    let mut caller = peer.to_canonical();
    if !is_trusted(caller) {
        return caller;
    }
    let lines: Vec<&str> = headers.get_all(HEADER).map(|line| line.to_str().unwrap_or("?")).collect();
    for hop in lines.iter().flat_map(|line| line.split(',')).rev() {
        // What can't be read was written by nobody whose word counts.
        let Some(address) = read(hop.trim()) else { break };
        caller = address.to_canonical();
        if !is_trusted(caller) {
            break;
        }
    }
    caller
}

/// Some proxies add the port.
fn read(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;
    use proptest::prelude::*;
    use rstest::rstest;

    fn found(peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"].map(|net| net.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HEADER, HeaderValue::from_str(line).unwrap());
        }
        caller(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[rstest]
    #[case("203.0.113.5", &["198.51.100.1"], "203.0.113.5")]
    #[case("10.1.2.3", &[], "10.1.2.3")]
    #[case("10.1.2.3", &["198.51.100.1"], "198.51.100.1")]
    #[case("10.1.2.3", &["6.6.6.6, 198.51.100.1"], "198.51.100.1")]
    #[case("10.1.2.3", &["6.6.6.6", "198.51.100.1, 192.0.2.7"], "198.51.100.1")]
    #[case("10.1.2.3", &["10.9.9.9"], "10.9.9.9")]
    #[case("10.1.2.3", &["198.51.100.1, garbage, 192.0.2.7"], "192.0.2.7")]
    #[case("10.1.2.3", &["garbage"], "10.1.2.3")]
    #[case("10.1.2.3", &[""], "10.1.2.3")]
    #[case("::ffff:10.1.2.3", &["::ffff:198.51.100.1"], "198.51.100.1")]
    #[case("fd00::1", &["2001:db8::1"], "2001:db8::1")]
    #[case("10.1.2.3", &["[2001:db8::1]:443"], "2001:db8::1")]
    #[case("10.1.2.3", &["[2001:db8::1]"], "2001:db8::1")]
    #[case("10.1.2.3", &["198.51.100.1:55"], "198.51.100.1")]
    fn callers(#[case] peer: &str, #[case] lines: &[&str], #[case] expected: &str) {
        assert_eq!(found(peer, lines), expected);
    }

    #[rstest]
    #[case("10.0.0.0/8", true)]
    #[case("10.0.0.1", true)]
    #[case("fd00::/8", true)]
    #[case("::ffff:10.0.0.0/104", false)]
    #[case("::ffff:10.0.0.1", false)]
    #[case("10.0.0.0/33", false)]
    #[case("localhost", false)]
    #[case("", false)]
    fn nets(#[case] text: &str, #[case] good: bool) {
        assert_eq!(text.parse::<ProxyNet>().is_ok(), good);
    }

    proptest! {
        #[test]
        fn whoever_is_not_trusted_is_the_caller(peer: [u8; 4], line in "[ -~]{0,60}") {
            let peer = IpAddr::from(peer);
            prop_assume!(peer.to_string() != "192.0.2.7" && !peer.to_string().starts_with("10."));
            prop_assert_eq!(found(&peer.to_string(), &[&line]), peer.to_string());
        }
    }
}
