//! Ids: 12 bytes for what consumers see (4 of seconds, 5 random per process, 3 of a counter, so that they sort by
//! age and ids of an imported system are kept), UUID v7 for sessions and audit
//! entries.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::{Entropy, Timestamp};

/// Twelve bytes, written as 24 lower-case hex digits: the form of every `_id` the guide prints.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 12]);

/// The text (or the bytes) can't be an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 24 hexadecimal digits")]
pub struct MalformedId;

impl ObjectId {
    /// Reads exactly 24 hex digits of either case.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        let digits: &[u8; 24] = text.as_bytes().try_into().map_err(|_| MalformedId)?;
        let mut bytes = [0; 12];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }

    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    /// The hex digits, as ASCII.
    #[must_use]
    pub fn digits(&self) -> [u8; 24] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 24];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        text
    }

    /// The bytes, as stores keep them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }
}

fn nibble(digit: u8) -> Result<u8, MalformedId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(MalformedId),
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<&[u8]> for ObjectId {
    type Error = MalformedId;

    fn try_from(bytes: &[u8]) -> Result<Self, MalformedId> {
        bytes.try_into().map(Self).map_err(|_| MalformedId)
    }
}

/// An [`ObjectId`] that says whose id it is, so that a group's can't stand where a contact's belongs.
macro_rules! typed_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ObjectId);

        impl $name {
            /// Reads exactly 24 hex digits of either case.
            ///
            /// # Errors
            /// When the text is anything else.
            pub fn parse(text: &str) -> Result<Self, MalformedId> {
                ObjectId::parse(text).map(Self)
            }

            /// The hex digits, as ASCII.
            #[must_use]
            pub fn digits(&self) -> [u8; 24] {
                self.0.digits()
            }

            /// The bytes, as stores keep them.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 12] {
                self.0.as_bytes()
            }
        }

        impl From<ObjectId> for $name {
            fn from(id: ObjectId) -> Self {
                Self(id)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = MalformedId;

            fn try_from(bytes: &[u8]) -> Result<Self, MalformedId> {
                ObjectId::try_from(bytes).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

typed_id! {
    /// A user's id: the tenant key, first in every key below a user.
    UserId,
    /// A client's id, `client_id` in the guide.
    ClientId,
    /// A contact group's id.
    GroupId,
    /// A contact's id.
    ContactId,
}

/// An id that is a UUID v7: sorted by age.
macro_rules! uuid_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one, of this instant.
            #[must_use]
            pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Self {
                let mut random = [0; 10];
                entropy.fill(&mut random);
                let millis = u64::try_from(now.millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// Reads the usual form, with hyphens, of either case.
            ///
            /// # Errors
            /// When the text is anything else.
            pub fn parse(text: &str) -> Result<Self, MalformedUuid> {
                // The parser also takes braces, URNs and no hyphens: one thing, one spelling.
                if text.len() != 36 {
                    return Err(MalformedUuid);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| MalformedUuid)
            }

            /// The 16 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

/// The text can't be such an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct MalformedUuid;

uuid_id! {
    /// A session's id: a UUID v7.
    SessionId,
    /// An audit entry's id: a UUID v7, so that the trail is in the order of its ids.
    AuditId,
    /// An import's id: a UUID v7.
    ImportId,
}

impl AuditId {
    /// Above every id made by this instant, below every one made later.
    #[must_use]
    pub fn first_after(instant: Timestamp) -> Self {
        let millis = u64::try_from(instant.millis().saturating_add(1)).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
    }
}

/// Makes new 12-byte ids: strictly rising within a process, also when the clock is set back or a second's 16 million
/// are used up (then the count carries into the seconds).
pub struct IdSource {
    process: [u8; 5],
    /// Seconds in the upper bits, the 24-bit counter below.
    last: AtomicU64,
}

const COUNTER: u64 = 0xff_ffff;

impl IdSource {
    /// A source with a random process part and a random place to start counting.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 8];
        entropy.fill(&mut random);
        let [a, b, c, d, e, start @ ..] = random;
        let start = start.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
        Self { process: [a, b, c, d, e], last: AtomicU64::new(start) }
    }

    /// The next id, of this instant.
    pub fn next<Id: From<ObjectId>>(&self, now: Timestamp) -> Id {
        let seconds = u64::from(u32::try_from(now.millis() / 1000).unwrap_or(u32::MAX));
        let after = |last: u64| ((seconds << 24) | ((last + 1) & COUNTER)).max(last + 1);
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
        let stamp = after(last.unwrap_or_else(|last| last)).to_be_bytes();
        let [_, s0, s1, s2, s3, c0, c1, c2] = stamp;
        let [a, b, c, d, e] = self.process;
        Id::from(ObjectId([s0, s1, s2, s3, a, b, c, d, e, c0, c1, c2]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    proptest! {
        #[test]
        fn reads_back_what_it_prints(bytes: [u8; 12]) {
            let id = ObjectId::from_bytes(bytes);
            prop_assert_eq!(ObjectId::parse(&id.to_string()), Ok(id));
            prop_assert_eq!(ObjectId::parse(&id.to_string().to_uppercase()), Ok(id));
        }

        #[test]
        fn takes_nothing_but_24_hex_digits(text in ".{0,30}") {
            let good = text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit());
            prop_assert_eq!(ObjectId::parse(&text).is_ok(), good);
        }

        #[test]
        fn rises_whatever_the_clock_does(start: u8, seconds in proptest::collection::vec(0..4_000_000_000_i64, 2..50)) {
            let source = IdSource::new(&Fixed(start));
            let ids: Vec<ObjectId> =
                seconds.iter().map(|s| source.next(Timestamp::from_millis(s * 1000))).collect();
            prop_assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn carries_when_a_second_is_used_up() {
        let source = IdSource::new(&Fixed(0xff));
        let now = Timestamp::from_millis(1_700_000_000_000);
        let ids: Vec<ObjectId> = (0..3).map(|_| source.next(now)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    }

    #[test]
    fn begins_with_the_seconds() {
        let source = IdSource::new(&Fixed(7));
        let id: ContactId = source.next(Timestamp::from_millis(0x64a8_7271 * 1000 + 962));
        assert!(id.to_string().starts_with("64a872710707070707"), "{id}");
    }

    #[test]
    fn a_session_id_is_a_uuid_of_version_7() {
        let id = SessionId::generate(Timestamp::from_millis(1_700_000_000_000), &Fixed(9));
        assert_eq!(Uuid::from(id).get_version_num(), 7);
    }
}
