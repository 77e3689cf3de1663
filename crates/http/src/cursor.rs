//! The text of a cursor: where a list goes on, signed, so that it is good only for the caller, the list and the
//! filters it was made for.
//!
//! Base64url of: the last row's place in the order (its id: 12 or 16 bytes; by name that too), the filters as a query
//! string, and a MAC (32 bytes) over these and over what isn't in it: route, order, user and client. So filters may be
//! left out beside a cursor, and it says nothing that its holder doesn't know.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roster_domain::{
    AuditId, Caller, ClientId, ContactId, ContactPlace, GroupId, ImportId, NameKey, ObjectId, SessionId,
};
use roster_identity::{KeyRing, Purpose};

/// Makes and opens the cursors of one list for one caller.
pub struct CursorSeal<'a> {
    keys: &'a KeyRing,
    context: Vec<u8>,
}

/// What a cursor holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor<Place> {
    /// The last row before.
    pub after: Place,
    /// The filters, as a query string.
    pub filters: String,
}

const MAC: usize = 32;

/// What a list's order goes by, and where a page of it ends.
pub trait Place: Clone + 'static {
    fn write(&self, bytes: &mut Vec<u8>);

    /// Reads what was written; and what stands behind it.
    fn read(bytes: &[u8]) -> Option<(Self, &[u8])>;
}

macro_rules! places {
    ($size:literal, $of_bytes:expr => $($id:ident),+) => {$(
        impl Place for $id {
            fn write(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(self.as_bytes());
            }

            fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
                let (id, rest) = bytes.split_at_checked($size)?;
                Some(($of_bytes(id).ok().map(Self::from)?, rest))
            }
        }
    )+};
}

places!(12, ObjectId::try_from => ContactId, GroupId, ClientId);
places!(16, uuid::Uuid::from_slice => SessionId, AuditId, ImportId);

/// The id, and by name the length of the key and the key; without one the length is what no key has.
impl Place for ContactPlace {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.id().write(bytes);
        match self {
            Self::Id(_) => bytes.extend_from_slice(&NO_NAME.to_be_bytes()),
            Self::Name(key, _) => {
                let length = u16::try_from(key.as_str().len()).unwrap_or(NO_NAME);
                bytes.extend_from_slice(&length.to_be_bytes());
                bytes.extend_from_slice(key.as_str().as_bytes());
            }
        }
    }

    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (id, rest) = ContactId::read(bytes)?;
        let (length, rest) = rest.split_first_chunk()?;
        match u16::from_be_bytes(*length) {
            NO_NAME => Some((Self::Id(id), rest)),
            length => {
                let (key, rest) = rest.split_at_checked(usize::from(length))?;
                let key = String::from_utf8(key.to_vec()).ok()?;
                Some((Self::Name(NameKey::from_stored(key), id), rest))
            }
        }
    }
}

const NO_NAME: u16 = u16::MAX;

impl<'a> CursorSeal<'a> {
    /// The route is that without its prefix: a cursor may go on under the other one.
    pub fn new(keys: &'a KeyRing, caller: &Caller, route: &'static str, order: &'static str) -> Self {
        let mut context = Vec::with_capacity(64);
        context.extend_from_slice(caller.user().as_bytes());
        match caller.client() {
            Some(client) => {
                context.push(1);
                context.extend_from_slice(client.as_bytes());
            }
            None => context.push(0),
        }
        for words in [route, order] {
            context.extend_from_slice(words.as_bytes());
            context.push(0);
        }
        Self { keys, context }
    }

    pub fn close<P: Place>(&self, cursor: &Cursor<P>) -> String {
        let mut bytes = Vec::new();
        cursor.after.write(&mut bytes);
        bytes.extend_from_slice(cursor.filters.as_bytes());
        let mac = self.keys.sign(Purpose::Cursor, &self.signed(&bytes));
        bytes.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `None` unless this very list answered this very text to this very caller.
    pub fn open<P: Place>(&self, text: &str) -> Option<Cursor<P>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (payload, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
        if !self.keys.verify(Purpose::Cursor, &self.signed(payload), mac) {
            return None;
        }
        let (after, filters) = P::read(payload)?;
        Some(Cursor { after, filters: String::from_utf8(filters.to_vec()).ok()? })
    }

    fn signed(&self, payload: &[u8]) -> Vec<u8> {
        [&self.context, payload].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roster_domain::UserId;
    use roster_identity::SecretKey;
    use roster_testkit::SeededEntropy;

    fn keys(seed: u64) -> KeyRing {
        KeyRing::new(vec![SecretKey::generate(&SeededEntropy::new(seed))]).unwrap()
    }

    fn user(n: u8, client: Option<u8>) -> Caller {
        let id = |n| ObjectId::from_bytes([n; 12]);
        let session = SessionId::from(uuid::Uuid::from_bytes([n; 16]));
        Caller::User { user: UserId::from(id(n)), session, client: client.map(|n| ClientId::from(id(n))) }
    }

    fn cursor() -> Cursor<ContactId> {
        Cursor { after: ContactId::from(ObjectId::from_bytes([7; 12])), filters: "type=all".to_owned() }
    }

    #[test]
    fn is_good_for_its_caller_and_its_list_only() {
        let keys = keys(1);
        let text = CursorSeal::new(&keys, &user(1, None), "/contact", "newest first").close(&cursor());
        let opened = |caller: &Caller, route, order| CursorSeal::new(&keys, caller, route, order).open(&text);
        assert_eq!(opened(&user(1, None), "/contact", "newest first"), Some(cursor()));
        assert_eq!(opened(&user(2, None), "/contact", "newest first"), None);
        assert_eq!(opened(&user(1, Some(1)), "/contact", "newest first"), None);
        assert_eq!(opened(&user(1, None), "/contact", "oldest first"), None);
        assert_eq!(opened(&user(1, None), "/contact_groups", "newest first"), None);
    }

    #[test]
    fn is_good_under_its_key_only() {
        let (ours, theirs) = (keys(1), keys(2));
        let text = CursorSeal::new(&theirs, &user(1, None), "/contact", "newest first").close(&cursor());
        assert_eq!(CursorSeal::new(&ours, &user(1, None), "/contact", "newest first").open::<ContactId>(&text), None);
    }

    proptest! {
        #[test]
        fn opens_to_what_was_closed(id: [u8; 12], filters: String, client: Option<u8>) {
            let keys = keys(3);
            let seal = CursorSeal::new(&keys, &user(1, client), "/contact", "newest first");
            let cursor = Cursor { after: ContactId::from(ObjectId::from_bytes(id)), filters };
            prop_assert_eq!(seal.open(&seal.close(&cursor)), Some(cursor));
        }

        #[test]
        fn opens_nothing_that_was_altered(at: prop::sample::Index, with in "[A-Za-z0-9_=-]") {
            let keys = keys(4);
            let seal = CursorSeal::new(&keys, &user(1, None), "/contact", "newest first");
            let text = seal.close(&cursor());
            let at = at.index(text.len());
            let altered = format!("{}{with}{}", &text[..at], &text[at + 1..]);
            prop_assert_eq!(seal.open::<ContactId>(&altered).is_some(), altered == text);
            prop_assert_eq!(seal.open::<ContactId>(&format!("{text}{with}")), None);
            prop_assert_eq!(seal.open::<ContactId>(&text[..at]), None);
        }

        #[test]
        fn never_panics(text: String) {
            let keys = keys(5);
            prop_assert_eq!(CursorSeal::new(&keys, &user(1, None), "/contact", "newest first").open::<ContactId>(&text), None);
        }
    }
}
