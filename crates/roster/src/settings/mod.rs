//! Settings: defaults < `roster.toml` < environment < flags.

#[cfg(test)]
mod example;
mod given;
mod keys;
mod problem;
mod size;
mod sources;
mod store_url;
#[cfg(test)]
mod tests;
mod told;

use std::time::Duration;

use roster_http::ProxyNet;
use roster_identity::{Registration, SecretKey};
use secrecy::SecretString;
use tracing_subscriber::filter::{LevelFilter, Targets};

use given::Given;
use keys::Key;
pub use problem::BadSetting;
pub use sources::Sources;
pub use store_url::StoreUrl;

/// Everything that can be set, in its final form.
pub struct Settings {
    /// `server.…`
    pub server: ServerSettings,
    /// `store.…`
    pub store: StoreSettings,
    /// `auth.…`
    pub auth: AuthSettings,
    /// `limits.…`
    pub limits: LimitSettings,
    /// `retention.…`
    pub retention: RetentionSettings,
    /// `log.…`
    pub log: LogSettings,
}

/// How the server is reached.
pub struct ServerSettings {
    /// `host:port`, at least one.
    pub listen: Vec<String>,
    /// `None`: as many as there are cores.
    pub workers: Option<usize>,
    /// Origins as browsers send them.
    pub cors_origins: Vec<String>,
    /// Whose word is taken for where a call comes from.
    pub trusted_proxies: Vec<ProxyNet>,
    /// Unready for that long before listeners close.
    pub drain: Duration,
}

/// Where the data is and how it is asked.
pub struct StoreSettings {
    /// Which store.
    pub url: StoreUrl,
    /// Connections to PostgreSQL.
    pub pool_size: u32,
    /// For statements about single things.
    pub statement_timeout: Duration,
}

/// Who may come in, and for how long.
pub struct AuthSettings {
    /// 64 hex digits each; the first signs, all verify. May be empty.
    pub secret_keys: Vec<SecretString>,
    /// Whether strangers may make an account.
    pub registration: Registration,
    /// Of an access token.
    pub access_ttl: Duration,
    /// Of a session.
    pub session_ttl: Duration,
    /// `None`: half the cores, 1 to 4.
    pub hash_threads: Option<usize>,
}

/// How much at once.
pub struct LimitSettings {
    /// Bytes of a request body.
    pub body: usize,
    /// Requests.
    pub in_flight: usize,
    /// Streamed lists.
    pub streams: usize,
    /// Bytes of files on their way: of exports in the folder for temporary files, and of imports in the store.
    pub spool: u64,
    /// How long requests in flight may take at a stop.
    pub shutdown: Duration,
}

/// How long what is over is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionSettings {
    /// Entries of the audit trail, from when they were made.
    pub audit: Duration,
    /// Sessions, from when they ended.
    pub sessions: Duration,
    /// Imports, from when they ended.
    pub imports: Duration,
}

