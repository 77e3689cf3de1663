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

/// What it made of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is among the first so far.
    Kept,
    /// It isn't; nor is what comes behind it.
    Beyond,
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

    pub(super) fn take(&mut self, name: String, contact: Contact) -> Taken {
        if !self.has_room_for(&name, contact.id) {
            return Taken::Beyond;
        }
        let id = self.rank(contact.id);
        self.kept.push(Placed { name, id, contact });
        if self.kept.len() > self.room {
            self.kept.pop();
        }
        Taken::Kept
    }

    pub(super) fn into_rows(self) -> Vec<Contact> {
        self.kept.into_sorted_vec().into_iter().map(|placed| placed.contact).collect()
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
