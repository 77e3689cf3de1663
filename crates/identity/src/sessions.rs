//! Sessions that live: their refresh tokens, the notes of their use, and their end.
//!
//! A refresh token is replaced by the next one each time it is used for that. The one just before the current one is
//! still answered the current one, within 30 s or while nothing of the current pair has been used: the answer may have
//! been lost, or two tabs may have asked at once. Anything older is a copy in somebody else's hands, and ends the
//! session.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use roster_domain::ports::{self, StoreError};
use roster_domain::{AuditEntry, AuditEvent, Caller, Origin, Session, SessionId, SessionUse, Timestamp, UserId};
use secrecy::SecretString;
use tokio::time::timeout;

use crate::identity::{Actor, millis};
use crate::memory::Remembered;
use crate::tokens::{RefreshToken, same};
use crate::{AuthenticationError, Identity, SignedIn};

const HOUR: i64 = 60 * 60 * 1000;

/// For how long, in milliseconds, a refresh token is good after it was replaced.
const GRACE: u64 = 30 * 1000;

/// How long a call waits until the use of its session is noted.
const NOTING: Duration = Duration::from_millis(250);

/// Each time another caller rotated first, the token is looked at anew; it was then older each time.
const TRIES: usize = 3;

/// What a refresh token is to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The current one.
    Current,
    /// The one before, still to be answered.
    Previous,
    /// Neither.
    Stale,
}

const REFUSED: AuthenticationError = AuthenticationError::Unauthenticated { token_sent: true };

impl Identity {
    /// Makes a new access token and, unless somebody did so just before, a new refresh token. One that was replaced
    /// long ago ends its session.
    ///
    /// # Errors
    /// [`AuthenticationError::Unauthenticated`] and [`AuthenticationError::Store`] only.
    pub async fn refresh(&self, refresh_token: &str, origin: &Origin) -> Result<SignedIn, AuthenticationError> {
        let token = RefreshToken::read(refresh_token, &self.keys).ok_or(REFUSED)?;
        for _ in 0..TRIES {
            let now = self.clock.now();
            let session = self.store.finders.session(token.user, token.session).await?;
            let session = session.filter(|session| now < session.expires_at).ok_or(REFUSED)?;
            match standing(&session, &token, now) {
                Standing::Current => {}
                Standing::Previous => {
                    // Where the key that made the current token is gone, the next one is made instead.
                    if let Some(refresh_token) = RefreshToken::current(&session, &self.keys) {
                        return Ok(self.pair(&session, session.secret.counter, refresh_token, now));
                    }
                }
                Standing::Stale => {
                    if token.is_ours {
                        self.end_reused(&session, now, origin).await?;
                    }
                    return Err(REFUSED);
                }
            }
            let (refresh_token, next) = RefreshToken::next(&session, now, &self.keys, &*self.entropy);
            if self.store.sessions.rotate(&session, next, self.use_at(now, None)).await? {
                self.memory.forget_session(session.user, session.id);
                return Ok(self.pair(&session, next.counter, refresh_token, now));
            }
        }
        Err(StoreError::unavailable("a session is being refreshed by too many at once").into())
    }

    fn pair(&self, session: &Session, counter: i64, refresh_token: SecretString, now: Timestamp) -> SignedIn {
        let access_token = self.access_token(session.user, session.id, counter, now);
        SignedIn { session: session.id, access_token, refresh_token, expires_in: self.access_ttl }
    }

    async fn end_reused(&self, session: &Session, now: Timestamp, origin: &Origin) -> ports::Result<()> {
        let Session { user, id, .. } = *session;
        let entry = self.entry(AuditEvent::RefreshTokenReused, Some(user), origin);
        let entry = AuditEntry { session: Some(id), subject: Some(id.to_string()), ..entry };
        let caller = Caller::User { user, session: id, client: None };
        let account = caller.account().map_err(StoreError::failed)?;
        let ended = self.store.sessions.end(&account, id, now, entry).await;
        self.revoke(user);
        if ended? {
            let request_id = origin.request_id.as_deref();
            tracing::warn!(request.id = request_id, user.id = %user, session.id = %id,
                "a refresh token was used that had been replaced long ago: its session was ended");
        }
        Ok(())
    }

