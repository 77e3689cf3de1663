//! Who is calling.
//!
//! | Bearer | client credentials | the caller |
//! | --- | --- | --- |
//! | valid | absent | the user |
//! | valid | of one of the user's clients | the user, narrowed to that client |
//! | valid | wrong, or another user's | [`AuthenticationError::ClientMismatch`] |
//! | absent | valid | that client alone |
//! | sent but not valid, and `x-refresh` valid | as above | as if Bearer were valid, and a fresh access token |
//! | anything else | | [`AuthenticationError::Unauthenticated`] |
//!
//! A Bearer is valid while it is unexpired and its session lives. When it is one of ours, even expired, `x-refresh`
//! must be of the same session. `x-refresh` never rotates the refresh token, since existing consumers resend the same
//! pair for ever. Nothing here writes but the note of a session's use: once an hour, and once a rotation. A caller who
//! was seen a moment ago costs no look at the store.

mod bearer;
mod credentials;

use roster_domain::ports::StoreError;
use roster_domain::{Caller, Timestamp};
use secrecy::SecretString;

use crate::Identity;
use credentials::Credentials;

/// What came with a request. Absent and empty are both `None`.
#[derive(Clone, Copy, Default)]
pub struct Presented<'a> {
    /// `Authorization: Bearer …`
    pub bearer: Option<&'a str>,
    /// `x-refresh`
    pub refresh: Option<&'a str>,
    /// The public half of a client's credentials.
    pub client_session: Option<&'a str>,
    /// Their secret half.
    pub client_token: Option<&'a str>,
}

/// Who is calling.
#[derive(Debug)]
pub struct Authenticated {
    /// Somebody with rights.
    pub caller: Caller,
    /// For `x-access-token`: there when it was `x-refresh` that proved who is calling.
    pub fresh_access_token: Option<SecretString>,
}

/// Why nobody may be served.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// Nothing valid was shown.
    #[error("unauthenticated")]
    Unauthenticated {
        /// Whether a Bearer came along.
        token_sent: bool,
    },
    /// A user's token, and credentials that are of none of that user's clients.
    #[error("the client credentials are of none of the user's clients")]
    ClientMismatch {
        /// As in [`Authenticated`]: errors carry it too.
        fresh_access_token: Option<SecretString>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Tells who is calling, by the table above. See the module on what that costs.
    ///
    /// # Errors
    /// See [`AuthenticationError`].
    pub async fn authenticate(&self, presented: &Presented<'_>) -> Result<Authenticated, AuthenticationError> {
        self.authenticate_shown_at(presented, self.clock.now()).await
    }

    /// The same of what was shown at this instant, by somebody whose call takes long: an access token that expired since
    /// counts as long as its session lives. All else is judged as it is now.
    ///
    /// # Errors
    /// See [`AuthenticationError`].
    pub async fn authenticate_shown_at(
        &self,
        presented: &Presented<'_>,
        shown_at: Timestamp,
    ) -> Result<Authenticated, AuthenticationError> {
        let Some(bearer) = presented.bearer else {
            let Credentials::Valid { user, client } = self.client_credentials(presented).await? else {
                return Err(AuthenticationError::Unauthenticated { token_sent: false });
            };
            return Ok(Authenticated { caller: Caller::Client { user, client }, fresh_access_token: None });
        };
        let Some(holder) = self.holder(bearer, presented.refresh, shown_at).await? else {
            return Err(AuthenticationError::Unauthenticated { token_sent: true });
        };
        let client = match self.client_credentials(presented).await? {
            Credentials::Absent => None,
            Credentials::Valid { user, client } if user == holder.user => Some(client),
            Credentials::Valid { .. } | Credentials::Wrong => {
                let fresh_access_token = holder.fresh_access_token;
                return Err(AuthenticationError::ClientMismatch { fresh_access_token });
            }
        };
        Ok(Authenticated {
            caller: Caller::User { user: holder.user, session: holder.session, client },
            fresh_access_token: holder.fresh_access_token,
        })
    }
}
