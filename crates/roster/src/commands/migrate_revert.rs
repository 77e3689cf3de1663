//! `roster migrate revert`

use crate::cli::SettingsArgs;
use crate::migrations::Migrations;
use crate::output::say;

/// Takes the newest applied migration back, with whatever its tables held.
///
/// # Errors
/// When the database can't be reached, or the migration can't be taken back.
pub fn run(args: SettingsArgs) -> anyhow::Result<()> {
    let settings = super::settings(args, Vec::new())?;
    match Migrations::of(&settings.store.url)?.revert()? {
        Some(migration) => say(format_args!("reverted {migration}")),
        None => say("Nothing to revert: no migration is applied."),
    }
    Ok(())
}
