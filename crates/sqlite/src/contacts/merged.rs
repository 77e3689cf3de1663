//! The first rows of several walks together.

use std::collections::BinaryHeap;

use roster_domain::{Contact, ContactId, ContactOrder};

/// Keeps the first so many of what it is given, by their place in an order.
pub(super) struct Merged {
    order: ContactOrder,
    room: usize,
    /// The last of them on top.
    kept: BinaryHeap<Placed>,
}

struct Placed {
    name: String,
    id: [u8; 12],
    contact: Contact,
}

impl Merged {
    pub(super) fn new(order: ContactOrder, room: usize) -> Self {
        Self { order, room, kept: BinaryHeap::new() }
    }

    /// Whether a row at this place would be kept.
    pub(super) fn has_room_for(&self, name: &str, id: ContactId) -> bool {
        let place = (name, self.rank(id));
        self.kept.len() < self.room || self.kept.peek().is_some_and(|last| place < last.place())
    }

    /// Keeps it, instead of the last where there is no more room.
    pub(super) fn put(&mut self, name: String, contact: Contact) {
        let id = self.rank(contact.id);
        self.kept.push(Placed { name, id, contact });
        if self.kept.len() > self.room {
            self.kept.pop();
        }
    }

    /// They, each with the name that it was put under.
    pub(super) fn into_rows(self) -> Vec<(String, Contact)> {
        self.kept.into_sorted_vec().into_iter().map(|placed| (placed.name, placed.contact)).collect()
    }

    /// What rises in this order.
    fn rank(&self, id: ContactId) -> [u8; 12] {
        match self.order {
            ContactOrder::Newest => id.as_bytes().map(|byte| !byte),
            ContactOrder::Oldest | ContactOrder::Name => *id.as_bytes(),
        }
    }
}

impl Placed {
    fn place(&self) -> (&str, [u8; 12]) {
        (&self.name, self.id)
    }
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place().cmp(&other.place())
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Placed {}

#[cfg(test)]
mod tests {
    use roster_domain::{Channel, ContactName, Number, ObjectId, Timestamp, Transaction};

    use super::*;

    fn contact(byte: u8) -> Contact {
        Contact {
            id: ObjectId::from_bytes([byte; 12]).into(),
            client_id: ObjectId::from_bytes([0; 12]).into(),
            group_id: ObjectId::from_bytes([0; 12]).into(),
            name: ContactName::parse("").unwrap(),
            number: Number::parse("status").unwrap(),
            channel: Channel::default(),
            transaction: Transaction::default(),
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
            legacy_version: 0,
            revision: 0,
        }
    }

    fn first_three(order: ContactOrder, rows: &[(&str, u8)]) -> Vec<u8> {
        let mut merged = Merged::new(order, 3);
        for (name, byte) in rows {
            if merged.has_room_for(name, contact(*byte).id) {
                merged.put((*name).to_owned(), contact(*byte));
            }
        }
        merged.into_rows().iter().map(|(_, row)| row.id.as_bytes()[0]).collect()
    }

    #[test]
    fn the_first_are_kept_in_their_order() {
        let rows = [("", 3), ("", 9), ("", 1), ("", 7), ("", 2)];
        assert_eq!(first_three(ContactOrder::Newest, &rows), [9, 7, 3]);
        assert_eq!(first_three(ContactOrder::Oldest, &rows), [1, 2, 3]);
        let rows = [("b", 3), ("a", 9), ("b", 1), ("c", 7), ("a", 2)];
        assert_eq!(first_three(ContactOrder::Name, &rows), [2, 9, 1]);
        assert_eq!(first_three(ContactOrder::Name, &rows[..2]), [9, 3]);
    }
}
