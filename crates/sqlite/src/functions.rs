//! What SQL asks the domain.

use roster_domain::{Number, NumberInfo, Region};
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

/// Every connection has them.
pub(crate) fn add(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("roster_e164", 2, flags, e164)
}

/// `roster_e164(number, region)`: the phone number that a number stands for in a region, or NULL.
fn e164(context: &Context<'_>) -> rusqlite::Result<Option<String>> {
    let number = Number::from_stored(context.get(0)?);
    let region = context.get::<Option<String>>(1)?.map(Region::from_stored);
    Ok(NumberInfo::derive(&number, region.as_ref()).e164.map(|e164| e164.as_str().to_owned()))
}
