//! Where a contact's client is at home: guessed, and told by the statement where the guess was wrong.

use quick_cache::sync::Cache;
use roster_domain::{ClientId, GroupId, Region, Scope, UserId};

/// Of so many clients and groups it is remembered.
const REMEMBERED: usize = 10_000;

/// What a call names, from which its client follows.
type Named = (UserId, Option<ClientId>, Option<GroupId>);

/// What was told last. Nothing rests on it but how often a number is derived twice.
pub(super) struct Regions(Cache<Named, Region>);

impl Regions {
    pub(super) fn new() -> Self {
        Self(Cache::new(REMEMBERED))
    }

    pub(super) fn guess(&self, scope: &Scope, group: Option<GroupId>) -> Option<Region> {
        self.0.get(&(scope.user(), scope.client(), group))
    }

    pub(super) fn remember(
        &self,
        user: UserId,
        client: Option<ClientId>,
        group: Option<GroupId>,
        region: Option<&Region>,
    ) {
        match region {
            Some(region) => self.0.insert((user, client, group), region.clone()),
            None => {
                self.0.remove(&(user, client, group));
            }
        }
    }
}
