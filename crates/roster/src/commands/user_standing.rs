//! What `roster user disable` and `roster user enable` share.

use anyhow::bail;
use roster_domain::Timestamp;

use super::with_store::{account, with_store};
use crate::cli::UserArgs;
use crate::entropy::SystemEntropy;
use crate::services::services;
use crate::{keys, telemetry};

/// Shuts an account out or lets it in again; since when it had been shut out before, if it was.
///
/// # Errors
/// When no account has the address, or the store can't be reached or isn't migrated.
pub fn set_disabled(args: UserArgs, disabled: bool) -> anyhow::Result<Option<Timestamp>> {
    let settings = super::settings(args.settings, Vec::new())?;
    telemetry::start(&settings.log)?;
    with_store(&settings.store, async |store| {
        let before = account(&store, &args.email).await?;
        let identity = services(store, keys::for_nothing(&SystemEntropy)?, &settings.auth).identity;
        if !identity.set_disabled(before.user.id, disabled).await? {
            bail!("the account was erased meanwhile");
        }
        Ok(before.disabled_at)
    })
}
