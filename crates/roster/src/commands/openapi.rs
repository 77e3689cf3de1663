//! `roster openapi`

use roster_http::Document;

use crate::output::list;

/// Prints the document that `GET /openapi.json` answers.
///
/// # Errors
/// When it can't be written.
pub fn run() -> anyhow::Result<()> {
    list(Document::get()?.text.lines())?;
    Ok(())
}
