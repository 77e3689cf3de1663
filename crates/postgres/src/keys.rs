//! Ids as statements take them.

use roster_domain::{ClientId, GroupId, ObjectId};

/// More than any id: where a list that runs downwards begins. So the first page is the same statement, on the same
/// index, as all others.
pub(crate) const ABOVE_ALL: &[u8] = &[0xff; 13];

/// Less than any id: where a list that runs upwards begins.
pub(crate) const BELOW_ALL: &[u8] = &[];

/// The client a scope is narrowed to. For conditions on a row that its primary key has found:
/// `client_id = COALESCE($3, client_id)`.
pub(crate) fn client_bytes(id: Option<&ClientId>) -> Option<&[u8]> {
    id.map(|id| id.as_bytes().as_slice())
}

/// The group given, if any.
pub(crate) fn group_bytes(id: Option<&GroupId>) -> Option<&[u8]> {
    id.map(|id| id.as_bytes().as_slice())
}

/// A survey's id, if any.
pub(crate) fn object_bytes(id: Option<&ObjectId>) -> Option<&[u8]> {
    id.map(|id| id.as_bytes().as_slice())
}
