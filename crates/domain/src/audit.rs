//! The audit trail: who did what to an account, when and from where. Entries are only ever added; they go when they are
//! old, and with their account.

use std::net::IpAddr;

use crate::{AuditId, SessionId, Timestamp, UserId};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditEvent {
    /// An account was made.
    AccountCreated,
    /// The operator shut an account out.
    AccountDisabled,
    /// The operator let it in again.
    AccountEnabled,
    /// An account was erased. Its own entries go with it; this one is nobody's.
    AccountErased,
    /// The address to sign in with was changed.
    EmailChanged,
    /// The password was changed.
    PasswordChanged,
    /// Somebody signed in gave a wrong password where the present one is asked for.
    PasswordRefused,
    /// Somebody signed in.
    SignInSucceeded,
    /// Somebody tried to, with a wrong password, or an address that has no account.
    SignInFailed,
    /// A session was ended.
    SessionEnded,
    /// All sessions of a user were ended.
    SessionsEnded,
    /// A refresh token was used that had been replaced long ago: somebody has a copy of it. Its session was ended.
    RefreshTokenReused,
    /// A client got new credentials.
    CredentialsReplaced,
    /// A client was deleted.
    ClientDeleted,
}

impl AuditEvent {
    /// Every one, in the order above.
    pub const ALL: [Self; 14] = [
        Self::AccountCreated,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::AccountErased,
        Self::EmailChanged,
        Self::PasswordChanged,
        Self::PasswordRefused,
        Self::SignInSucceeded,
        Self::SignInFailed,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::RefreshTokenReused,
        Self::CredentialsReplaced,
        Self::ClientDeleted,
    ];

    /// As it is stored and answered.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountCreated => "account_created",
            Self::AccountDisabled => "account_disabled",
            Self::AccountEnabled => "account_enabled",
            Self::AccountErased => "account_erased",
            Self::EmailChanged => "email_changed",
            Self::PasswordChanged => "password_changed",
            Self::PasswordRefused => "password_refused",
            Self::SignInSucceeded => "sign_in_succeeded",
            Self::SignInFailed => "sign_in_failed",
            Self::SessionEnded => "session_ended",
            Self::SessionsEnded => "sessions_ended",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::CredentialsReplaced => "credentials_replaced",
            Self::ClientDeleted => "client_deleted",
        }
    }

    /// From what a store kept.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}

/// Where a call came from. Both are absent where the operator acted on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The caller's address, as far as it can be known.
    pub address: Option<IpAddr>,
    /// The request's id.
    pub request_id: Option<String>,
}

/// One entry of the trail. It holds no secret, and of contacts nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// `_id`.
    pub id: AuditId,
    /// Whose account; `None` where nobody's is known.
    pub user: Option<UserId>,
    /// What happened.
    pub event: AuditEvent,
    /// When.
    pub at: Timestamp,
    /// The session in which it was done; `None`: without one.
    pub session: Option<SessionId>,
    /// The id of what it was done to, where that isn't the account: a session, a client, an erased user.
    pub subject: Option<String>,
    /// From where.
    pub origin: Origin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_read_back() {
        for event in AuditEvent::ALL {
            assert_eq!(AuditEvent::from_stored(event.as_str()), Some(event));
        }
        assert_eq!(AuditEvent::from_stored("something_else"), None);
    }
}
