//! What the commands about accounts share: the store is opened, asked, and closed again whatever came of it.

use anyhow::Context;
use roster_domain::ports::Store;
use roster_domain::{EmailKey, ListedUser};

use crate::settings::StoreSettings;
use crate::store::{OpenStore, Pending};

/// Does this with the store, beside whatever servers run on it.
///
/// # Errors
/// When the store can't be reached or isn't migrated, or the act fails.
pub fn with_store<T>(settings: &StoreSettings, act: impl AsyncFnOnce(Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = OpenStore::open(settings, Pending::Refuse).await?;
        let outcome = act(store.ports()).await;
        store.close().await;
        outcome
    })
}

/// The account with this address.
///
/// # Errors
/// When there is none.
pub async fn account(store: &Store, address: &EmailKey) -> anyhow::Result<ListedUser> {
    store.operator.user(address).await?.context("no account has that address")
}
