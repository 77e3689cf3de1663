//! Taking a group over from another system.

use roster_domain::ports::GroupAdoption;
use roster_domain::{NewGroup, Scope};
use sqlx::PgPool;

use super::create::create;
use super::single::get;
use crate::error::{Violation, violation};

/// The scope is narrowed to the client.
pub(crate) async fn adopt(pool: PgPool, scope: Scope, group: NewGroup) -> sqlx::Result<GroupAdoption> {
    let id = group.id;
    if get(pool.clone(), scope, id).await?.is_some() {
        return Ok(GroupAdoption::Present);
    }
    match create(pool.clone(), scope, NewGroup { is_default: false, ..group }).await {
        Ok(Some(_)) => Ok(GroupAdoption::Done),
        Ok(None) => Ok(GroupAdoption::ClientGone),
        Err(error) if violation(&error) == Some(Violation::GroupThere) => {
            // Another client's, unless it was taken over meanwhile.
            let is_there = get(pool, scope, id).await?.is_some();
            Ok(if is_there { GroupAdoption::Present } else { GroupAdoption::IdTaken })
        }
        Err(error) => Err(error),
    }
}
