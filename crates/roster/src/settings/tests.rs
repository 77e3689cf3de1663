//! How sources become settings.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::time::Duration;

use roster_http::HttpSettings;
use roster_identity::{IdentitySettings, Registration};
use roster_postgres::PostgresOptions;
use rstest::rstest;

use super::keys::KEYS;
use super::{Settings, Sources, StoreUrl};

const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// A value for every key that isn't its default, with what must be told of it afterwards.
const OTHERS: &[(&str, &str)] = &[
    ("server.listen", "127.0.0.1:9001, [::1]:9001"),
    ("server.workers", "3"),
    ("server.cors_origins", "https://example.org,http://localhost:3000"),
    ("server.trusted_proxies", "192.0.2.1, 10.0.0.0/8,fd00::/8"),
    ("server.drain", "5s"),
    ("store.url", "sqlite:///srv/other.db"),
    ("store.pool_size", "4"),
    ("store.statement_timeout", "1500ms"),
    ("auth.secret_key", KEY),
    ("auth.registration", "closed"),
    ("auth.access_ttl", "1h 30m"),
    ("auth.session_ttl", "30d"),
    ("auth.hash_threads", "2"),
    ("limits.body", "128KiB"),
    ("limits.in_flight", "16"),
    ("limits.streams", "8"),
    ("limits.spool", "5MiB"),
    ("limits.shutdown", "3s"),
    ("retention.audit", "90d"),
    ("retention.sessions", "12h"),
    ("retention.imports", "2d"),
    ("log.format", "json"),
    ("log.level", "warn,roster_http=debug"),
];

fn environment(variables: &[(&str, &str)]) -> Sources {
    let environment = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    Sources { environment, ..Sources::default() }
}

fn file(text: &str) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("settings.toml");
    fs::write(&path, text).unwrap();
    (folder, Sources { file: Some(path), ..Sources::default() })
}

fn error(sources: Sources) -> String {
    Settings::read(sources).map(|_| ()).unwrap_err().to_string()
}

