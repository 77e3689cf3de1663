//! What waits for a connection: bounded, and taken by users in turn.

use std::collections::{HashMap, VecDeque};

use roster_domain::UserId;

/// So many items may wait.
pub(super) const MOST_WAITING: usize = 2_048;

/// So many bytes may wait.
const MOST_BYTES: usize = 8 << 20;

/// Something that waits.
pub(super) trait Waiting {
    fn user(&self) -> UserId;
    fn weight(&self) -> usize;
}

/// In the order in which they came.
pub(super) struct Queue<T> {
    waiting: VecDeque<T>,
    bytes: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), bytes: 0 }
    }
}

impl<T: Waiting> Queue<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Puts it at the end; `false`: there is no room.
    pub(super) fn push(&mut self, item: T) -> bool {
        let weight = item.weight();
        if self.waiting.len() >= MOST_WAITING || self.bytes + weight > MOST_BYTES {
            return false;
        }
        self.bytes += weight;
        self.waiting.push_back(item);
        true
    }

    /// Puts back at the beginning what was taken before.
    pub(super) fn put_back(&mut self, item: T) {
        self.bytes += item.weight();
        self.waiting.push_front(item);
    }

    /// Takes out as many as this, of those that fit. They are asked in the order in which they would be taken: where
    /// there are more than can be taken, each user's first, then each user's second, and so on. Of one user's an
    /// earlier one is always asked before a later one.
    pub(super) fn take(&mut self, most: usize, mut fits: impl FnMut(&T) -> bool) -> Vec<T> {
        let mut chosen = vec![false; self.waiting.len()];
        let mut count = 0;
        for place in self.turns(most) {
            if count == most {
                break;
            }
            if let Some(item) = self.waiting.get(place)
                && fits(item)
            {
                chosen[place] = true;
                count += 1;
            }
        }
        if count == 0 {
            return Vec::new();
        }
        let mut taken = Vec::with_capacity(count);
        let mut left = VecDeque::new();
        for (item, chosen) in self.waiting.drain(..).zip(chosen) {
            if chosen {
                self.bytes -= item.weight();
                taken.push(item);
            } else {
                left.push_back(item);
            }
        }
        if !left.is_empty() {
            self.waiting = left;
        }
        taken
    }

    fn turns(&self, most: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.waiting.len()).collect();
        if places.len() > most {
            let mut before: HashMap<UserId, usize> = HashMap::new();
            let mut turn = Vec::with_capacity(places.len());
            for item in &self.waiting {
                let count = before.entry(item.user()).or_default();
                turn.push(*count);
                *count += 1;
            }
            places.sort_by_key(|&place| turn[place]);
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::ObjectId;

    struct Thing(u8, &'static str, usize);

    impl Waiting for Thing {
        fn user(&self) -> UserId {
            ObjectId::from_bytes([self.0; 12]).into()
        }

        fn weight(&self) -> usize {
            self.2
        }
    }

    fn queue(things: &[(u8, &'static str)]) -> Queue<Thing> {
        let mut queue = Queue::default();
        for &(user, name) in things {
            assert!(queue.push(Thing(user, name, 1)));
        }
        queue
    }

    fn names(things: &[Thing]) -> Vec<&'static str> {
        things.iter().map(|thing| thing.1).collect()
    }

    #[test]
    fn users_take_turns_when_not_all_can_go() {
        let mut queue = queue(&[(1, "a1"), (1, "a2"), (1, "a3"), (2, "b1"), (3, "c1"), (2, "b2")]);
        assert_eq!(names(&queue.take(4, |_| true)), ["a1", "a2", "b1", "c1"]);
        assert_eq!(names(&queue.take(4, |_| true)), ["a3", "b2"]);
        assert!(queue.is_empty());
        assert_eq!(queue.bytes, 0);
    }

    #[test]
    fn what_does_not_fit_keeps_its_place() {
        let mut queue = queue(&[(1, "a1"), (1, "a2"), (2, "b1")]);
        assert_eq!(names(&queue.take(9, |thing| thing.1 != "a1")), ["a2", "b1"]);
        queue.put_back(Thing(1, "a0", 1));
        assert_eq!(names(&queue.take(9, |_| true)), ["a0", "a1"]);
    }

    #[test]
    fn is_bounded_in_items_and_in_bytes() {
        let mut items = Queue::default();
        assert!((0..MOST_WAITING).all(|_| items.push(Thing(1, "", 1))));
        assert!(!items.push(Thing(1, "", 1)));
        let mut bytes = Queue::default();
        assert!(bytes.push(Thing(1, "", MOST_BYTES)));
        assert!(!bytes.push(Thing(1, "", 1)));
        assert_eq!(bytes.take(1, |_| true).len(), 1);
        assert!(bytes.push(Thing(1, "", 1)));
    }
}
