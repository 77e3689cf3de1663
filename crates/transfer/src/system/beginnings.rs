//! What comes along with what it belongs to: of each user the default client, of each client the default group. The one
//! that the system says is it; else the oldest.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use roster_domain::{ClientId, GroupId, UserId};

use super::reading::Reading;
use super::{Collection, Dump, SystemError};
use crate::documents::system::FromDocument;
use crate::{Failure, Record, Records, Source, SystemClient, SystemGroup};

/// For so many at once they are looked for: each time the whole file is read.
pub const AT_ONCE: usize = 10_000;

/// One of those that belong to something, of which one is the default.
pub trait OneOfSeveral: FromDocument + Send + 'static {
    type Owner: Copy + Eq + Hash;
    type Id: Ord;

    fn owner(&self) -> Option<Self::Owner>;
    fn id(&self) -> Self::Id;
    fn is_default(&self) -> bool;
}

impl OneOfSeveral for SystemClient {
    type Owner = UserId;
    type Id = ClientId;

    fn owner(&self) -> Option<UserId> {
        self.user
    }

    fn id(&self) -> ClientId {
        self.id
    }

    fn is_default(&self) -> bool {
        self.is_default
    }
}

impl OneOfSeveral for SystemGroup {
    type Owner = ClientId;
    type Id = GroupId;

    fn owner(&self) -> Option<ClientId> {
        self.client
    }

    fn id(&self) -> GroupId {
        self.id
    }

    fn is_default(&self) -> bool {
        self.is_default
    }
}

pub async fn default_clients(
    dump: &dyn Dump,
    of: HashSet<UserId>,
) -> Result<HashMap<UserId, SystemClient>, SystemError> {
    defaults(dump, Collection::Clients, of, Source::clients).await
}

pub async fn default_groups(
    dump: &dyn Dump,
    of: HashSet<ClientId>,
) -> Result<HashMap<ClientId, SystemGroup>, SystemError> {
    defaults(dump, Collection::Groups, of, Source::groups).await
}

async fn defaults<T: OneOfSeveral>(
    dump: &dyn Dump,
    collection: Collection,
    of: HashSet<T::Owner>,
    records: impl FnOnce(Source<'static>) -> Result<Records<'static, T>, Failure>,
) -> Result<HashMap<T::Owner, T>, SystemError> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let in_file = |failure| SystemError::File { file: dump.file_name(collection).to_owned(), failure };
    let records = dump.open(collection).and_then(records).map_err(in_file)?;
    let mut reading = Reading::begin(records)?;
    let mut found = HashMap::new();
    loop {
        let piece = reading.next().await?;
        let good = piece.items.into_iter().filter_map(|Record { outcome, .. }| outcome.ok());
        good.for_each(|one| consider(one, &of, &mut found));
        if let Some(end) = piece.end {
            return end.map(|()| found).map_err(in_file);
        }
    }
}

fn consider<T: OneOfSeveral>(one: T, of: &HashSet<T::Owner>, found: &mut HashMap<T::Owner, T>) {
    let Some(owner) = one.owner().filter(|owner| of.contains(owner)) else { return };
    match found.entry(owner) {
        Entry::Vacant(place) => {
            place.insert(one);
        }
        Entry::Occupied(mut place) => {
            let rank = |one: &T| (!one.is_default(), one.id());
            if rank(&one) < rank(place.get()) {
                place.insert(one);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::{GroupTitle, ObjectId};
    use rstest::rstest;

    fn id<Id: From<ObjectId>>(n: u8) -> Id {
        ObjectId::from_bytes([n; 12]).into()
    }

    fn group((n, is_default): (u8, bool)) -> SystemGroup {
        SystemGroup {
            id: id(n),
            client: Some(id(1)),
            title: GroupTitle::parse("Friends").unwrap(),
            is_default,
            created_at: None,
            updated_at: None,
            legacy_version: None,
        }
    }

    #[rstest]
    #[case::the_one_that_is_said(&[(5, false), (7, true), (6, false)], 7)]
    #[case::else_the_oldest(&[(6, false), (5, false), (7, false)], 5)]
    #[case::of_several_that_are_said_the_oldest(&[(4, false), (7, true), (6, true)], 6)]
    fn one_of_several(#[case] groups: &[(u8, bool)], #[case] chosen: u8) {
        let mut found = HashMap::new();
        groups.iter().for_each(|one| consider(group(*one), &HashSet::from([id(1)]), &mut found));
        assert_eq!(found.remove(&id(1)).map(|group| group.id), Some(id(chosen)));
    }

    #[test]
    fn those_of_others_are_left_out() {
        let mut found = HashMap::new();
        consider(group((5, true)), &HashSet::from([id(2)]), &mut found);
        consider(SystemGroup { client: None, ..group((5, true)) }, &HashSet::from([id(2)]), &mut found);
        assert!(found.is_empty());
    }
}
