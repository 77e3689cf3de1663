//! Taking an account over from another system.

use roster_domain::ports::AccountAdoption;
use roster_domain::{AuditEntry, NewAccount, UserId};
use rusqlite::{Connection, params};

use super::create;
use super::rows::IS_ERASED;
use crate::{clients, query};

pub(crate) fn adopt(
    connection: &Connection,
    account: &NewAccount,
    entry: &AuditEntry,
) -> rusqlite::Result<AccountAdoption> {
    let NewAccount { user, client } = account;
    if let Some(there) = standing(connection, user.user.id)? {
        return Ok(there);
    }
    if clients::is_anothers(connection, user.user.id, client.id)?
        || clients::has_session_id(connection, &client.session_id)?
    {
        return Ok(AccountAdoption::ClientTaken);
    }
    let made = create::account(connection, account, entry)?;
    Ok(if made.is_some() { AccountAdoption::Done } else { AccountAdoption::EmailTaken })
}

/// Present or erased; `None`: there is no such user.
fn standing(connection: &Connection, user: UserId) -> rusqlite::Result<Option<AccountAdoption>> {
    let is_erased = query::one(connection, IS_ERASED, params![user.as_bytes()], |row| row.get(0))?;
    Ok(is_erased.map(|is_erased: bool| if is_erased { AccountAdoption::Erased } else { AccountAdoption::Present }))
}

/// Whether there is such a user, disabled or not, and not erased.
pub(crate) fn is_kept(connection: &Connection, user: UserId) -> rusqlite::Result<bool> {
    Ok(standing(connection, user)? == Some(AccountAdoption::Present))
}
