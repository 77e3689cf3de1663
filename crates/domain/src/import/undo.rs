//! What becomes of contacts when what an import did to them is undone.

use std::collections::{HashMap, HashSet};

use super::{LeftAlone, LeftReason, UndoCounts};
use crate::{BatchClient, Contact, ContactChanges, ContactId, Derived, GroupId, Plan, Timestamp, Version};

/// What an import did to a contact, as it is to be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoableChange {
    /// Which contact.
    pub contact: ContactId,
    /// The state it is in since. In another one it was changed by somebody else.
    pub version: Version,
    /// What gives it back what it was; `None`: the import made it.
    pub back: Option<ContactChanges>,
}

/// What is to be written to undo some changes, and what is to be kept of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UndoPlan {
    /// Has deletes and updates, no outcomes.
    pub plan: Plan,
    /// Those that aren't undone, or not quite.
    pub left: Vec<LeftAlone>,
    /// How many there are of each kind.
    pub counts: UndoCounts,
}

impl UndoPlan {
    /// That of changes in the order of their contacts' ids, where `found` are those contacts as they are now, held, and
    /// `groups` those of the groups they were in that are still the client's.
    #[must_use]
    pub fn of(
        changes: Vec<UndoableChange>,
        found: Vec<Contact>,
        client: &BatchClient,
        groups: &HashSet<GroupId>,
        at: Timestamp,
    ) -> Self {
        let mut found: HashMap<ContactId, Contact> = found.into_iter().map(|contact| (contact.id, contact)).collect();
        let mut undoing = Self::default();
        for change in changes {
            // Under its id another client may have one by now.
            let contact = found.remove(&change.contact).filter(|contact| contact.client_id == client.id);
            match contact {
                None => undoing.leave(change.contact, LeftReason::Gone),
                Some(contact) if contact.version() != change.version => {
                    undoing.leave(change.contact, LeftReason::Changed);
                }
                Some(contact) => match change.back {
                    None => undoing.remove(contact.id),
                    Some(back) => undoing.restore(&contact, back, client, groups, at),
                },
            }
        }
        undoing
    }

    fn leave(&mut self, contact: ContactId, reason: LeftReason) {
        self.left.push(LeftAlone { contact, reason });
        self.counts.left += 1;
    }

    fn remove(&mut self, contact: ContactId) {
        self.plan.deletes.push(contact);
        self.counts.removed += 1;
    }

    fn restore(
        &mut self,
        contact: &Contact,
        mut back: ContactChanges,
        client: &BatchClient,
        groups: &HashSet<GroupId>,
        at: Timestamp,
    ) {
        if back.group_id.take_if(|group| !groups.contains(group)).is_some() {
            self.left.push(LeftAlone { contact: contact.id, reason: LeftReason::GroupGone });
        }
        let restored = Contact { updated_at: at, revision: contact.revision + 1, ..back.applied_to(contact) };
        let derived = Derived::of(&restored.name, &restored.number, client.region.as_ref());
        self.plan.updates.push((restored, derived));
        self.counts.restored += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channel, ContactName, Number, ObjectId, Transaction};

    fn id<Id: From<ObjectId>>(n: u8) -> Id {
        ObjectId::from_bytes([n; 12]).into()
    }

    /// It was made anew, under its id, with the same time and revision.
    #[test]
    fn what_is_another_clients_by_now_stays() {
        let at = Timestamp::from_millis(1);
        let contact = Contact {
            id: id(5),
            client_id: id(9),
            group_id: id(8),
            name: ContactName::parse("Amina").unwrap(),
            number: Number::parse("08030000001").unwrap(),
            channel: Channel::default(),
            transaction: Transaction::default(),
            created_at: at,
            updated_at: at,
            legacy_version: 0,
            revision: 0,
        };
        let client = BatchClient { id: id(1), region: None, default_group: id(2) };
        let undoing = |client_id| {
            let changes = vec![UndoableChange { contact: contact.id, version: contact.version(), back: None }];
            let found = vec![Contact { client_id, ..contact.clone() }];
            UndoPlan::of(changes, found, &client, &HashSet::new(), at)
        };
        let own = undoing(client.id);
        assert_eq!((own.plan.deletes, own.left), (vec![contact.id], vec![]));
        let left = LeftAlone { contact: contact.id, reason: LeftReason::Gone };
        let others = undoing(contact.client_id);
        assert_eq!((others.plan.deletes, others.left), (vec![], vec![left]));
    }
}
