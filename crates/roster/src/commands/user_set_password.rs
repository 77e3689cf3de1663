//! `roster user set-password`

use anyhow::{Context, bail};

use super::password;
use super::with_store::{account, with_store};
use crate::cli::UserArgs;
use crate::entropy::SystemEntropy;
use crate::output::say;
use crate::services::services;
use crate::{keys, telemetry};

/// Sets a new password and ends all sessions of the account.
///
/// # Errors
/// When the password is no good, no account has the address, or the store can't be reached or isn't migrated.
pub fn run(args: UserArgs) -> anyhow::Result<()> {
    let settings = super::settings(args.settings, Vec::new())?;
    telemetry::start(&settings.log)?;
    let password = password::new(&args.email)?;
    with_store(&settings.store, async |store| {
        let user = account(&store, &args.email).await?.user.id;
        let identity = services(store, keys::for_nothing(&SystemEntropy)?, &settings.auth).identity;
        if !identity.set_password(user, &password).await.context("the password can't be set")? {
            bail!("the account was erased meanwhile");
        }
        Ok(())
    })?;
    say("The password is set. Whoever was signed in has to sign in again.");
    Ok(())
}
