//! Every setting there is: its name, what it is when nobody says anything, and one line about it.
//!
//! The defaults stand here once, as text, and are read by the same parsers as what people write. `.env.example` is
//! made from this table.

/// One setting.
pub struct Key {
    /// `section.key`, as in `roster.toml`.
    pub name: &'static str,
    /// Its default as it would be written; empty where there is none or where it depends on the machine.
    pub default: &'static str,
    /// One line for people.
    pub about: &'static str,
    /// Its value is never repeated in a message.
    pub secret: bool,
}

const fn key(name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { name, default, about, secret: false }
}

const fn secret(name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { name, default, about, secret: true }
}

/// All of them, by section.
pub const KEYS: &[Key] = &[
    key("server.listen", "127.0.0.1:8080", "Addresses to listen on, comma-separated."),
    key("server.workers", "", "Threads that answer requests; as many as there are cores when unset."),
    key(
        "server.cors_origins",
        "",
        "Origins whose pages may call from a browser, comma-separated, or *; none when unset.",
    ),
    key(
        "server.trusted_proxies",
        "",
        "Proxies whose X-Forwarded-For is believed: addresses or networks (10.0.0.0/8), comma-separated; none when unset.",
    ),
    key("server.drain", "0s", "How long /health/ready answers 503 before the listeners close at a stop."),
    secret(
        "store.url",
        "sqlite://roster.db",
        "sqlite://FILE or postgres://…; DATABASE_URL is taken when this is unset.",
    ),
    key(
        "store.pool_size",
        "10",
        "Connections to PostgreSQL for requests. Beside them each of the workers may have four, every two of them two to \
         write, and one more hears what other servers end.",
    ),
    key("store.statement_timeout", "2s", "How long PostgreSQL may take over a statement about single things."),
    secret(
        "auth.secret_key",
        "",
        "64 hex digits (openssl rand -hex 32); of several the first signs. Unset on SQLite: made, kept in roster.db.key.",
    ),
    key("auth.registration", "open", "open, or closed: accounts are made only by `roster user create`."),
    key("auth.access_ttl", "15m", "How long an access token is valid."),
    key("auth.session_ttl", "365d", "How long a session lives."),
    key("auth.hash_threads", "", "Threads that hash passwords (19 MiB each); half the cores, 1 to 4, when unset."),
    key("limits.body", "64KiB", "The longest request body."),
    key("limits.in_flight", "256", "Requests worked on at once; more are answered 503."),
    key("limits.streams", "256", "Lists streamed at once; more are answered 503."),
    key(
        "limits.spool",
        "4GiB",
        "How much room files on their way may take: exports in the folder for temporary files, and imports that wait in \
         the store, each so much, and half of it for one user; more are answered 503.",
    ),
    key("limits.shutdown", "20s", "How long requests in flight may take to end at a stop."),
    key("retention.audit", "400d", "How long entries of the audit trail are kept."),
    key("retention.sessions", "30d", "How long sessions are kept after their end."),
    key("retention.imports", "30d", "How long after its end an import can be undone, and its report read."),
    key("log.format", "", "text or json, to standard error; text on a terminal and json elsewhere when unset."),
    key("log.level", "info", "off, error, warn, info, debug or trace; also by module: info,roster_http=debug."),
];

impl Key {
    /// The key of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The environment variable that sets it: `server.listen` is `ROSTER_SERVER__LISTEN`.
    pub fn variable(&self) -> String {
        variable(self.name)
    }

    /// The key whose name is most like this one.
    pub fn nearest(name: &str) -> &'static Self {
        // In the environment the dot is `__`, and people write `_`.
        let plain = |name: &str| name.replace(['.', '-'], "_").replace("__", "_");
        let wanted = plain(name);
        let likeness = |key: &&Key| strsim::normalized_damerau_levenshtein(&plain(key.name), &wanted);
        KEYS.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).unwrap_or(&KEYS[0])
    }
}

/// The environment's name for a key.
pub fn variable(name: &str) -> String {
    format!("ROSTER_{}", name.replace('.', "__").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("server.listne", "server.listen")]
    #[case("sever.listen", "server.listen")]
    #[case("server_listen", "server.listen")]
    #[case("store.database_url", "store.url")]
    #[case("auth.secretkey", "auth.secret_key")]
    #[case("limits.inflight", "limits.in_flight")]
    fn the_nearest_key(#[case] misspelt: &str, #[case] meant: &str) {
        assert_eq!(Key::nearest(misspelt).name, meant);
    }

    #[test]
    fn names_are_sections_and_keys_once_each() {
        for (at, key) in KEYS.iter().enumerate() {
            assert_eq!(key.name.split('.').count(), 2, "{}", key.name);
            assert!(KEYS[..at].iter().all(|other| other.name != key.name), "{} stands twice", key.name);
        }
    }
}
