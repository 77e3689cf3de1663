//! Whose contacts a command is about. The operator reaches all of them, in the name of whom they belong to.

use anyhow::{Context, bail};
use roster_domain::ports::Store;
use roster_domain::{Account, Caller, Client, ClientId, Clock, EmailKey, Scope, SessionId, UserId};

use super::with_store::account;
use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;

/// One client, and the scope that is narrowed to it. Without an address it must be the only one with this id.
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
    const NOBODY: &str = "no account has a client with this id";
    match store.operator.users_with_client(id).await?[..] {
        [] => bail!(NOBODY),
        [user] => Ok((user, store.clients.get(&account_of(user)?, id).await?.context(NOBODY)?)),
        _ => bail!("several accounts have a client with this id: say whose with --user"),
    }
}

fn account_of(user: UserId) -> anyhow::Result<Account> {
    Ok(acting_for(user).account()?)
}

/// In a session that was never begun: nobody signed in, and nothing can be done with it over HTTP.
fn acting_for(user: UserId) -> Caller {
    Caller::User { user, session: SessionId::generate(SystemClock.now(), &SystemEntropy), client: None }
}
