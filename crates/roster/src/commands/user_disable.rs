//! `roster user disable`

use super::user_standing::set_disabled;
use crate::cli::UserArgs;
use crate::output::say;

/// Shuts an account out, at once on servers that hear of it and within two seconds on all others.
///
/// # Errors
/// When no account has the address, or the store can't be reached or isn't migrated.
pub fn run(args: UserArgs) -> anyhow::Result<()> {
    match set_disabled(args, true)? {
        Some(since) => say(format_args!("It is disabled already, since {since}.")),
        None => say("Disabled. Nobody can sign in to it, its sessions are ended and its clients' credentials refused."),
    }
    Ok(())
}
