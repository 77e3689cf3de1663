//! The Bearer and, where it isn't valid, `x-refresh`.

use roster_domain::ports::Result;
use roster_domain::{Session, SessionId, Timestamp, UserId};
use secrecy::SecretString;

use crate::Identity;
use crate::sessions::{Standing, standing};
use crate::sign_in::generation;
use crate::tokens::{AccessToken, RefreshToken};

/// Whose session a token is of.
pub(super) struct Holder {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) fresh_access_token: Option<SecretString>,
}

impl Identity {
    /// Whose session the Bearer or, where that wasn't valid when it was shown, `x-refresh` is of.
    pub(super) async fn holder(
        &self,
        bearer: &str,
        refresh: Option<&str>,
        shown_at: Timestamp,
    ) -> Result<Option<Holder>> {
        let now = self.clock.now();
        let ours = AccessToken::read(bearer, &self.keys);
        if let Some(AccessToken { user, session, generation: made, .. }) =
            ours.filter(|token| !token.is_expired(shown_at))
        {
            // If this session is over, so is its refresh token, and one of another session wouldn't count beside it.
            let is_known = |session: &Session| made <= generation(session.secret.counter);
            let Some(known) = self.live_session(user, session, now, is_known).await? else { return Ok(None) };
            self.note_use(&known, made == generation(known.value.secret.counter), now).await;
            return Ok(Some(Holder { user, session, fresh_access_token: None }));
        }
        let Some(token) = refresh.and_then(|text| RefreshToken::read(text, &self.keys)) else { return Ok(None) };
        let RefreshToken { user, session, .. } = token;
        if ours.is_some_and(|ours| (ours.user, ours.session) != (user, session)) {
            return Ok(None);
        }
        let is_good = |session: &Session| standing(session, &token, now) != Standing::Stale;
        let Some(known) = self.live_session(user, session, now, is_good).await? else { return Ok(None) };
        let counter = known.value.secret.counter;
        let is_current = standing(&known.value, &token, now) == Standing::Current;
        self.note_use(&known, is_current, now).await;
        // What the previous token is given says nothing about the current pair.
        let counter = if is_current { counter } else { counter - 1 };
        let fresh_access_token = Some(self.access_token(user, session, counter, now));
        Ok(Some(Holder { user, session, fresh_access_token }))
    }
}
