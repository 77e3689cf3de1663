//! Passwords: argon2id on a few threads of its own, and bcrypt where an imported account still has it.

mod argon2id;
mod bcrypt;
mod common;
mod queue;
mod threads;

use std::sync::Arc;

use roster_domain::Entropy;
use secrecy::{ExposeSecret, SecretString};

pub use common::refuse_guessable;

use threads::Threads;

/// Why a password was neither hashed nor checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashingError {
    /// Too many wait; this one wasn't taken.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The stored hash isn't one of argon2id, or its settings can't be met.
    #[error("password hashing failed: {0}")]
    Defect(#[from] argon2::password_hash::Error),
    /// The stored hash isn't a sound one of bcrypt, or costs more than can be waited for.
    #[error("password hashing failed: {0}")]
    Bcrypt(#[from] bcrypt::Defect),
    /// The hashing panicked.
    #[error("password hashing panicked")]
    Lost,
}

/// Whether a password could be checked against this hash of bcrypt, which another system made: it is sound, and costs no
/// more than can be waited for.
#[must_use]
pub fn can_verify_bcrypt(hash: &SecretString) -> bool {
    bcrypt::can_be_verified(hash.expose_secret())
}

/// Hashes and checks passwords.
pub(crate) struct Passwords {
    threads: Threads,
    entropy: Arc<dyn Entropy>,
    /// The hash of no password, for addresses without an account.
    nobody: String,
}

impl Passwords {
    /// With so many threads, at least one.
    pub(crate) fn start(threads: usize, entropy: Arc<dyn Entropy>) -> Self {
        let nobody = argon2id::hash_of_nothing(&*entropy);
        Self { threads: Threads::start(threads), entropy, nobody }
    }

    /// The PHC string to be stored for a password.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, HashingError> {
        let password = SecretString::from(password);
        let mut salt = [0; argon2id::SALT];
        self.entropy.fill(&mut salt);
        let hashed = self.threads.run(move |memory| argon2id::hash(password.expose_secret(), &salt, memory)).await?;
        Ok(hashed?)
    }

    /// Whether this is the password of that PHC string; of none, it takes as long to say no.
    pub(crate) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, HashingError> {
        let password = SecretString::from(password);
        let expected = hash.unwrap_or(&self.nobody).to_owned();
        let right = self.threads.run(move |memory| {
            let password = password.expose_secret();
            if bcrypt::is_one(&expected) {
                return Ok(bcrypt::verify(password, &expected)?);
            }
            Ok::<_, HashingError>(argon2id::verify(password, &expected, memory)?)
        });
        Ok(right.await?? && hash.is_some())
    }

    /// Whether a hash is of a kind that is no longer made.
    pub(crate) fn is_outdated(hash: &str) -> bool {
        bcrypt::is_one(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_testkit::SeededEntropy;

    #[tokio::test]
    async fn an_unknown_address_costs_a_hash_and_never_comes_true() {
        let mut passwords = Passwords::start(1, Arc::new(SeededEntropy::new(1)));
        assert!(matches!(passwords.verify("correct horse", None).await, Ok(false)));
        let known = passwords.hash("correct horse").await.unwrap();
        passwords.nobody = known;
        assert!(matches!(passwords.verify("correct horse", None).await, Ok(false)));
        // It is really looked at: damaged, it makes the same trouble as a stored one.
        passwords.nobody = "damaged".to_owned();
        assert!(matches!(passwords.verify("correct horse", None).await, Err(HashingError::Defect(_))));
    }

    #[tokio::test]
    async fn a_bcrypt_hash_is_verified_and_known_as_outdated() {
        let passwords = Passwords::start(1, Arc::new(SeededEntropy::new(1)));
        let hash = bcrypt::tests::HASH;
        assert!(matches!(passwords.verify(bcrypt::tests::PASSWORD, Some(hash)).await, Ok(true)));
        assert!(matches!(passwords.verify("wrong", Some(hash)).await, Ok(false)));
        assert!(Passwords::is_outdated(hash) && !Passwords::is_outdated(&passwords.nobody));
    }

    #[tokio::test]
    async fn equal_passwords_have_unequal_hashes() {
        let passwords = Passwords::start(1, Arc::new(SeededEntropy::new(1)));
        let hash = || passwords.hash("correct horse");
        let (one, other) = (hash().await.unwrap(), hash().await.unwrap());
        assert_ne!(one, other);
        for hash in [&one, &other] {
            assert!(matches!(passwords.verify("correct horse", Some(hash)).await, Ok(true)));
        }
    }
}
