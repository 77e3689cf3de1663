//! Contacts: read once in the order of the file, taken in client by client.

use futures_util::{StreamExt as _, stream};
use roster_domain::ports::StoreError;
use roster_domain::{
    Batch, BatchOutcome, Caller, GroupId, MatchBy, OnMatch, Operation, OperationOutcome, Refusal, RowOutcome, Timestamp,
};

use super::groups::NO_CLIENT;
use super::pass::{Pass, Verdict};
use super::per_client::{PerClient, Together, Waiting};
use super::reading::Reading;
use super::{MovingIn, SystemEnd, SystemError};
use crate::import::operations::{in_group, operation};
use crate::{Options, Row, Source};

pub async fn take(
    moving: &mut MovingIn<'_>,
    source: Source<'static>,
    pass: &mut Pass<'_, '_>,
) -> Result<SystemEnd, SystemError> {
    let contacts = source.contacts(Options::default()).map_err(|failure| pass.breaks_off(failure))?;
    let mut reading = Reading::begin(contacts)?;
    let mut waits = PerClient::default();
    loop {
        let Some(piece) = pass.next(&mut reading).await? else { return Ok(SystemEnd::Stopped) };
        for row in piece.items {
            let ready = moving.sort(row, &mut waits, pass)?;
            if moving.take_all(ready, pass).await? == Told::ToStop {
                return Ok(SystemEnd::Stopped);
            }
        }
        if let Some(end) = piece.end {
            if moving.take_all(waits.rest(), pass).await? == Told::ToStop {
                return Ok(SystemEnd::Stopped);
            }
            return end.map(|()| SystemEnd::Complete).map_err(|failure| pass.breaks_off(failure));
        }
    }
}

/// The contacts of so many clients are on their way at once: fewer than a store takes in at once.
const ON_THEIR_WAY: usize = 4;

/// What was said meanwhile.
#[derive(PartialEq, Eq)]
enum Told {
    Nothing,
    ToStop,
}

/// What became of a contact.
struct Settled {
    waiting: Waiting,
    /// `None`: the client is gone.
    outcome: Option<OperationOutcome>,
    /// The group that it should have been in, and that isn't there.
    missed: Option<GroupId>,
}

impl MovingIn<'_> {
    /// Lets a row wait for others of its client, unless it can't become a contact; those whose turn has come.
    fn sort(&self, row: Row, waits: &mut PerClient, pass: &mut Pass<'_, '_>) -> Result<Vec<Together>, SystemError> {
        let reason = row.reason();
        let verdict = match row.outcome {
            Err(_) => Verdict::new(RowOutcome::Invalid, reason),
            Ok(candidate) => match (candidate.id, candidate.client) {
                (None, _) => Verdict::without("_id"),
                (_, None) => Verdict::without("client_id"),
                (Some(_), Some(client)) => match self.owners.get(&client) {
                    None => Verdict::skipped(NO_CLIENT),
                    Some(user) => {
                        let waiting = Waiting { at: row.at, candidate, reason, original: row.original };
                        return Ok(waits.add(*user, client, waiting));
                    }
                },
            },
        };
        pass.reads_one();
        pass.settles(row.at, verdict, row.original.as_str())?;
        Ok(Vec::new())
    }

    /// Takes in those of several clients, some at once.
    async fn take_all(&self, all: Vec<Together>, pass: &mut Pass<'_, '_>) -> Result<Told, SystemError> {
        let mut acts = stream::iter(all.into_iter().map(|together| self.take_in(together))).buffered(ON_THEIR_WAY);
        while let Some(settled) = acts.next().await {
            for settled in settled? {
                settle(settled, pass)?;
            }
            pass.pauses()?;
            if pass.is_told_to_stop() {
                return Ok(Told::ToStop);
            }
        }
        Ok(Told::Nothing)
    }

    /// Takes in some contacts of one client, in one act. Those whose group isn't there are asked for once more, for the
    /// default group, which there always is.
    async fn take_in(&self, together: Together) -> Result<Vec<Settled>, SystemError> {
        let Together { user, client, contacts } = together;
        let scope = Caller::Client { user, client }.scope();
        let at = self.store.clock.now();
        let (mut settled, mut strays) = (Vec::with_capacity(contacts.len()), Vec::new());
        let operations = contacts.iter().map(|waiting| self.asked(waiting, group_of(waiting), at)).collect();
        let outcome = self.store.batches.apply(&scope, Batch::new(operations, false, at)).await?;
        let outcomes = each(outcome, contacts.len())?;
        for (waiting, outcome) in contacts.into_iter().zip(outcomes) {
            match outcome {
                Some(OperationOutcome::Refused(Refusal::UnknownGroup)) => strays.push(waiting),
                outcome => settled.push(Settled { waiting, outcome, missed: None }),
            }
        }
        if !strays.is_empty() {
            let operations = strays.iter().map(|waiting| self.asked(waiting, None, at)).collect();
            let outcome = self.store.batches.apply(&scope, Batch::new(operations, false, at)).await?;
            let outcomes = each(outcome, strays.len())?;
            for (waiting, outcome) in strays.into_iter().zip(outcomes) {
                let missed = group_of(&waiting);
                settled.push(Settled { waiting, outcome, missed });
            }
        }
        Ok(settled)
    }

    /// Makes the contact in this group, or in the default one, unless there is one with its id.
    fn asked(&self, waiting: &Waiting, group: Option<GroupId>, now: Timestamp) -> Operation {
        let operation = operation(&waiting.candidate, MatchBy::Id, OnMatch::Skip, &self.store.ids, now);
        match group {
            Some(group) => in_group(operation, group),
            None => operation,
        }
    }
}

fn group_of(waiting: &Waiting) -> Option<GroupId> {
    waiting.candidate.group.as_ref().and_then(|group| group.id)
}

/// What became of each of so many; `None` where the client is gone.
fn each(outcome: BatchOutcome, of: usize) -> Result<Vec<Option<OperationOutcome>>, SystemError> {
    match outcome {
        BatchOutcome::Done(outcomes) => Ok(outcomes.into_iter().map(Some).collect()),
        BatchOutcome::ClientGone => Ok(vec![None; of]),
        BatchOutcome::Refused { .. } => Err(StoreError::failed("refused as if it were atomic").into()),
    }
}

fn settle(settled: Settled, pass: &mut Pass<'_, '_>) -> Result<(), SystemError> {
    let Settled { waiting, outcome, missed } = settled;
    let asked_for = group_of(&waiting);
    let Waiting { at, reason, original, .. } = waiting;
    let strayed = missed.map(|group| format!("its client has no group {group}: it is in the default group"));
    let verdict = match outcome {
        Some(OperationOutcome::Created(_)) => Verdict::new(RowOutcome::Created, reason).noted(strayed),
        // So that who begins again is told what was told the first time.
        Some(OperationOutcome::Skipped(contact)) => {
            let elsewhere = asked_for.filter(|group| *group != contact.group_id);
            let note = elsewhere.map(|group| format!("it is in group {} here, not in {group}", contact.group_id));
            Verdict::new(RowOutcome::Unchanged, reason).noted(note)
        }
        Some(OperationOutcome::Refused(Refusal::IdTaken)) => {
            Verdict::skipped("another client of the account has a contact with this _id")
        }
        None => Verdict::skipped(NO_CLIENT),
        Some(_) => return Err(StoreError::failed("an answer that fits no contact that moves in").into()),
    };
    pass.reads_one();
    pass.settles(at, verdict, original.as_str())
}
