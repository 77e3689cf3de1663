//! From a row's bytes to a contact, without a stop in between.

use roster_domain::values::{Channel, ContactName, Number};
use roster_domain::{Contact, ObjectId, Timestamp, Transaction};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::corrupt;
use crate::rows::survey_sort;

/// The columns of a contact, in the order in which [`contact`] reads them, of the relation with this name.
macro_rules! contact_columns {
    ($of:literal) => {
        concat!(
            $of,
            ".id, ",
            $of,
            ".client_id, ",
            $of,
            ".group_id, ",
            $of,
            ".name, ",
            $of,
            ".number, ",
            $of,
            ".channel, ",
            $of,
            ".survey_id, ",
            $of,
            ".survey_sort_integer, ",
            $of,
            ".survey_sort_text, ",
            $of,
            ".created_at, ",
            $of,
            ".updated_at, ",
            $of,
            ".legacy_version, ",
            $of,
            ".revision"
        )
    };
}
pub(crate) use contact_columns;

/// How many they are.
pub(crate) const CONTACT_COLUMNS: usize = 13;

/// Postgres counts microseconds from 2000 on.
const MILLIS_OF_2000: i64 = 946_684_800_000;

/// The contact in the first columns of a row.
pub(crate) fn contact(row: &PgRow) -> sqlx::Result<Contact> {
    let sort = survey_sort(integer_or_null(row, 7)?, text_or_null(row, 8)?.map(str::to_owned))?;
    Ok(Contact {
        id: id(row, 0)?,
        client_id: id(row, 1)?,
        group_id: id(row, 2)?,
        name: ContactName::from_stored(text(row, 3)?.to_owned()),
        number: Number::from_stored(text(row, 4)?.to_owned()),
        channel: Channel::from_stored(text(row, 5)?),
        transaction: Transaction { survey_id: id_or_null(row, 6)?, survey_sort_id: sort },
        created_at: time(row, 9)?,
        updated_at: time(row, 10)?,
        legacy_version: integer(row, 11)?,
        revision: integer(row, 12)?,
    })
}

/// Which item the row is about: they are numbered from one on, as WITH ORDINALITY does.
pub(crate) fn place(row: &PgRow, column: usize) -> sqlx::Result<usize> {
    usize::try_from(integer(row, column)?).ok().and_then(|number| number.checked_sub(1)).ok_or_else(|| corrupt("place"))
}

/// The bytes of a column, which Postgres sent in its binary form.
fn bytes(row: &PgRow, column: usize) -> sqlx::Result<Option<&[u8]>> {
    // An absent value is the only error there is.
    Ok(row.try_get_raw(column)?.as_bytes().ok())
}

fn required(row: &PgRow, column: usize) -> sqlx::Result<&[u8]> {
    bytes(row, column)?.ok_or_else(|| corrupt("NULL"))
}

pub(crate) fn id<Id: From<ObjectId>>(row: &PgRow, column: usize) -> sqlx::Result<Id> {
    id_or_null(row, column)?.ok_or_else(|| corrupt("NULL"))
}

pub(crate) fn id_or_null<Id: From<ObjectId>>(row: &PgRow, column: usize) -> sqlx::Result<Option<Id>> {
    let id = bytes(row, column)?.map(ObjectId::try_from).transpose();
    id.map(|id| id.map(Id::from)).map_err(|_| corrupt("an id"))
}

pub(crate) fn text(row: &PgRow, column: usize) -> sqlx::Result<&str> {
    str::from_utf8(required(row, column)?).map_err(|_| corrupt("a text"))
}

pub(crate) fn text_or_null(row: &PgRow, column: usize) -> sqlx::Result<Option<&str>> {
    bytes(row, column)?.map(str::from_utf8).transpose().map_err(|_| corrupt("a text"))
}

fn integer(row: &PgRow, column: usize) -> sqlx::Result<i64> {
    integer_or_null(row, column)?.ok_or_else(|| corrupt("NULL"))
}

pub(crate) fn integer_or_null(row: &PgRow, column: usize) -> sqlx::Result<Option<i64>> {
    let bytes = bytes(row, column)?.map(<[u8; 8]>::try_from).transpose();
    bytes.map(|bytes| bytes.map(i64::from_be_bytes)).map_err(|_| corrupt("an integer"))
}

fn time(row: &PgRow, column: usize) -> sqlx::Result<Timestamp> {
    Ok(Timestamp::from_millis(integer(row, column)?.div_euclid(1_000) + MILLIS_OF_2000))
}

pub(crate) fn flag(row: &PgRow, column: usize) -> sqlx::Result<bool> {
    match required(row, column)? {
        [flag] => Ok(*flag != 0),
        _ => Err(corrupt("a flag")),
    }
}

/// A verdict of the statement's: a small number.
pub(crate) fn verdict(row: &PgRow, column: usize) -> sqlx::Result<i32> {
    <[u8; 4]>::try_from(required(row, column)?).map(i32::from_be_bytes).map_err(|_| corrupt("a verdict"))
}
