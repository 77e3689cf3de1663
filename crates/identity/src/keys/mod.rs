//! The secret keys and what is signed with them.

mod ring;
mod secret_key;

pub(crate) use ring::Key;
pub use ring::{KeyRing, Purpose};
pub use secret_key::{MalformedKey, SecretKey};
