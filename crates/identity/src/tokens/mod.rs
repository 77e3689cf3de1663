//! The three kinds of token, a file each, in their common armour.

mod access;
mod armour;
mod client;
mod refresh;

use roster_domain::TokenHash;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub(crate) use access::AccessToken;
pub use client::client_token_hash;
pub(crate) use client::new_client_token;
pub(crate) use refresh::RefreshToken;

/// What a token is stored as and checked by: SHA-256 of its text. Tokens are random, so a slow hash would add nothing.
pub(crate) fn hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

/// Whether two hashes are the same, in constant time.
pub(crate) fn same(one: &TokenHash, other: &TokenHash) -> bool {
    one.0.ct_eq(&other.0).into()
}
