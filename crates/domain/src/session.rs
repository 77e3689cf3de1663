//! Sessions: what a sign-in begins.

use crate::{SessionId, Timestamp, TokenHash, UserId};

/// A signed-in session. Its refresh token isn't stored: it is derived from the server's key and [`SessionSecret`],
/// and checked by its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// `_id`.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What the signing-in program called itself.
    pub user_agent: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_used_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// What its refresh token is made from and checked by.
    pub secret: SessionSecret,
}

/// What a session's refresh token is derived from (with a key that the store doesn't hold), and the hash it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSecret {
    /// How often it was rotated.
    pub counter: i64,
    /// Drawn anew at each rotation.
    pub nonce: [u8; 16],
    /// Which of the server's keys it was derived with.
    pub key_id: [u8; 8],
    /// SHA-256 of the current refresh token.
    pub token_hash: TokenHash,
    /// SHA-256 of the one before.
    pub previous_token_hash: Option<TokenHash>,
    /// When the current one was made.
    pub rotated_at: Timestamp,
    /// Whether the current one, or an access token made with it, has been used: until then the one before is answered
    /// the current one again, since the answer may have been lost.
    pub pair_used: bool,
}

/// A use of a session, to be noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionUse {
    /// When, to the hour.
    pub last_used_at: Timestamp,
    /// When it now ends by itself.
    pub expires_at: Timestamp,
    /// Whether it was the current pair of tokens that was used: the one with this counter.
    pub pair: Option<i64>,
}

/// A session to be begun: all of it is decided before it is stored.
pub type NewSession = Session;
