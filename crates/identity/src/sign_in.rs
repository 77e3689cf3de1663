//! Signing in.

use std::time::Duration;

use roster_domain::ports::StoreError;
use roster_domain::{
    AuditEntry, AuditEvent, Caller, EmailKey, NewSession, Origin, SessionId, SignIn, Timestamp, UserId,
};
use secrecy::SecretString;

use crate::Identity;
use crate::attempts::NotBooked;
use crate::identity::millis;
use crate::passwords::{HashingError, Passwords};
use crate::sessions::to_the_hour;
use crate::tokens::{AccessToken, RefreshToken};

/// How many characters of the `User-Agent` a session keeps.
const USER_AGENT: usize = 256;

/// How often an account is looked at in one sign-in: again when its password hash was replaced meanwhile, which another
/// sign-in may have done.
const LOOKS: usize = 2;

/// A session's tokens, when it begins and whenever they are made anew.
#[derive(Debug)]
pub struct SignedIn {
    /// The session's id.
    pub session: SessionId,
    /// `rat_…`
    pub access_token: SecretString,
    /// `rrt_…`
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
    /// It was tried too often; nobody looked at the password.
    #[error("too many attempts")]
    TooMany {
        /// Whole seconds until trying again may help, at least one.
        retry_after: u32,
    },
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
            error => Self::Store(StoreError::failed(error)),
        }
    }
}

impl From<NotBooked> for SignInError {
    fn from(error: NotBooked) -> Self {
        match error {
            NotBooked::TooMany { retry_after } => Self::TooMany { retry_after },
            NotBooked::Store(error) => Self::Store(error),
        }
    }
}

impl Identity {
    /// Begins a session of the user with this address and password. Neither needs to be well-formed: what can't be
    /// right is just wrong.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        user_agent: &str,
        origin: &Origin,
    ) -> Result<SignedIn, SignInError> {
        let email = EmailKey::of(email);
        let booked = self.book_guess(&email, origin).await?;
        for _ in 0..LOOKS {
            let found = self.find_sign_in(&email).await?;
            // Without an account there is still a hash to compute, over which the answer takes as long as with one.
            let hash = found.as_ref().map(|found| found.password_hash.as_str());
            let right = match self.passwords.verify(password, hash).await {
                Ok(right) => right,
                Err(error) => {
                    self.not_guessed(booked).await?;
                    return Err(error.into());
                }
            };
            let Some(found) = found.as_ref().filter(|_| right) else {
                let user = found.map(|found| found.user);
                self.store.audit.append(self.entry(AuditEvent::SignInFailed, user, origin)).await?;
                return Err(SignInError::BadCredentials);
            };
            if let Some(signed_in) = self.begin_session(found, user_agent, origin).await? {
                // The session is there by now: its tokens are answered, whatever becomes of the counters.
                if let Err(error) = self.guessed_right(booked, self.clock.now()).await {
                    tracing::warn!(user.id = %found.user, %error, "a sign-in was counted as a guess");
                }
                self.renew_hash(found, password, signed_in.session).await;
                return Ok(signed_in);
            }
        }
        Err(SignInError::BadCredentials)
    }

    /// No address holds controls, and not every store can be asked for one that does (NUL).
    async fn find_sign_in(&self, key: &EmailKey) -> Result<Option<SignIn>, StoreError> {
        if key.as_str().chars().any(char::is_control) {
            return Ok(None);
        }
        self.store.finders.sign_in(key).await
    }

    /// `None`: the user is gone meanwhile, or the password isn't any more the one that was verified.
    async fn begin_session(
        &self,
        found: &SignIn,
        user_agent: &str,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, StoreError> {
        let (user, now) = (found.user, self.clock.now());
        let id = SessionId::generate(now, &*self.entropy);
        let (refresh_token, secret) = RefreshToken::first(user, id, now, &self.keys, &*self.entropy);
        let session = NewSession {
            id,
            user,
            user_agent: user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT).collect(),
            created_at: now,
            last_used_at: to_the_hour(now),
            expires_at: now.plus_millis(millis(self.session_ttl)),
            secret,
        };
        let entry = self.entry(AuditEvent::SignInSucceeded, Some(user), origin);
        let entry = AuditEntry { session: Some(id), ..entry };
        let begun = self.store.sessions.create(session, Some(&found.password_hash), entry).await?;
        let access_token = self.access_token(user, id, secret.counter, now);
        Ok(begun.then_some(SignedIn { session: id, access_token, refresh_token, expires_in: self.access_ttl }))
    }

    /// A hash of a kind that is no longer made is replaced now that the password is known. If that fails the old one
    /// stays good.
    async fn renew_hash(&self, found: &SignIn, password: &str, session: SessionId) {
        if !Passwords::is_outdated(&found.password_hash) {
            return;
        }
        let caller = Caller::User { user: found.user, session, client: None };
        let renewed = async {
            let hash = self.passwords.hash(password).await.map_err(StoreError::failed)?;
            match caller.account() {
                Ok(account) => self.store.users.rehash(&account, &found.password_hash, &hash).await,
                Err(client_only) => Err(StoreError::failed(client_only)),
            }
        };
        if let Err(error) = renewed.await {
            tracing::warn!(user.id = %found.user, %error, "an imported password hash was not renewed");
        }
    }

    /// A fresh access token of a session, made with the refresh token of this count.
    pub(crate) fn access_token(&self, user: UserId, session: SessionId, counter: i64, now: Timestamp) -> SecretString {
        let expires_at = now.plus_millis(millis(self.access_ttl));
        AccessToken { session, user, expires_at, generation: generation(counter) }.sign(&self.keys)
    }
}

/// How an access token tells the count of the refresh token it was made with.
pub(crate) fn generation(counter: i64) -> u32 {
    u32::try_from(counter).unwrap_or(u32::MAX)
}
