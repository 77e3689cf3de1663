//! The keys that sign tokens and cursors.

use anyhow::{Context, anyhow, bail};
use roster_domain::Entropy;
use roster_identity::{KeyRing, SecretKey};
use secrecy::ExposeSecret;

use crate::key_file;
use crate::settings::{AuthSettings, StoreUrl};

/// The keys set by `auth.secret_key`; else, for the embedded store, the one beside its file.
///
/// # Errors
/// When there is none, or its file is no good.
pub fn ring(settings: &AuthSettings, store: &StoreUrl, entropy: &dyn Entropy) -> anyhow::Result<KeyRing> {
    let given = settings.secret_keys.iter().map(|key| SecretKey::from_hex(key.expose_secret()));
    let given: Vec<SecretKey> = given.collect::<Result<_, _>>().context("auth.secret_key")?;
    if let Some(ring) = KeyRing::new(given) {
        return Ok(ring);
    }
    match store {
        StoreUrl::Sqlite(path) => of_one(key_file::read_or_make(&key_file::beside(path), entropy)?),
        StoreUrl::Postgres(_) => bail!(
            "auth.secret_key isn't set. It signs tokens and must be the same on every server. Make one, and keep it:\n\
             \x20   export ROSTER_AUTH__SECRET_KEY=$(openssl rand -hex 32)"
        ),
    }
}

/// A key of the moment, for commands that sign nothing: they work where the server's keys aren't at hand.
pub fn for_nothing(entropy: &dyn Entropy) -> anyhow::Result<KeyRing> {
    of_one(SecretKey::generate(entropy))
}

fn of_one(key: SecretKey) -> anyhow::Result<KeyRing> {
    KeyRing::new(vec![key]).ok_or_else(|| anyhow!("no signing key"))
}
