//! Signing in.

use std::time::Duration;

use roster_domain::ports::StoreError;
use roster_domain::{
    AuditEntry, AuditEvent, Caller, EmailKey, NewSession, Origin, SessionId, SignIn, Timestamp, UserId,
};
use secrecy::SecretString;
use tokio::time::timeout;

use crate::attempts::Outcome;
use crate::passwords::Passwords;
use crate::sessions::to_the_hour;
use crate::tokens::{AccessToken, RefreshToken};
use crate::{Identity, Refused};

/// How many characters of the `User-Agent` a session keeps.
const USER_AGENT: usize = 256;

/// How often an account is looked at in one sign-in: again when its password hash was replaced meanwhile, which another
/// sign-in may have done.
const LOOKS: usize = 2;

/// How long a sign-in waits for its hash to be renewed.
const RENEWAL: Duration = Duration::from_secs(1);

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
    /// Nobody looked at the password.
    #[error(transparent)]
    Refused(#[from] Refused),
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
        let looked = self.look(&email, password, user_agent, origin).await;
        self.settle(booked, Outcome::of(&looked)).await;
        looked?.ok_or(SignInError::BadCredentials)
    }

    /// A session, if this is the password.
    async fn look(
        &self,
        email: &EmailKey,
        password: &str,
        user_agent: &str,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, Refused> {
        let mut user = None;
        for _ in 0..LOOKS {
            let found = self.find_sign_in(email).await?;
            // Without an account there is still a hash to compute, over which the answer takes as long as with one.
            let hash = found.as_ref().map(|found| found.password_hash.as_str());
            let right = self.passwords.verify(password, hash).await?;
            user = found.as_ref().map(|found| found.user);
            let Some(found) = found.filter(|_| right) else { break };
            if let Some(signed_in) = self.begin_session(&found, user_agent, origin).await? {
                self.renew_hash(&found, password, signed_in.session).await;
                return Ok(Some(signed_in));
            }
        }
        self.store.audit.append(self.entry(AuditEvent::SignInFailed, user, origin)).await?;
        Ok(None)
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
            expires_at: now.plus(self.session_ttl),
            secret,
        };
        let entry = self.entry(AuditEvent::SignInSucceeded, Some(user), origin);
        let entry = AuditEntry { session: Some(id), ..entry };
        let begun = self.store.sessions.create(session, Some(&found.password_hash), entry).await?;
        let access_token = self.access_token(user, id, secret.counter, now);
        Ok(begun.then_some(SignedIn { session: id, access_token, refresh_token, expires_in: self.access_ttl }))
    }

    /// A hash of a kind that is no longer made is replaced now that the password is known. If that fails, or
    /// takes longer than the one who signed in should wait, the old one stays good.
    async fn renew_hash(&self, found: &SignIn, password: &str, session: SessionId) {
        if !Passwords::is_outdated(&found.password_hash) {
            return;
        }
        let caller = Caller::User { user: found.user, session, client: None };
        let renewal = async {
            let hash = self.passwords.hash(password).await.map_err(StoreError::failed)?;
            match caller.account() {
                Ok(account) => self.store.users.rehash(&account, &found.password_hash, &hash).await,
                Err(client_only) => Err(StoreError::failed(client_only)),
            }
        };
        let renewed = timeout(RENEWAL, renewal).await.unwrap_or_else(|late| Err(StoreError::unavailable(late)));
        if let Err(error) = renewed {
            tracing::warn!(user.id = %found.user, %error, "an imported password hash was not renewed");
        }
    }

    /// A fresh access token of a session, made with the refresh token of this count.
    pub(crate) fn access_token(&self, user: UserId, session: SessionId, counter: i64, now: Timestamp) -> SecretString {
        let expires_at = now.plus(self.access_ttl);
        AccessToken { session, user, expires_at, generation: generation(counter) }.sign(&self.keys)
    }
}

/// How an access token tells the count of the refresh token it was made with.
pub(crate) fn generation(counter: i64) -> u32 {
    u32::try_from(counter).unwrap_or(u32::MAX)
}
