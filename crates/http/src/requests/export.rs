//! What `GET /contact/export` asks for.

use roster_domain::{Invalid, InvalidCode};
use roster_transfer::ExportFormat;

use super::{contact_filter, lists};
use crate::failure::Failure;
use crate::input::Read;
use crate::problems::Problems;
use crate::requests::contacts::Chosen;

/// The parameters of [`export`].
pub const EXPORTED: &[&[&str]] = &[&["type", "format"], &contact_filter::ALL];

/// Which contacts, and as what: CSV where nobody says.
pub fn export(read: Read<'_>) -> Result<(Chosen, ExportFormat), Failure> {
    let mut problems = Problems::default();
    read.query.check(EXPORTED, &mut problems);
    let all_clients = lists::type_all(read.query, &mut problems);
    let filter = contact_filter::read(read.query, &mut problems);
    let format = read.query.get("format").and_then(|word| problems.take("format", format(word)));
    problems.none()?;
    Ok((Chosen { all_clients, filter }, format.unwrap_or(ExportFormat::Csv)))
}

fn format(word: &str) -> Result<ExportFormat, Invalid> {
    ExportFormat::of_word(word)
        .ok_or_else(|| Invalid::new(InvalidCode::Malformed, "must be csv, vcard, vcard4, ndjson, json or json_array"))
}
