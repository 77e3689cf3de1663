//! Clients, those that came with their users among them; the others with their default groups.

use std::collections::HashMap;

use roster_domain::ports::{ClientAdoption, StoreError};
use roster_domain::{ClientId, RowOutcome};

use super::beginnings::{AT_ONCE, default_groups};
use super::pass::{Pass, Verdict, shown};
use super::reading::Reading;
use super::users::made_group;
use super::{MovingIn, SystemEnd, SystemError, newcomers};
use crate::{Record, Source, SystemClient, SystemGroup};

pub async fn take(
    moving: &mut MovingIn<'_>,
    source: Source<'static>,
    pass: &mut Pass<'_, '_>,
) -> Result<SystemEnd, SystemError> {
    let mut reading = Reading::begin(source.clients().map_err(|failure| pass.breaks_off(failure))?)?;
    loop {
        let Some(piece) = pass.many(&mut reading, AT_ONCE).await? else { return Ok(SystemEnd::Stopped) };
        let good = piece.items.iter().filter_map(|record| record.outcome.as_ref().ok());
        let alone = good.map(|client| client.id).filter(|id| !moving.along.clients.contains(id));
        let mut groups = default_groups(moving.dump, alone.collect()).await?;
        for Record { at, id, outcome } in piece.items {
            if pass.is_told_to_stop() {
                return Ok(SystemEnd::Stopped);
            }
            pass.reads_one();
            let verdict = match outcome {
                Ok(client) => moving.adopt_client(client, &mut groups).await?,
                Err(problems) => Verdict::invalid(&problems),
            };
            pass.settles(at, verdict, &shown(id))?;
        }
        pass.pauses()?;
        if let Some(end) = piece.end {
            return end.map(|()| SystemEnd::Complete).map_err(|failure| pass.breaks_off(failure));
        }
    }
}

impl MovingIn<'_> {
    async fn adopt_client(
        &mut self,
        client: SystemClient,
        groups: &mut HashMap<ClientId, SystemGroup>,
    ) -> Result<Verdict, SystemError> {
        let id = client.id;
        let Some(user) = client.user else { return Ok(Verdict::without("user_id")) };
        if self.along.clients.remove(&id) {
            self.owners.insert(id, user);
            return Ok(Verdict::silent(RowOutcome::Created));
        }
        let now = self.store.clock.now();
        let group = groups.remove(&id);
        let group_id = group.as_ref().map(|group| group.id);
        let mut why = if group.is_none() { "it has no group" } else { "" };
        let new = newcomers::client(client, group, &*self.store.credentials, now);
        let mut made = new.group.id;
        let mut outcome = self.store.operator.adopt_client(user, new.clone()).await?;
        if outcome == ClientAdoption::GroupIdTaken {
            // Why that group can't come will be said in its own turn.
            let mut new = new;
            new.group = self.store.credentials.new_client(now).group;
            (made, why) = (new.group.id, "its default group can't come along");
            outcome = self.store.operator.adopt_client(user, new).await?;
        }
        if matches!(outcome, ClientAdoption::Done | ClientAdoption::Present) {
            self.owners.insert(id, user);
        }
        Ok(match outcome {
            ClientAdoption::Done if why.is_empty() => {
                self.along.groups.extend(group_id);
                Verdict::silent(RowOutcome::Created)
            }
            ClientAdoption::Done => Verdict::new(RowOutcome::Created, format!("{why}: {}", made_group(made))),
            ClientAdoption::Present => Verdict::silent(RowOutcome::Unchanged),
            ClientAdoption::UserGone => Verdict::skipped("its user isn't there"),
            ClientAdoption::IdTaken => Verdict::skipped("another account has a client with this _id"),
            ClientAdoption::SessionIdTaken => Verdict::skipped("another client has this session_id"),
            ClientAdoption::GroupIdTaken => return Err(StoreError::failed("a new group's id is taken").into()),
        })
    }
}
