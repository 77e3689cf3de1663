//! Telling what was ended to whoever remembers it as alive.

use roster_domain::UserId;
use roster_domain::ports::{Revocation, Revocations};

use crate::SqliteStore;

/// SQLite tells nobody of a write, so the store tells what it ends itself: on the thread that writes, once it is on disk
/// and before it is answered, also when nobody waits for the answer any more. What another process on the same file
/// ends (the command line) isn't heard, and is noticed when what is remembered grows old.
impl Revocations for SqliteStore {
    fn listen(&self, heard: Box<dyn Fn(Revocation) + Send + Sync>) {
        self.listeners.add(heard);
    }
}

impl SqliteStore {
    /// What follows an act: tells that something of this user's was ended, where the answer shows that it was.
    pub(crate) fn tell_if<T, F>(&self, user: UserId, ended: F) -> impl FnOnce(&T) + Send + 'static + use<T, F>
    where
        F: FnOnce(&T) -> bool + Send + 'static,
    {
        let listeners = self.listeners.clone();
        move |answer| {
            if ended(answer) {
                listeners.pass_on(Revocation::User(user));
            }
        }
    }
}
