//! Signing in.

use std::time::Duration;

use roster_domain::ports::StoreError;
use roster_domain::{EmailKey, NewSession, SessionId, SignIn, Timestamp, UserId};
use secrecy::SecretString;

use crate::Identity;
use crate::identity::millis;
use crate::passwords::HashingError;
use crate::tokens::{AccessToken, RefreshToken};

/// How many characters of the `User-Agent` a session keeps.
const USER_AGENT: usize = 256;

const HOUR: i64 = 60 * 60 * 1000;

/// A new session.
#[derive(Debug)]
pub struct SignedIn {
    /// Its id.
    pub session: SessionId,
    /// `rat_…`
    pub access_token: SecretString,
    /// `rrt_…`: told this once.
    pub refresh_token: SecretString,
    /// How long the access token is good.
    pub expires_in: Duration,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The address is unknown, or the password isn't the one: which of them takes the same time and isn't told.
    #[error("the address or the password is wrong")]
    BadCredentials,
    /// Too many passwords wait to be hashed. Nothing was begun; trying again later may help.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HashingError> for SignInError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            HashingError::Defect(_) | HashingError::Lost => Self::Store(StoreError::failed(error)),
        }
    }
}

impl Identity {
    /// Begins a session of the user with this address and password. Neither needs to be well-formed: what can't be
    /// right is just wrong.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn sign_in(&self, email: &str, password: &str, user_agent: &str) -> Result<SignedIn, SignInError> {
        let found = self.find_sign_in(email).await?;
        // Without an account there is still a hash to compute, over which the answer takes as long as with one.
        let hash = found.as_ref().map(|found| found.password_hash.as_str());
        let right = self.passwords.verify(password, hash).await?;
        let found = found.filter(|_| right).ok_or(SignInError::BadCredentials)?;
        self.begin_session(found.user, user_agent).await
    }

    /// No address holds controls, and not every store can be asked for one that does (NUL).
    async fn find_sign_in(&self, email: &str) -> Result<Option<SignIn>, StoreError> {
        let key = EmailKey::of(email);
        if key.as_str().chars().any(char::is_control) {
            return Ok(None);
        }
        self.store.finders.sign_in(&key).await
    }

    async fn begin_session(&self, user: UserId, user_agent: &str) -> Result<SignedIn, SignInError> {
        let now = self.clock.now();
        let id = SessionId::generate(now, &*self.entropy);
        let (refresh_token, secret) = RefreshToken::first(user, id, &self.keys, &*self.entropy);
        let session = NewSession {
            id,
            user,
            user_agent: user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT).collect(),
            created_at: now,
            last_used_at: to_the_hour(now),
            expires_at: now.plus_millis(millis(self.session_ttl)),
            secret,
        };
        // The user may have gone since the address was looked up.
        if !self.store.sessions.create(session).await? {
            return Err(SignInError::BadCredentials);
        }
        let access_token = self.access_token(user, id, now);
        Ok(SignedIn { session: id, access_token, refresh_token, expires_in: self.access_ttl })
    }

    /// A fresh access token of a session.
    pub(crate) fn access_token(&self, user: UserId, session: SessionId, now: Timestamp) -> SecretString {
        let expires_at = now.plus_millis(millis(self.access_ttl));
        AccessToken { session, user, expires_at }.sign(&self.keys)
    }
}

fn to_the_hour(instant: Timestamp) -> Timestamp {
    instant.plus_millis(-instant.millis().rem_euclid(HOUR))
}
