//! `roster user list`

use roster_domain::ListedUser;

use super::paged;
use super::with_store::with_store;
use crate::cli::SettingsArgs;
use crate::output::Foreign;
use crate::telemetry;

/// Lists all accounts, oldest first, one a line: id, address, when it was made, and since when it is disabled.
///
/// # Errors
/// When the store can't be reached or isn't migrated.
pub fn run(args: SettingsArgs) -> anyhow::Result<()> {
    let settings = super::settings(args, Vec::new())?;
    telemetry::start(&settings.log)?;
    with_store(&settings.store, async |store| {
        paged::print(None, async |keyset| store.operator.users(keyset).await, |listed| listed.user.id, line).await
    })
}

fn line(ListedUser { user, disabled_at }: &ListedUser) -> String {
    let disabled = disabled_at.map(|at| format!("  disabled since {at}")).unwrap_or_default();
    format!("{}  {}  {}{disabled}", user.id, Foreign(user.email.as_str()), user.created_at)
}
