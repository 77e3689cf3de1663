//! From columns to the domain's types. Columns go by their place: looking a name up in each row of a list costs more
//! than reading it.

use roster_domain::{ObjectId, Timestamp, TokenHash};
use rusqlite::{Result, Row};

/// A 12-byte id.
pub(crate) fn id<Id: From<ObjectId>>(row: &Row<'_>, column: usize) -> Result<Id> {
    row.get(column).map(ObjectId::from_bytes).map(Id::from)
}

/// A 12-byte id, or nothing.
pub(crate) fn optional_id(row: &Row<'_>, column: usize) -> Result<Option<ObjectId>> {
    Ok(row.get::<_, Option<[u8; 12]>>(column)?.map(ObjectId::from_bytes))
}

/// Milliseconds since 1970.
pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// SHA-256 of a secret.
pub(crate) fn token_hash(row: &Row<'_>, column: usize) -> Result<TokenHash> {
    row.get(column).map(TokenHash)
}
