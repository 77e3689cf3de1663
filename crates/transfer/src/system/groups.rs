//! Groups, those that came with their clients among them.

use std::collections::HashMap;

use futures_util::{StreamExt as _, stream};
use roster_domain::ports::GroupAdoption;
use roster_domain::{ClientId, NewGroup, RowOutcome, UserId};

use super::pass::{Pass, Verdict, shown};
use super::reading::Reading;
use super::{Along, MovingIn, SystemEnd, SystemError, SystemStore, newcomers};
use crate::{Record, Source, SystemGroup};

/// Of what can't be taken over because its client can't.
pub const NO_CLIENT: &str = "its client isn't there";

/// There are more of them than of users and clients, and they have nothing to do with each other: so many are on their
/// way at once.
const ON_THEIR_WAY: usize = 16;

pub async fn take(
    moving: &mut MovingIn<'_>,
    source: Source<'static>,
    pass: &mut Pass<'_, '_>,
) -> Result<SystemEnd, SystemError> {
    let mut reading = Reading::begin(source.groups().map_err(|failure| pass.breaks_off(failure))?)?;
    let MovingIn { store, owners, along, .. } = moving;
    let store: &SystemStore = store;
    loop {
        let Some(piece) = pass.next(&mut reading).await? else { return Ok(SystemEnd::Stopped) };
        let acts = piece.items.into_iter().map(|Record { at, id, outcome }| {
            let asked = match outcome {
                Ok(group) => asked(group, owners, along, store),
                Err(problems) => Asked::Nothing(Verdict::invalid(&problems)),
            };
            async move { (at, id, store.adopt_group(asked).await) }
        });
        let mut settled = stream::iter(acts).buffered(ON_THEIR_WAY);
        while let Some((at, id, verdict)) = settled.next().await {
            pass.reads_one();
            pass.settles(at, verdict?, &shown(id))?;
            if pass.is_told_to_stop() {
                return Ok(SystemEnd::Stopped);
            }
        }
        pass.pauses()?;
        if let Some(end) = piece.end {
            return end.map(|()| SystemEnd::Complete).map_err(|failure| pass.breaks_off(failure));
        }
    }
}

/// What the store is asked for a group.
enum Asked {
    Nothing(Verdict),
    Adopt { user: UserId, client: ClientId, group: NewGroup },
}

fn asked(group: SystemGroup, owners: &HashMap<ClientId, UserId>, along: &mut Along, store: &SystemStore) -> Asked {
    let Some(client) = group.client else { return Asked::Nothing(Verdict::without("client_id")) };
    let Some(user) = owners.get(&client) else { return Asked::Nothing(Verdict::skipped(NO_CLIENT)) };
    if along.groups.remove(&group.id) {
        return Asked::Nothing(Verdict::silent(RowOutcome::Created));
    }
    Asked::Adopt { user: *user, client, group: newcomers::group(group, store.clock.now()) }
}

impl SystemStore {
    async fn adopt_group(&self, asked: Asked) -> Result<Verdict, SystemError> {
        let (user, client, group) = match asked {
            Asked::Nothing(verdict) => return Ok(verdict),
            Asked::Adopt { user, client, group } => (user, client, group),
        };
        let was_default = group.is_default;
        Ok(match self.operator.adopt_group(user, client, group).await? {
            GroupAdoption::Done if was_default => {
                Verdict::new(RowOutcome::Created, "its client has another default group: it is an ordinary one here")
            }
            GroupAdoption::Done => Verdict::silent(RowOutcome::Created),
            GroupAdoption::Present => Verdict::silent(RowOutcome::Unchanged),
            GroupAdoption::ClientGone => Verdict::skipped(NO_CLIENT),
            GroupAdoption::IdTaken => Verdict::skipped("another client of the account has a group with this _id"),
        })
    }
}
