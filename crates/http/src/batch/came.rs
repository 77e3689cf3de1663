use roster_domain::{Contact, OperationOutcome};

use super::Reason;

/// What came of an operation, as far as it is answered.
#[derive(Debug)]
pub enum Came {
    Created(Contact),
    Updated(Contact),
    Unchanged(Contact),
    Skipped(Contact),
    /// It was this.
    Deleted(Contact),
    Refused(Reason),
}

impl Came {
    /// Of an operation whose group, if it was given one, stood at this path.
    pub fn of(outcome: OperationOutcome, group_path: &'static str) -> Self {
        match outcome {
            OperationOutcome::Created(contact) => Self::Created(contact),
            OperationOutcome::Updated { contact, .. } => Self::Updated(contact),
            OperationOutcome::Unchanged(contact) => Self::Unchanged(contact),
            OperationOutcome::Skipped(contact) => Self::Skipped(contact),
            OperationOutcome::Deleted(contact) => Self::Deleted(contact),
            OperationOutcome::Refused(refusal) => Self::Refused(Reason::of(refusal, group_path)),
        }
    }
}
