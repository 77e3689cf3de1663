//! `roster user enable`

use super::user_standing::set_disabled;
use crate::cli::UserArgs;
use crate::output::say;

/// Lets an account in again. Its sessions stay ended; its clients' credentials are what they were.
///
/// # Errors
/// When no account has the address, or the store can't be reached or isn't migrated.
pub fn run(args: UserArgs) -> anyhow::Result<()> {
    match set_disabled(args, false)? {
        Some(since) => say(format_args!("Enabled; it had been disabled since {since}.")),
        None => say("It isn't disabled."),
    }
    Ok(())
}
