//! `roster migrate run`

use crate::cli::SettingsArgs;
use crate::migrations::Migrations;
use crate::output::say;

/// Applies what is pending, and lists it.
///
/// # Errors
/// When the database can't be reached or a migration fails; those before it stay.
pub fn run(args: SettingsArgs) -> anyhow::Result<()> {
    let settings = super::settings(args, Vec::new())?;
    let applied = Migrations::of(&settings.store.url)?.run()?;
    if applied.is_empty() {
        say("Nothing to apply: the database is up to date.");
    }
    for migration in applied {
        say(format_args!("applied {migration}"));
    }
    Ok(())
}