fn database_file(settings: &Settings) -> &str {
    match &settings.store.url {
        StoreUrl::Sqlite(path) => path.to_str().unwrap(),
        StoreUrl::Postgres(_) => panic!("it is no file"),
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn defaults_are_those_of_the_parts_they_go_to() {
    let settings = Settings::read(Sources::default()).unwrap();
    let http = HttpSettings::default();
    let limits = &settings.limits;
    assert_eq!(
        (limits.body, limits.in_flight, limits.streams, limits.shutdown, &settings.server.cors_origins),
        (http.body_limit, http.in_flight, http.streams, http.shutdown, &http.cors_origins)
    );
    assert_eq!(settings.server.trusted_proxies, http.trusted_proxies);
    let identity = IdentitySettings::default();
    assert_eq!(
        (settings.auth.access_ttl, settings.auth.session_ttl, settings.auth.registration),
        (identity.access_ttl, identity.session_ttl, identity.registration)
    );
    let postgres = PostgresOptions::default();
    let store = &settings.store;
    assert_eq!((store.pool_size, store.statement_timeout), (postgres.pool_size, postgres.statement_timeout));

    assert_eq!(settings.server.listen, ["127.0.0.1:8080"]);
    assert_eq!((settings.server.workers, settings.auth.hash_threads), (None, None));
    assert_eq!(database_file(&settings), "roster.db");
    assert!(settings.auth.secret_keys.is_empty());
    let retention = &settings.retention;
    assert_eq!((retention.audit, retention.sessions), (seconds(400 * 86_400), seconds(30 * 86_400)));
    assert_eq!((retention.imports, limits.spool), (seconds(30 * 86_400), 4 << 30));
}

fn assert_others(settings: &Settings) {
    assert_eq!(settings.server.listen, ["127.0.0.1:9001", "[::1]:9001"]);
    assert_eq!(settings.server.workers, Some(3));
    assert_eq!(settings.server.cors_origins, ["https://example.org", "http://localhost:3000"]);
    let proxies = ["192.0.2.1", "10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap());
    assert_eq!(settings.server.trusted_proxies, proxies);
    assert_eq!(settings.server.drain, seconds(5));
    assert_eq!(database_file(settings), "/srv/other.db");
    assert_eq!((settings.store.pool_size, settings.store.statement_timeout), (4, Duration::from_millis(1500)));
    assert_eq!(settings.auth.secret_keys.len(), 1);
    assert_eq!(settings.auth.registration, Registration::Closed);
    assert_eq!((settings.auth.access_ttl, settings.auth.session_ttl), (seconds(5400), seconds(30 * 86_400)));
    assert_eq!(settings.auth.hash_threads, Some(2));
    let limits = &settings.limits;
    assert_eq!((limits.body, limits.in_flight, limits.streams, limits.shutdown), (131_072, 16, 8, seconds(3)));
    let retention = &settings.retention;
    assert_eq!((retention.audit, retention.sessions), (seconds(90 * 86_400), seconds(12 * 3600)));
    assert_eq!((retention.imports, limits.spool), (seconds(2 * 86_400), 5 << 20));
    assert_eq!(settings.log.format, Some(super::LogFormat::Json));
    assert_eq!(settings.log.level.to_string(), "roster_http=debug,warn");
}

#[test]
fn every_key_can_be_set_by_the_environment() {
    assert_eq!(OTHERS.len(), KEYS.len());
    let variables: Vec<(String, &str)> =
        OTHERS.iter().map(|(name, value)| (super::keys::variable(name), *value)).collect();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_others(&Settings::read(environment(&variables)).unwrap());
}

#[test]
fn every_key_can_be_set_by_the_file() {
    let text: String = OTHERS.iter().map(|(name, value)| format!("{name} = {value:?}\n")).collect();
    let (_folder, sources) = file(&text);
    assert_others(&Settings::read(sources).unwrap());
}

#[test]
fn a_file_may_use_tables_numbers_and_lists() {
    let (_folder, sources) =
        file("[server]\nlisten = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\nworkers = 3\n[limits]\nbody = 65536\n[log]\n");
    let settings = Settings::read(sources).unwrap();
    assert_eq!(settings.server.listen, ["127.0.0.1:1", "127.0.0.1:2"]);
    assert_eq!((settings.server.workers, settings.limits.body), (Some(3), 65_536));
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let (_folder, mut sources) = file("[store]\npool_size = 1\nstatement_timeout = \"1s\"\nurl = \"sqlite://file.db\"");
    sources.environment = environment(&[
        ("ROSTER_STORE__STATEMENT_TIMEOUT", "3s"),
        ("ROSTER_STORE__URL", "sqlite://variable.db"),
        ("ROSTER_LOG__LEVEL", ""),
    ])
    .environment;
    sources.flags = vec![("store.url", vec!["sqlite://flag.db".to_owned()])];
    let settings = Settings::read(sources).unwrap();
    assert_eq!((settings.store.pool_size, settings.store.statement_timeout), (1, seconds(3)));
    assert_eq!(database_file(&settings), "flag.db");
}

#[rstest]
#[case(&[("DATABASE_URL", "sqlite://theirs.db")], "theirs.db")]
#[case(&[("DATABASE_URL", "sqlite://theirs.db"), ("ROSTER_STORE__URL", "sqlite://ours.db")], "ours.db")]
fn database_url_is_taken_unless_ours_is_set(#[case] variables: &[(&str, &str)], #[case] file: &str) {
    assert_eq!(database_file(&Settings::read(environment(variables)).unwrap()), file);
}

#[rstest]
#[case("ROSTER_SERVER__LISTNE", "ROSTER_SERVER__LISTEN")]
#[case("ROSTER_SERVER_LISTEN", "ROSTER_SERVER__LISTEN")]
#[case("ROSTER_AUTH__SECRET", "ROSTER_AUTH__SECRET_KEY")]
fn a_misspelt_variable_is_told_with_the_nearest(#[case] variable: &str, #[case] nearest: &str) {
    let text = error(environment(&[(variable, "correct-horse")]));
    assert!(text.contains(&format!("the nearest is {nearest} (")), "{text}");
    assert!(text.contains("in the environment") && !text.contains("horse"), "{text}");
}

#[rstest]
#[case("[server]\nlisten-on = \"127.0.0.1:1\"", "server.listen-on", "server.listen")]
#[case("[sever]\nlisten = \"127.0.0.1:1\"", "sever.listen", "server.listen")]
#[case("[sever]\n", "sever", "server.")]
#[case("listen = \"127.0.0.1:1\"", "listen", "server.listen")]
#[case("[store.url]\npath = \"x\"", "store.url.path", "store.url")]
fn a_misspelt_key_in_the_file_is_told_with_the_nearest(
    #[case] toml: &str,
    #[case] misspelt: &str,
    #[case] nearest: &str,
) {
    let (_folder, sources) = file(toml);
    let text = error(sources);
    assert!(text.starts_with(&format!("{misspelt} (")) && text.contains("settings.toml): "), "{text}");
    assert!(text.contains(&format!("the nearest is {nearest}")), "{text}");
}

#[test]
fn what_kubernetes_puts_beside_a_service_called_roster_is_no_setting() {
    let links = [
        ("ROSTER_SERVICE_HOST", "10.0.0.1"),
        ("ROSTER_SERVICE_PORT", "8080"),
        ("ROSTER_PORT", "tcp://10.0.0.1:8080"),
        ("ROSTER_PORT_8080_TCP_ADDR", "10.0.0.1"),
    ];
    Settings::read(environment(&links)).map(|_| ()).unwrap();
}

#[rstest]
#[case("ROSTER_SERVER__LISTEN", "8080", "such as 127.0.0.1:8080")]
#[case("ROSTER_SERVER__LISTEN", ",", "at least one")]
#[case("ROSTER_SERVER__LISTEN", "localhost:99999", "such as 127.0.0.1:8080")]
#[case("ROSTER_SERVER__WORKERS", "0", "from 1 to 1024, not \"0\"")]
#[case("ROSTER_SERVER__CORS_ORIGINS", "https://example.org/path", "not \"https://example.org/path\"")]
#[case("ROSTER_SERVER__CORS_ORIGINS", "example.org", "origins such as")]
#[case("ROSTER_SERVER__TRUSTED_PROXIES", "10.0.0.0/33", "not \"10.0.0.0/33\"")]
#[case("ROSTER_SERVER__TRUSTED_PROXIES", "192.0.2.1, proxy.example.org", "addresses or networks such as 10.0.0.0/8")]
#[case("ROSTER_SERVER__DRAIN", "5", "a duration such as 15m")]
#[case("ROSTER_STORE__URL", "mysql://ada:horse@localhost/x", "sqlite://FILE")]
#[case("ROSTER_STORE__POOL_SIZE", "-1", "from 1 to 1000")]
#[case("ROSTER_STORE__STATEMENT_TIMEOUT", "0s", "at least 1ms")]
#[case("ROSTER_AUTH__SECRET_KEY", "horse", "64 hexadecimal digits")]
#[case("ROSTER_AUTH__REGISTRATION", "ajar", "open or closed, not \"ajar\"")]
#[case("ROSTER_AUTH__ACCESS_TTL", "900 fortnights", "a duration")]
#[case("ROSTER_AUTH__ACCESS_TTL", "1000000000y", "a duration")]
#[case("ROSTER_LIMITS__BODY", "64 parsecs", "a size such as 64KiB")]
#[case("ROSTER_RETENTION__AUDIT", "0s", "at least 1s")]
#[case("ROSTER_LOG__FORMAT", "xml", "text or json")]
#[case("ROSTER_LOG__LEVEL", "inof", "not \"inof\"")]
#[case("ROSTER_LOG__LEVEL", "info,roster_http=loud", "by module")]
fn a_bad_value_is_told_without_secrets(#[case] variable: &str, #[case] value: &str, #[case] problem: &str) {
    let text = error(environment(&[(variable, value)]));
    assert!(text.starts_with(&format!("{variable} in the environment: must ")), "{text}");
    assert!(text.contains(problem) && !text.contains("horse"), "{text}");
}

#[test]
fn a_bad_database_url_is_told_by_that_name() {
    let text = error(environment(&[("DATABASE_URL", "mysql://ada:horse@localhost/x")]));
    assert!(text.starts_with("DATABASE_URL in the environment: must be sqlite://"), "{text}");
}

#[test]
fn a_broken_file_is_told_without_its_text() {
    let (_folder, sources) = file("[auth]\nsecret_key = \"correct-horse\" battery\n");
    let text = error(sources);
    assert!(text.contains("settings.toml: ") && text.contains("line 2"), "{text}");
    assert!(!text.contains("horse") && !text.contains("battery"), "{text}");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let text = error(Sources { file: Some(PathBuf::from("nowhere/roster.toml")), ..Sources::default() });
    assert_eq!(text, "nowhere/roster.toml: there is no such file");
}

#[test]
fn a_value_that_is_no_text_is_not_shown() {
    let value = OsString::from_vec(b"horse\xff".to_vec());
    let text = error(Sources { environment: vec![("ROSTER_AUTH__SECRET_KEY".into(), value)], ..Sources::default() });
    assert_eq!(text, "ROSTER_AUTH__SECRET_KEY in the environment: must be UTF-8 text");
}
