//! What became of the rows of a step.

use std::sync::{Arc, Mutex, PoisonError};

use roster_domain::{
    Batch, Contact, ContactId, GroupId, OnMatch, Operation, OperationOutcome, Refusal, RowAccounts, RowOutcome,
    StepAccount, Tally,
};

use super::groups::absent;
use crate::{Original, Place, report};

/// Tells it, of the operations that were asked for.
pub struct Accounts {
    pub batch: Arc<Batch>,
    pub rows: Vec<Told>,
    /// So many were read, counted one by one.
    pub read: u64,
    /// Of so many rows the report tells before these.
    pub reported_before: u64,
    /// What was told last: the store asks again where it begins again.
    pub last: Mutex<(Tally, u64)>,
}

/// A row that is told of.
pub struct Told {
    pub at: Place,
    pub original: Original,
    /// What is wrong with it, and what was noted.
    pub said: String,
    /// That its contact doesn't go where the file says.
    pub note: Option<String>,
    /// Whether an operation is asked for; it is the next in their order.
    pub is_asked: bool,
}

impl Accounts {
    /// How many rows became what, and of how many the report tells.
    pub fn last(&self) -> (Tally, u64) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Groups that were gone by the time that contacts were to go there.
    pub fn missed<'a>(&'a self, outcomes: &'a [OperationOutcome]) -> impl Iterator<Item = GroupId> + 'a {
        self.batch.operations.iter().zip(outcomes).filter_map(|(operation, outcome)| missed(operation, outcome))
    }
}

impl RowAccounts for Accounts {
    fn of(&self, outcomes: &[OperationOutcome]) -> StepAccount {
        // Counted by the thread that read, and here by what became of them.
        let mut account =
            StepAccount { tally: Tally { read: self.read, ..Tally::default() }, ..StepAccount::default() };
        let mut asked = self.batch.operations.iter().zip(outcomes);
        for row in &self.rows {
            let (outcome, missed, why) = if row.is_asked {
                let Some((operation, outcome)) = asked.next() else { continue };
                let Some((verdict, why)) = verdict(operation, outcome) else { continue };
                (verdict, missed(operation, outcome).map(absent), why)
            } else {
                (RowOutcome::Invalid, None, String::new())
            };
            account.tally.settle_one(outcome);
            let reasons = [Some(&row.said), row.note.as_ref(), missed.as_ref(), Some(&why)];
            let reasons: Vec<&str> =
                reasons.into_iter().flatten().map(String::as_str).filter(|reason| !reason.is_empty()).collect();
            if reasons.is_empty() && !matches!(outcome, RowOutcome::Invalid | RowOutcome::Skipped) {
                continue;
            }
            let reported = self.reported_before + account.reported;
            if report::row(&mut account.report, reported, row.at, outcome, &reasons.join("; "), &row.original) {
                account.reported += 1;
            }
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = (account.tally, account.reported);
        account
    }
}

/// What the store's word on an operation means for its row, and why; `None`: nothing, which the sums will tell.
fn verdict(operation: &Operation, outcome: &OperationOutcome) -> Option<(RowOutcome, String)> {
    let on_match = on_match(operation);
    let (outcome, reason) = match outcome {
        OperationOutcome::Created(_) => (RowOutcome::Created, String::new()),
        OperationOutcome::Updated { .. } => (RowOutcome::Updated, String::new()),
        OperationOutcome::Unchanged(_) => (RowOutcome::Unchanged, String::new()),
        OperationOutcome::Skipped(contact) => (RowOutcome::Skipped, format!("there already: {}", contact.id)),
        OperationOutcome::Refused(Refusal::Ambiguous(ids)) => (RowOutcome::Skipped, ambiguous(ids)),
        OperationOutcome::Refused(Refusal::IdTaken) if on_match == OnMatch::Add => {
            (RowOutcome::Skipped, "there is a contact with this _id".to_owned())
        }
        OperationOutcome::Refused(Refusal::IdTaken) => {
            (RowOutcome::Skipped, "another client of the account has a contact with this _id".to_owned())
        }
        OperationOutcome::Deleted(_) | OperationOutcome::Refused(_) => return None,
    };
    Some((outcome, reason))
}

fn ambiguous(ids: &[ContactId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!("ambiguous: several contacts have this number: {}", ids.join(", "))
}

/// The group that the contact was to go to, where it isn't there.
fn missed(operation: &Operation, outcome: &OperationOutcome) -> Option<GroupId> {
    let group = match operation {
        Operation::Create(contact) => contact.group_id,
        Operation::Upsert(upsert) => upsert.contact.group_id,
        Operation::Update { .. } | Operation::Delete { .. } => None,
    }?;
    let contact: &Contact = match outcome {
        OperationOutcome::Created(contact) => contact,
        // Else one that matches stays where it is.
        OperationOutcome::Updated { contact, .. } | OperationOutcome::Unchanged(contact)
            if on_match(operation) == OnMatch::Update =>
        {
            contact
        }
        _ => return None,
    };
    (contact.group_id != group).then_some(group)
}

/// What comes of a contact that matches.
const fn on_match(operation: &Operation) -> OnMatch {
    match operation {
        Operation::Upsert(upsert) => upsert.on_match,
        _ => OnMatch::Add,
    }
}
