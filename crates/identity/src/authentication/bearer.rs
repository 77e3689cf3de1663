//! The Bearer and, where it isn't valid, `x-refresh`.

use roster_domain::ports::Result;
use roster_domain::{Session, SessionId, Timestamp, UserId};
use secrecy::SecretString;

use crate::Identity;
use crate::tokens::{AccessToken, RefreshToken, same};

/// A user with a live session.
pub(super) struct SignedIn {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) fresh_access_token: Option<SecretString>,
}

impl Identity {
    /// Whose session the Bearer or, where that isn't valid, `x-refresh` is of.
    pub(super) async fn signed_in(&self, bearer: &str, refresh: Option<&str>) -> Result<Option<SignedIn>> {
        let now = self.clock.now();
        let ours = AccessToken::read(bearer, &self.keys);
        if let Some(token) = ours.filter(|token| !token.is_expired(now)) {
            // If this session is over, so is its refresh token, and one of another session wouldn't count beside it.
            let session = self.live_session(token.user, token.session, now).await?;
            return Ok(session.map(|Session { user, id, .. }| SignedIn {
                user,
                session: id,
                fresh_access_token: None,
            }));
        }
        let Some(refresh) = refresh.and_then(RefreshToken::read) else { return Ok(None) };
        if ours.is_some_and(|token| (token.user, token.session) != (refresh.user, refresh.session)) {
            return Ok(None);
        }
        let session = self.live_session(refresh.user, refresh.session, now).await?;
        let session = session.filter(|session| same(&session.secret.token_hash, &refresh.hash));
        Ok(session.map(|Session { user, id, .. }| SignedIn {
            user,
            session: id,
            fresh_access_token: Some(self.access_token(user, id, now)),
        }))
    }

    async fn live_session(&self, user: UserId, id: SessionId, now: Timestamp) -> Result<Option<Session>> {
        let session = self.store.finders.session(user, id).await?;
        Ok(session.filter(|session| now < session.expires_at))
    }
}