    /// Ends one of the account's sessions; `false`: there is none of this id that lives.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_session(&self, actor: &Actor, id: SessionId) -> ports::Result<bool> {
        let entry = self.entry_on(AuditEvent::SessionEnded, id, actor);
        let ended = self.store.sessions.end(&actor.account, id, self.clock.now(), entry).await;
        self.revoke(actor.account.user());
        ended
    }

    /// Ends all of the account's sessions; how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_all_sessions(&self, actor: &Actor) -> ports::Result<u64> {
        let entry = self.entry_of(AuditEvent::SessionsEnded, actor);
        let ended = self.store.sessions.end_all(&actor.account, self.clock.now(), entry).await;
        self.revoke(actor.account.user());
        ended
    }

    /// A session that lives, as it is, or as it was a moment ago.
    pub(crate) async fn live_session(
        &self,
        user: UserId,
        id: SessionId,
        now: Timestamp,
        is_good: impl Fn(&Session) -> bool,
    ) -> ports::Result<Option<Arc<Remembered<Session>>>> {
        let alive = |session: &Session| now < session.expires_at;
        if let Some(known) = self.memory.session(user, id, now)
            && alive(&known.value)
            && is_good(&known.value)
        {
            return Ok(Some(known));
        }
        // What is remembered may be behind another server's rotation.
        let moment = self.memory.moment(now);
        let session = self.store.finders.session(user, id).await?.filter(alive);
        Ok(session.filter(is_good).map(|session| self.memory.remember_session(session, moment)))
    }

    /// Notes that a session was used, at most once an hour, and that its current pair was, once a rotation. If that
    /// fails or takes long the caller isn't the one to suffer.
    pub(crate) async fn note_use(&self, known: &Remembered<Session>, current_pair: bool, now: Timestamp) {
        let session = &known.value;
        let used = self.use_at(now, (current_pair && !session.secret.pair_used).then_some(session.secret.counter));
        // A session that lives for minutes only would be over before the hour is.
        let step = HOUR.min(millis(self.session_ttl) / 4);
        let is_due = used.pair.is_some()
            || used.last_used_at > session.last_used_at
            || used.expires_at.millis() - session.expires_at.millis() >= step;
        if !is_due || known.being_noted.swap(true, Ordering::SeqCst) {
            return;
        }
        let noted = timeout(NOTING, self.store.sessions.note_use(session, used)).await;
        match noted.unwrap_or_else(|late| Err(StoreError::unavailable(late))) {
            Ok(()) => {
                let mut noted = session.clone();
                noted.last_used_at = noted.last_used_at.max(used.last_used_at);
                noted.expires_at = noted.expires_at.max(used.expires_at);
                noted.secret.pair_used |= used.pair.is_some();
                self.memory.amend_session(known, noted);
            }
            Err(error) => {
                // Tried again when the session is next read: not by each of its calls meanwhile.
                tracing::warn!(session.id = %session.id, %error, "the use of a session was not noted");
            }
        }
    }

    fn use_at(&self, now: Timestamp, pair: Option<i64>) -> SessionUse {
        let expires_at = now.plus(self.session_ttl);
        SessionUse { last_used_at: to_the_hour(now), expires_at, pair }
    }
}

/// What a refresh token is to its session. Hashes are compared in constant time.
pub(crate) fn standing(session: &Session, token: &RefreshToken, now: Timestamp) -> Standing {
    let secret = &session.secret;
    if same(&secret.token_hash, &token.hash) {
        return Standing::Current;
    }
    let is_previous = secret.previous_token_hash.is_some_and(|previous| same(&previous, &token.hash));
    // Under a clock that was set back the grace isn't longer.
    let since = now.millis().abs_diff(secret.rotated_at.millis());
    let in_grace = !secret.pair_used || since < GRACE;
    if is_previous && in_grace { Standing::Previous } else { Standing::Stale }
}

pub(crate) fn to_the_hour(instant: Timestamp) -> Timestamp {
    instant.plus_millis(-instant.millis().rem_euclid(HOUR))
}
