//! Who is calling: accounts, sign-in, tokens, and the keys they are signed with.
//!
//! # The model on one page
//!
//! ```text
//!  password ──sign_in──► session ──┬─ access token   rat_…  15 minutes, signed, says whose and which session
//!                                  └─ refresh token  rrt_…  as long as the session, checked by its hash
//!  sign_up, create_client ──► client ─ session_id + access token  rct_…  random, checked by its hash
//!
//!  Bearer, x-refresh, client credentials ──authenticate──► Caller ──► Scope, Account
//! ```
//!
//! * **[`Identity`]** is the one way in. What it needs of the world it is given: a store, a clock, entropy, the
//!   [`KeyRing`]. Nothing here knows HTTP or SQL.
//! * **A copy of the database alone lets nobody in.** Passwords are argon2id hashes. Access tokens aren't stored.
//!   Of refresh tokens and client tokens, which are 256 bits that nobody can guess, only the SHA-256 is.
//! * **Keys** ([`SecretKey`]) come from the operator: the first signs, all verify, so a key is replaced by putting a new
//!   one before it and removing the old one later. Refresh tokens are checked by hash alone, so that logs nobody out:
//!   whose access token was signed by the removed key gets a fresh one through `x-refresh`. Each [`Purpose`] has its own
//!   subkey, so that what was signed for one never counts for another.
//! * **Tokens** are strict: a prefix that secret scanners can look for, one length, one spelling, a checksum. Garbage in
//!   the place of an access or refresh token is refused before the store is asked. Whatever is compared with a secret is
//!   compared in constant time.
//! * **Passwords** are hashed on a few threads of their own that keep their memory; no more than 32 wait for them, the
//!   next is told `Busy` at once. An unknown address costs the same hash as a known one. New passwords should go
//!   through [`refuse_guessable`] while the request is parsed, so that it stands among the other field errors. How often
//!   passwords may be tried is in `attempts`.
//! * **[`Identity::authenticate`]** decides who the caller is from what came along. Its table is written out in the
//!   module and tested row by row. What was read a moment ago is remembered (`memory`), and forgotten when something of
//!   that user is ended, here or on another server.
//! * **Refresh tokens** rotate ([`Identity::refresh`]), and one that was replaced long ago ends its session: `sessions`.
//! * **What was done to an account** is in the audit trail; an act and its entry are stored together.

#![warn(missing_docs)]

mod account;
mod attempts;
mod authentication;
mod clients;
mod identity;
mod keys;
mod memory;
mod operator;
mod passwords;
mod refused;
mod sessions;
mod settings;
mod sign_in;
mod sign_up;
mod tokens;

pub use account::{AccountError, UserRequest};
pub use authentication::{Authenticated, AuthenticationError, Presented};
pub use clients::new_default_client;
pub use identity::{Actor, Identity};
pub use keys::{KeyRing, MalformedKey, Purpose, SecretKey};
pub use passwords::{can_verify_bcrypt, refuse_guessable};
pub use refused::Refused;
pub use settings::{IdentitySettings, Registration};
pub use sign_in::{SignInError, SignedIn};
pub use sign_up::{SignUp, SignUpError, SignedUp};
pub use tokens::client_token_hash;
