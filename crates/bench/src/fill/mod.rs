//! Writes contacts straight into a store's table, past the server: a million over HTTP would take longer than all that
//! is measured then. Indexes are taken away meanwhile and made again at the end.

mod postgres;
mod sqlite;

use anyhow::bail;

use crate::accounts::Account;
use crate::layout::Layout;

/// The columns, in the order in which both stores are given them.
const COLUMNS: &str = "user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, \
                       legacy_version, revision, number_kind, e164, name_key, search_key";

const CHANNEL: &str = "whatsapp";

pub fn fill(store: &str, accounts: &[Account], layout: &Layout) -> anyhow::Result<()> {
    if let Some(file) = store.strip_prefix("sqlite://") {
        sqlite::fill(file, accounts, layout)
    } else if store.starts_with("postgres") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(postgres::fill(store, accounts, layout))
    } else {
        bail!("no store: {store}")
    }
}

/// In which of its client's groups a contact is.
fn group_of(account: &Account, contact: u64) -> &[u8; 12] {
    &account.groups[(contact % account.groups.len() as u64) as usize]
}
