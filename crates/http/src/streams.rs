//! How many lists stream at once, how many batches are done and how many files come: so many in all, and so many a user.

use std::sync::Arc;

use roster_domain::UserId;

use crate::shares::Shares;

pub struct Streams(Shares);

impl Streams {
    pub fn new(most: usize, most_of_one_user: usize) -> Arc<Self> {
        Arc::new(Self(Shares::new(most as u64, most_of_one_user as u64)))
    }

    /// One more for this user, until the permit is dropped; `None` when there are enough.
    pub fn open(self: &Arc<Self>, user: UserId) -> Option<StreamPermit> {
        self.0.take(user, 1).then(|| StreamPermit { streams: Arc::clone(self), user })
    }
}

/// One streamed list, one batch or one file of one user.
pub struct StreamPermit {
    streams: Arc<Streams>,
    user: UserId,
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        self.streams.0.give_back(self.user, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::ObjectId;

    #[test]
    fn a_place_that_was_left_is_free() {
        let (streams, user) = (Streams::new(2, 1), UserId::from(ObjectId::from_bytes([1; 12])));
        let permit = streams.open(user);
        assert!(permit.is_some() && streams.open(user).is_none());
        drop(permit);
        assert!(streams.open(user).is_some());
    }
}
