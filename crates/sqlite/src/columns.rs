//! From columns to the domain's types. Columns go by their place: looking a name up in each row of a list costs more
//! than reading it.

use roster_domain::{ObjectId, Timestamp, TokenHash};
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Error, Result, Row};
use uuid::Uuid;

/// A 12-byte id.
pub(crate) fn id<Id: From<ObjectId>>(row: &Row<'_>, column: usize) -> Result<Id> {
    row.get(column).map(ObjectId::from_bytes).map(Id::from)
}

/// A 12-byte id, or nothing.
pub(crate) fn optional_id(row: &Row<'_>, column: usize) -> Result<Option<ObjectId>> {
    Ok(row.get::<_, Option<[u8; 12]>>(column)?.map(ObjectId::from_bytes))
}

/// A 16-byte id.
pub(crate) fn uuid<Id: From<Uuid>>(row: &Row<'_>, column: usize) -> Result<Id> {
    row.get(column).map(Uuid::from_bytes).map(Id::from)
}

/// Text in a form that the domain gave it.
pub(crate) fn parsed<T>(row: &Row<'_>, column: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| {
        // The text itself stays out of the log.
        Error::FromSqlConversionFailure(column, Type::Text, "a text that this program doesn't know".into())
    })
}

/// The same, or nothing.
pub(crate) fn optional_parsed<T>(
    row: &Row<'_>,
    column: usize,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => parsed(row, column, parse).map(Some),
    }
}

/// Milliseconds since 1970.
pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// Milliseconds since 1970, or nothing.
pub(crate) fn optional_time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

/// SHA-256 of a secret.
pub(crate) fn token_hash(row: &Row<'_>, column: usize) -> Result<TokenHash> {
    row.get(column).map(TokenHash)
}
