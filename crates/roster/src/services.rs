//! What the routes are given, made from the settings.

use std::sync::Arc;

use roster_domain::ports::{StagingLimits, Store};
use roster_domain::{Clock, Entropy, IdSource};
use roster_http::{HttpSettings, ImportSettings, Services};
use roster_identity::{Identity, IdentitySettings, KeyRing};
use roster_transfer::{ImportLimits, ImportWorkers, Importer};
use tokio::sync::Notify;

use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;
use crate::settings::{AuthSettings, RetentionSettings, Settings};

/// The store with the system's clock and chance, and the use cases over them.
pub fn services(store: Store, keys: KeyRing, settings: &AuthSettings) -> Services {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let ids = Arc::new(IdSource::new(entropy.as_ref()));
    let identity = Identity::new(
        store.clone(),
        clock.clone(),
        entropy.clone(),
        ids.clone(),
        keys.clone(),
        &identity_settings(settings),
    );
    Services { store, identity: Arc::new(identity), keys, clock, ids, entropy, wake: Arc::new(Notify::new()) }
}

/// Those who work on the imports that the routes take in.
pub fn import_workers(services: &Services, settings: &RetentionSettings) -> ImportWorkers {
    let Services { store, clock, ids, entropy, wake, .. } = services;
    let importer = importer(store, ids.clone(), clock.clone(), settings);
    ImportWorkers { importer, entropy: entropy.clone(), wake: wake.clone() }
}

/// What works on imports, the command line's too.
pub fn importer(store: &Store, ids: Arc<IdSource>, clock: Arc<dyn Clock>, settings: &RetentionSettings) -> Importer {
    Importer {
        runs: store.import_runs.clone(),
        jobs: store.imports.clone(),
        groups: store.groups.clone(),
        ids,
        clock,
        limits: ImportLimits { kept: settings.imports, ..ImportLimits::default() },
    }
}

fn identity_settings(settings: &AuthSettings) -> IdentitySettings {
    let usual = IdentitySettings::default();
    IdentitySettings {
        access_ttl: settings.access_ttl,
        session_ttl: settings.session_ttl,
        registration: settings.registration,
        hash_threads: settings.hash_threads.unwrap_or(usual.hash_threads),
    }
}

/// What the server keeps to.
pub fn http_settings(settings: &Settings) -> HttpSettings {
    let usual = HttpSettings::default();
    let spool = settings.limits.spool;
    let staging = StagingLimits { staged_bytes: spool, staged_bytes_of_user: spool / 2, ..usual.imports.staging };
    HttpSettings {
        workers: settings.server.workers.unwrap_or(usual.workers),
        body_limit: settings.limits.body,
        in_flight: settings.limits.in_flight,
        streams: settings.limits.streams,
        spool,
        shutdown: settings.limits.shutdown,
        cors_origins: settings.server.cors_origins.clone(),
        trusted_proxies: settings.server.trusted_proxies.clone(),
        imports: ImportSettings { staging, kept: settings.retention.imports, ..usual.imports },
        ..usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;
    use roster_identity::Registration;
    use std::time::Duration;

    fn settings(text: &str) -> Settings {
        let variable = |line: &str| line.split_once('=').map(|(name, value)| (name.into(), value.into()));
        let environment = text.split_whitespace().filter_map(variable).collect();
        Settings::read(Sources { environment, ..Sources::default() }).unwrap()
    }

    #[test]
    fn what_is_set_reaches_the_server() {
        let made = http_settings(&settings(
            "ROSTER_SERVER__WORKERS=3 ROSTER_SERVER__CORS_ORIGINS=https://example.org ROSTER_LIMITS__BODY=8KiB \
             ROSTER_SERVER__TRUSTED_PROXIES=192.0.2.0/24 ROSTER_LIMITS__IN_FLIGHT=5 ROSTER_LIMITS__STREAMS=7 ROSTER_LIMITS__SHUTDOWN=9s \
             ROSTER_LIMITS__SPOOL=6MiB ROSTER_RETENTION__IMPORTS=3d",
        ));
        let StagingLimits { staged_bytes, staged_bytes_of_user, .. } = made.imports.staging;
        assert_eq!((staged_bytes, staged_bytes_of_user), (6 << 20, 3 << 20));
        assert_eq!(made.imports.kept, Duration::from_secs(3 * 86_400));
        assert_eq!((made.workers, made.body_limit, made.in_flight, made.streams), (3, 8192, 5, 7));
        assert_eq!(made.spool, 6 << 20);
        assert_eq!(
            (made.shutdown, made.cors_origins),
            (Duration::from_secs(9), vec!["https://example.org".to_owned()])
        );
        assert_eq!(made.trusted_proxies, ["192.0.2.0/24".parse().unwrap()]);
    }

    #[test]
    fn what_is_set_reaches_identity() {
        let settings = settings(
            "ROSTER_AUTH__ACCESS_TTL=1m ROSTER_AUTH__SESSION_TTL=2h ROSTER_AUTH__REGISTRATION=closed \
             ROSTER_AUTH__HASH_THREADS=3",
        );
        let made = identity_settings(&settings.auth);
        assert_eq!((made.access_ttl, made.session_ttl), (Duration::from_secs(60), Duration::from_secs(7200)));
        assert_eq!((made.registration, made.hash_threads), (Registration::Closed, 3));
    }

    #[test]
    fn threads_are_counted_by_the_machine_when_nobody_says() {
        let settings = settings("");
        assert_eq!(http_settings(&settings).workers, HttpSettings::default().workers);
        assert_eq!(identity_settings(&settings.auth).hash_threads, IdentitySettings::default().hash_threads);
    }
}
