//! Writing what was planned.

use roster_domain::{Plan, UserId};
use rusqlite::{Connection, params};

use crate::statements::statements;
use crate::{contacts, query};

statements! {
    DELETE = "DELETE FROM contacts WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];
}

pub(crate) fn write(connection: &Connection, user: UserId, plan: &Plan) -> rusqlite::Result<()> {
    for id in &plan.deletes {
        query::write(connection, DELETE, params![user.as_bytes(), id.as_bytes()])?;
    }
    for (contact, derived) in &plan.inserts {
        contacts::insert(connection, user, contact, derived)?;
    }
    for (contact, derived) in &plan.updates {
        contacts::replace(connection, user, contact, derived)?;
    }
    Ok(())
}
