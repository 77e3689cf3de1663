//! Whose contacts a command is about. The operator reaches all of them, in the name of whom they belong to.

use anyhow::{Context, bail};
use roster_domain::ports::Store;
use roster_domain::{Account, Caller, Client, ClientId, Clock, EmailKey, Keyset, Limit, Scope, SessionId, UserId};

use super::with_store::account;
use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;

/// One client, and the scope that is narrowed to it. Without an address all accounts are looked through.
///
/// # Errors
/// When there is no such client, or the account hasn't got it.
pub async fn one_client(store: &Store, id: ClientId, address: Option<&EmailKey>) -> anyhow::Result<(Scope, Client)> {
    let (user, client) = match address {
        Some(address) => {
            let user = account(store, address).await?.user.id;
            let client = store.clients.get(&account_of(user)?, id).await?;
            (user, client.context("that account has no client with this id")?)
        }
        None => anybodys(store, id).await?,
    };
    Ok((Caller::Client { user, client: id }.scope(), client))
}

/// All clients of an account.
///
/// # Errors
/// When no account has the address.
pub async fn all_clients(store: &Store, address: &EmailKey) -> anyhow::Result<Scope> {
    Ok(acting_for(account(store, address).await?.user.id).scope())
}

async fn anybodys(store: &Store, id: ClientId) -> anyhow::Result<(UserId, Client)> {
    let mut found = None;
    let mut after = None;
    loop {
        let page = store.operator.users(Keyset { after, limit: Limit::stream_chunk() }).await?;
        for listed in &page.items {
            let user = listed.user.id;
            if let Some(client) = store.clients.get(&account_of(user)?, id).await? {
                // Ids are unique within an account, and imported ones may be anywhere.
                if found.replace((user, client)).is_some() {
                    bail!("several accounts have a client with this id: say whose with --user");
                }
            }
        }
        after = page.items.last().map(|listed| listed.user.id);
        if !page.has_more || after.is_none() {
            return found.context("no account has a client with this id");
        }
    }
}

fn account_of(user: UserId) -> anyhow::Result<Account> {
    Ok(acting_for(user).account()?)
}

/// In a session that was never begun: nobody signed in, and nothing can be done with it over HTTP.
fn acting_for(user: UserId) -> Caller {
    Caller::User { user, session: SessionId::generate(SystemClock.now(), &SystemEntropy), client: None }
}
