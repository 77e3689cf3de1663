//! What an import did to contacts, so that it can be undone.

use std::collections::BTreeMap;

use crate::{Contact, ContactId, OperationOutcome, Version};

/// What was done to a contact, over all steps of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportChange {
    /// As it was before; `None`: the import made it.
    pub before: Option<Contact>,
    /// The state it is in since. In another one it was changed by somebody else.
    pub version: Version,
}

/// What a step did, by contact. Where an earlier step of the same import has done something to a contact already, what was
/// before that step stays, and only the state is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportChanges(pub BTreeMap<ContactId, ImportChange>);

impl ImportChanges {
    /// Those that these outcomes tell of.
    #[must_use]
    pub fn of(outcomes: &[OperationOutcome]) -> Self {
        let mut changes = Self::default();
        for outcome in outcomes {
            match outcome {
                OperationOutcome::Created(contact) => changes.add(None, contact),
                OperationOutcome::Updated { before, contact } => changes.add(Some(before), contact),
                OperationOutcome::Unchanged(_)
                | OperationOutcome::Skipped(_)
                | OperationOutcome::Deleted(_)
                | OperationOutcome::Refused(_) => {}
            }
        }
        changes
    }

    fn add(&mut self, before: Option<&Contact>, contact: &Contact) {
        let version = contact.version();
        self.0
            .entry(contact.id)
            .and_modify(|change| change.version = version)
            .or_insert_with(|| ImportChange { before: before.cloned(), version });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channel, ContactName, Number, ObjectId, Timestamp, Transaction};

    fn contact(n: u8, name: &str, revision: i64) -> Contact {
        Contact {
            id: ObjectId::from_bytes([n; 12]).into(),
            client_id: ObjectId::from_bytes([1; 12]).into(),
            group_id: ObjectId::from_bytes([2; 12]).into(),
            name: ContactName::parse(name).unwrap(),
            number: Number::parse("08030000001").unwrap(),
            channel: Channel::default(),
            transaction: Transaction::default(),
            created_at: Timestamp::from_millis(1),
            updated_at: Timestamp::from_millis(1),
            legacy_version: 0,
            revision,
        }
    }

    #[test]
    fn what_was_first_and_what_is_last_of_each() {
        let updated = |n, from, to| OperationOutcome::Updated {
            before: contact(n, "before", from),
            contact: contact(n, "after", to),
        };
        let outcomes = [
            OperationOutcome::Created(contact(7, "new", 0)),
            updated(5, 3, 4),
            updated(7, 0, 1),
            OperationOutcome::Unchanged(contact(6, "", 0)),
            updated(5, 4, 5),
        ];
        let changes: Vec<_> = ImportChanges::of(&outcomes)
            .0
            .into_iter()
            .map(|(id, ImportChange { before, version })| (id, before.map(|before| before.revision), version.revision))
            .collect();
        assert_eq!(changes, [(contact(5, "", 0).id, Some(3), 5), (contact(7, "", 0).id, None, 1)]);
    }
}
