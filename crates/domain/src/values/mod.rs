//! Parsed values: each exists only in its good form.

mod channel;
mod client_session_id;
mod email;
mod fold;
mod invalid;
mod number;
mod number_info;
mod password;
mod region;
mod search;
mod survey;
mod text;

pub use channel::Channel;
pub use client_session_id::ClientSessionId;
pub use email::{Email, EmailKey};
pub use fold::fold;
pub use invalid::{Invalid, InvalidCode};
pub use number::Number;
pub use number_info::{E164, NumberInfo, NumberKind};
pub use password::NewPassword;
pub use region::Region;
pub use search::{NameKey, NumberSuffix, SearchKey, SearchQuery};
pub use survey::SurveySortId;
pub use text::{ClientName, ContactName, GroupTitle, PersonName};

/// The usual surface of a value that is a checked string.
macro_rules! checked_string {
    ($name:ident) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What a store kept: it was parsed before it was stored, under the rules of its day.
            #[must_use]
            pub fn from_stored(text: String) -> Self {
                Self(text)
            }
        }
    };
}
use checked_string;
