//! How many lists stream at once, how many batches are done and how many files come: so many in all, and so many a user,
//! so that one who reads slowly in many places doesn't keep the others out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use roster_domain::UserId;

pub struct Streams {
    most: usize,
    most_of_one_user: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_user: HashMap<UserId, usize>,
}

impl Streams {
    pub fn new(most: usize, most_of_one_user: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_one_user, open: Mutex::default() })
    }

    /// One more for this user, until the permit is dropped; `None` when there are enough.
    pub fn open(self: &Arc<Self>, user: UserId) -> Option<StreamPermit> {
        let mut open = self.lock();
        let of_user = open.by_user.get(&user).copied().unwrap_or(0);
        if open.all >= self.most || of_user >= self.most_of_one_user {
            return None;
        }
        open.all += 1;
        open.by_user.insert(user, of_user + 1);
        Some(StreamPermit { streams: Arc::clone(self), user })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One streamed list, one batch or one file of one user.
pub struct StreamPermit {
    streams: Arc<Streams>,
    user: UserId,
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        open.all = open.all.saturating_sub(1);
        if let Some(of_user) = open.by_user.get_mut(&self.user) {
            *of_user = of_user.saturating_sub(1);
            if *of_user == 0 {
                open.by_user.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::ObjectId;

    fn user(n: u8) -> UserId {
        UserId::from(ObjectId::from_bytes([n; 12]))
    }

    #[test]
    fn one_user_has_so_many_and_all_have_so_many() {
        let streams = Streams::new(3, 2);
        let first = streams.open(user(1));
        let second = streams.open(user(1));
        assert!(first.is_some() && second.is_some());
        assert!(streams.open(user(1)).is_none(), "one user has two");
        let third = streams.open(user(2));
        assert!(third.is_some());
        assert!(streams.open(user(3)).is_none(), "all have three");
        drop(first);
        assert!(streams.open(user(3)).is_some(), "a place that was left is free");
    }

    #[test]
    fn nothing_is_kept_of_users_who_stream_nothing() {
        let streams = Streams::new(3, 2);
        drop(streams.open(user(1)));
        assert!(streams.lock().by_user.is_empty());
    }
}
