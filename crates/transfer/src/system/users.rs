//! Users, each with the default client and that one's default group.

use roster_domain::ports::{AccountAdoption, StoreError};
use roster_domain::{
    AuditEntry, AuditEvent, AuditId, ClientId, GroupId, NewAccount, NewClient, NewUser, Origin, RowOutcome, Timestamp,
};

use super::beginnings::{AT_ONCE, default_clients, default_groups};
use super::pass::{Pass, Verdict, shown};
use super::reading::Reading;
use super::{MovingIn, SystemEnd, SystemError, newcomers};
use crate::{Record, Source, SystemClient, SystemGroup, SystemUser};

pub async fn take(
    moving: &mut MovingIn<'_>,
    source: Source<'static>,
    pass: &mut Pass<'_, '_>,
) -> Result<SystemEnd, SystemError> {
    let mut reading = Reading::begin(source.users().map_err(|failure| pass.breaks_off(failure))?)?;
    loop {
        let Some(piece) = pass.many(&mut reading, AT_ONCE).await? else { return Ok(SystemEnd::Stopped) };
        let good = piece.items.iter().filter_map(|record| record.outcome.as_ref().ok());
        let mut clients = default_clients(moving.dump, good.map(|user| user.id).collect()).await?;
        let mut groups = default_groups(moving.dump, clients.values().map(|client| client.id).collect()).await?;
        for Record { at, id, outcome } in piece.items {
            if pass.is_told_to_stop() {
                return Ok(SystemEnd::Stopped);
            }
            pass.reads_one();
            let verdict = match outcome {
                Ok(user) => {
                    let client = clients.remove(&user.id);
                    let group = client.as_ref().and_then(|client| groups.remove(&client.id));
                    moving.adopt(user, client, group).await?
                }
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

/// What the store is to make along with a user.
struct Home {
    client: NewClient,
    /// That they came from the system, and not from here.
    from_there: (Option<ClientId>, Option<GroupId>),
    /// What was made here because there is none there.
    note: String,
}

impl MovingIn<'_> {
    async fn adopt(
        &mut self,
        user: SystemUser,
        client: Option<SystemClient>,
        group: Option<SystemGroup>,
    ) -> Result<Verdict, SystemError> {
        let now = self.store.clock.now();
        let can_sign_in = self.store.credentials.can_verify(&user.password_hash);
        let user = newcomers::user(user, now);
        let home = match client {
            Some(client) => self.home(client, group, now),
            None => self.new_home("it has no client", now),
        };
        let (mut outcome, mut home) = (self.adopt_with(&user, &home, now).await?, home);
        if outcome == AccountAdoption::ClientTaken {
            // Why that client can't come will be said in its own turn.
            home = self.new_home("its default client can't come along", now);
            outcome = self.adopt_with(&user, &home, now).await?;
        }
        Ok(match outcome {
            AccountAdoption::Done => {
                let (client, group) = home.from_there;
                self.along.clients.extend(client);
                self.along.groups.extend(group);
                let shut_out = "the password can't be checked here: a new one must be set".to_owned();
                Verdict::new(RowOutcome::Created, home.note).noted((!can_sign_in).then_some(shut_out))
            }
            AccountAdoption::Present => Verdict::silent(RowOutcome::Unchanged),
            AccountAdoption::Erased => Verdict::skipped("the account was erased here, and is still being removed"),
            AccountAdoption::EmailTaken => Verdict::skipped("another account has this e-mail address"),
            AccountAdoption::ClientTaken => {
                return Err(StoreError::failed("a new client's id or session_id is taken").into());
            }
        })
    }

    fn home(&self, client: SystemClient, group: Option<SystemGroup>, now: Timestamp) -> Home {
        let from_there = (Some(client.id), group.as_ref().map(|group| group.id));
        let id = client.id;
        let client = newcomers::client(client, group, &*self.store.credentials, now);
        let note = match from_there.1 {
            Some(_) => String::new(),
            None => format!("its client {id} has no group: {}", made_group(client.group.id)),
        };
        Home { client, from_there, note }
    }

    fn new_home(&self, why: &str, now: Timestamp) -> Home {
        let client = self.store.credentials.new_client(now);
        let note = format!("{why}: a new one was made, {}; its credentials must be replaced to be used", client.id);
        Home { client, from_there: (None, None), note }
    }

    async fn adopt_with(&self, user: &NewUser, home: &Home, at: Timestamp) -> Result<AccountAdoption, SystemError> {
        let account = NewAccount { user: user.clone(), client: home.client.clone() };
        let entry = AuditEntry {
            id: AuditId::generate(at, &*self.store.entropy),
            user: Some(user.user.id),
            event: AuditEvent::AccountCreated,
            at,
            session: None,
            subject: None,
            origin: Origin::default(),
        };
        Ok(self.store.operator.adopt_account(account, entry).await?)
    }
}

/// Said of a default group that the system hasn't got.
pub fn made_group(id: GroupId) -> String {
    format!("a default group was made, {id}")
}
