//! What is said when the server is up: where it is, and the three calls to make first.

use std::fmt;
use std::net::SocketAddr;

use crate::commands::address::callable;

/// Lines to copy and paste: the second leaves the access token in the shell's `$TOKEN` for the third.
pub struct Greeting<'a>(pub &'a [SocketAddr]);

impl fmt::Display for Greeting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses: Vec<String> = self.0.iter().map(|address| format!("http://{address}")).collect();
        writeln!(f, "Roster {}, contacts and contact groups, on {}", env!("CARGO_PKG_VERSION"), addresses.join(" "))?;
        let Some(address) = self.0.first() else { return Ok(()) };
        let base = format!("http://{}", callable(*address));
        write!(
            f,
            r#"
The three calls to make first: an account, a sign-in, a contact.

curl -sS {base}/users -d '{{"email": "ada@example.org", "password": "a-long-passphrase"}}'
TOKEN=$(curl -sS {base}/sessions -d '{{"email": "ada@example.org", "password": "a-long-passphrase"}}' | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
curl -sS {base}/contact -H "Authorization: Bearer $TOKEN" -d '{{"name": "Amina Bello", "number": "2348000000001"}}'
"#
        )
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    #[test]
    fn calls_go_where_they_can_arrive() {
        let everywhere = [SocketAddr::from(([0, 0, 0, 0], 8080)), SocketAddr::from((Ipv6Addr::UNSPECIFIED, 8080))];
        let text = Greeting(&everywhere).to_string();
        assert!(text.starts_with("Roster "));
        assert!(text.lines().next().unwrap().ends_with("on http://0.0.0.0:8080 http://[::]:8080"), "{text}");
        assert_eq!(text.matches("curl -sS http://127.0.0.1:8080/").count(), 3, "{text}");
    }
}
