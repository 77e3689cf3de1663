//! An act: some rows, and what became of each.

use roster_domain::ports::StoreError;
use roster_domain::{Batch, BatchOutcome, ContactId, GroupId, OnMatch, Operation, OperationOutcome, Refusal};

use super::groups::{Groups, Placed, absent};
use super::operations::operation;
use super::{ImportError, ImportOptions, Importer};
use crate::{Candidate, Outcome, Row};

/// What becomes of a row, and what is to be said of it; `None`: the store said nothing, which the sums will tell.
pub type Settled = Option<(Outcome, String)>;

pub struct Step<'a> {
    pub to: &'a Importer,
    pub options: &'a ImportOptions,
    pub groups: &'a mut Groups,
}

/// A row that the store is asked about.
struct Asked<'r> {
    /// Which.
    row: usize,
    candidate: &'r Candidate,
    placed: Placed,
}

impl Step<'_> {
    /// Does it all.
    pub async fn take(mut self, rows: &[Row]) -> Result<Vec<Settled>, ImportError> {
        let mut settled: Vec<Settled> = Vec::with_capacity(rows.len());
        let mut asked = Vec::with_capacity(rows.len());
        for (row, Row { outcome, .. }) in rows.iter().enumerate() {
            settled.push(None);
            match outcome {
                Ok(candidate) => {
                    let placed =
                        self.groups.place(self.to, candidate.group.as_ref(), self.options.create_groups).await?;
                    asked.push(Asked { row, candidate, placed });
                }
                Err(_) => settled[row] = Some((Outcome::Invalid, rows[row].reason())),
            }
        }
        // Those whose group has gone meanwhile are asked about once more, for the default group, which there always is.
        while !asked.is_empty() {
            let mut homeless = Vec::new();
            let outcomes = self.apply(&asked).await?;
            for (Asked { row, candidate, placed }, outcome) in asked.into_iter().zip(outcomes) {
                match (outcome, placed.group) {
                    (OperationOutcome::Refused(Refusal::UnknownGroup), Some(group)) => {
                        homeless.push(self.rehomed(row, candidate, group));
                    }
                    (outcome, _) => {
                        let (outcome, reason) = verdict(outcome, self.options.on_match)?;
                        let said = [rows[row].reason(), placed.note.unwrap_or_default(), reason];
                        let said: Vec<String> = said.into_iter().filter(|said| !said.is_empty()).collect();
                        settled[row] = Some((outcome, said.join("; ")));
                    }
                }
            }
            asked = homeless;
        }
        Ok(settled)
    }

    fn rehomed<'r>(&mut self, row: usize, candidate: &'r Candidate, group: GroupId) -> Asked<'r> {
        self.groups.forget(group);
        Asked { row, candidate, placed: Placed { group: None, note: Some(absent(group)) } }
    }

    async fn apply(&self, asked: &[Asked<'_>]) -> Result<Vec<OperationOutcome>, ImportError> {
        let now = self.to.clock.now();
        let operations: Vec<Operation> = asked
            .iter()
            .map(|asked| operation(asked.candidate, asked.placed.group, self.options, &self.to.ids, now))
            .collect();
        match self.to.batches.apply(&self.to.scope, Batch { operations, atomic: false, at: now }).await? {
            BatchOutcome::Done(outcomes) => Ok(outcomes),
            BatchOutcome::ClientGone => Err(ImportError::ClientGone),
            BatchOutcome::Refused { .. } => Err(StoreError::failed("refused as if it were atomic").into()),
        }
    }
}

/// What the store's word on a row means for it.
fn verdict(outcome: OperationOutcome, on_match: OnMatch) -> Result<(Outcome, String), ImportError> {
    let nothing = String::new();
    Ok(match outcome {
        OperationOutcome::Created(_) => (Outcome::Created, nothing),
        OperationOutcome::Updated { .. } => (Outcome::Updated, nothing),
        OperationOutcome::Unchanged(_) => (Outcome::Unchanged, nothing),
        OperationOutcome::Skipped(contact) => (Outcome::Skipped, format!("there already: {}", contact.id)),
        OperationOutcome::Refused(Refusal::Ambiguous(ids)) => (Outcome::Skipped, ambiguous(&ids)),
        OperationOutcome::Refused(Refusal::IdTaken) if on_match == OnMatch::Add => {
            (Outcome::Skipped, "there is a contact with this _id".to_owned())
        }
        OperationOutcome::Refused(Refusal::IdTaken) => {
            (Outcome::Skipped, "another client of the account has a contact with this _id".to_owned())
        }
        OperationOutcome::Deleted(_) | OperationOutcome::Refused(_) => {
            return Err(StoreError::failed("an answer that fits no row of an import").into());
        }
    })
}

fn ambiguous(ids: &[ContactId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!("ambiguous: several contacts have this number: {}", ids.join(", "))
}