/// What is logged, and how.
pub struct LogSettings {
    /// `None`: text on a terminal, JSON elsewhere.
    pub format: Option<LogFormat>,
    /// By module.
    pub level: Targets,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Settings {
    /// Reads all sources.
    ///
    /// # Errors
    /// At the first thing that can't be used.
    pub fn read(sources: Sources) -> Result<Self, BadSetting> {
        let mut values = sources.merge()?;
        let mut given = |name: &'static str| match (Key::named(name), values.remove(name)) {
            (Some(key), Some(value)) => Given::new(key, value),
            _ => Err(BadSetting::source(name, "has no value, not even by default")),
        };
        let second = Duration::from_secs(1);
        Ok(Self {
            server: ServerSettings {
                listen: listen(&given("server.listen")?)?,
                workers: given("server.workers")?.count_if_set(&(1..=1024))?,
                cors_origins: given("server.cors_origins")?
                    .list("origins such as https://example.org, or *", origin)?,
                trusted_proxies: given("server.trusted_proxies")?
                    .list("addresses or networks such as 10.0.0.0/8", |text| text.parse().ok())?,
                drain: given("server.drain")?.duration(Duration::ZERO)?,
            },
            store: StoreSettings {
                url: given("store.url")?.one(StoreUrl::EXPECTED, StoreUrl::parse)?,
                pool_size: given("store.pool_size")?.count(&(1..=1000))?,
                statement_timeout: given("store.statement_timeout")?.duration(Duration::from_millis(1))?,
            },
            auth: AuthSettings {
                secret_keys: given("auth.secret_key")?.list(SECRET_KEY, secret_key)?,
                registration: given("auth.registration")?.one("open or closed", registration)?,
                access_ttl: given("auth.access_ttl")?.duration(second)?,
                session_ttl: given("auth.session_ttl")?.duration(second)?,
                hash_threads: given("auth.hash_threads")?.count_if_set(&(1..=64))?,
            },
            limits: LimitSettings {
                // Smaller, and an ordinary contact wouldn't fit; larger, and it belongs to a streamed route.
                body: given("limits.body")?.size(&(4 << 10..=64 << 20))?,
                in_flight: given("limits.in_flight")?.count(&(1..=1_000_000))?,
                streams: given("limits.streams")?.count(&(1..=1_000_000))?,
                // Smaller, and not even one import of the usual size would fit.
                spool: given("limits.spool")?.size(&(1 << 20..=1 << 50))? as u64,
                shutdown: given("limits.shutdown")?.duration(Duration::ZERO)?,
            },
            retention: RetentionSettings {
                audit: given("retention.audit")?.duration(second)?,
                sessions: given("retention.sessions")?.duration(second)?,
                imports: given("retention.imports")?.duration(second)?,
            },
            log: LogSettings {
                format: given("log.format")?.one_if_set("text or json", log_format)?,
                level: given("log.level")?.one("off, error, warn, info, debug or trace, or by module", log_level)?,
            },
        })
    }
}

const SECRET_KEY: &str = "64 hexadecimal digits (openssl rand -hex 32 makes them), or several such, comma-separated";

fn secret_key(text: &str) -> Option<SecretString> {
    SecretKey::from_hex(text).ok().map(|_| SecretString::from(text))
}

fn listen(given: &Given) -> Result<Vec<String>, BadSetting> {
    let addresses = given.list("an address and a port, such as 127.0.0.1:8080 or [::1]:8080", address)?;
    if addresses.is_empty() { Err(given.bad("must name at least one address")) } else { Ok(addresses) }
}

fn address(text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':')?;
    let is_host = !host.is_empty() && !host.contains(['/', ' ']) && (host.starts_with('[') || !host.contains(':'));
    (is_host && port.parse::<u16>().is_ok()).then(|| text.to_owned())
}

/// As browsers send it: a scheme, a host, perhaps a port, and nothing behind them; or `*` for any.
fn origin(text: &str) -> Option<String> {
    if text == "*" {
        return Some(text.to_owned());
    }
    let (scheme, host) = text.split_once("://")?;
    let is_origin = matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains(['/', '?', '#', '*', ' ']);
    is_origin.then(|| text.to_ascii_lowercase())
}

fn registration(text: &str) -> Option<Registration> {
    match text {
        "open" => Some(Registration::Open),
        "closed" => Some(Registration::Closed),
        _ => None,
    }
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

/// `info` or `info,roster_http=debug`. A bare word must be a level: a misspelt one would be taken for a module.
fn log_level(text: &str) -> Option<Targets> {
    let mut targets = Targets::new();
    for piece in text.split(',').map(str::trim) {
        targets = match piece.split_once('=') {
            Some((module, level)) => targets.with_target(module.trim(), level.trim().parse::<LevelFilter>().ok()?),
            None => targets.with_default(piece.parse::<LevelFilter>().ok()?),
        };
    }
    Some(targets)
}
