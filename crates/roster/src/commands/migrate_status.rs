//! `roster migrate status`

use roster_domain::{MigrationStanding, MigrationState};

use crate::cli::SettingsArgs;
use crate::migrations::Migrations;
use crate::output::say;

/// Lists every migration and how it stands.
///
/// # Errors
/// When the database can't be reached.
pub fn run(args: SettingsArgs) -> anyhow::Result<()> {
    let settings = super::settings(args, Vec::new())?;
    let all = Migrations::of(&settings.store.url)?.status()?;
    for MigrationStanding { migration, state } in &all {
        say(format_args!("{migration}  {}", in_words(*state)));
    }
    match all.iter().filter(|one| one.state == MigrationState::Pending).count() {
        0 => say("Nothing is pending."),
        pending => say(format_args!("{pending} pending: roster migrate run")),
    }
    Ok(())
}

const fn in_words(state: MigrationState) -> &'static str {
    match state {
        MigrationState::Applied => "applied",
        MigrationState::Pending => "pending",
        MigrationState::Changed => "applied, but with other text than this program's",
        MigrationState::Unknown => "applied by another version of this program",
    }
}
