//! Telling what was ended to whoever remembers it as alive.

use std::sync::{Arc, PoisonError, RwLock};

use roster_domain::UserId;
use roster_domain::ports::{Revocation, Revocations};

use crate::SqliteStore;

/// SQLite tells nobody of a write, so the store tells what it ends itself: on the thread that writes, once it is on disk
/// and before it is answered, also when nobody waits for the answer any more. What another process on the same file
/// ends (the command line) isn't heard, and is noticed when what is remembered grows old.
impl Revocations for SqliteStore {
    fn listen(&self, heard: Box<dyn Fn(Revocation) + Send + Sync>) {
        self.listeners.0.write().unwrap_or_else(PoisonError::into_inner).push(heard.into());
    }
}

type Heard = Arc<dyn Fn(Revocation) + Send + Sync>;

/// Whom the store tells. Copies share them.
#[derive(Clone, Default)]
pub(crate) struct Listeners(Arc<RwLock<Vec<Heard>>>);

impl Listeners {
    /// What follows an act: tells that something of this user's was ended, where the answer shows that it was.
    pub(crate) fn tell_if<T, F>(&self, user: UserId, ended: F) -> impl FnOnce(&T) + Send + 'static + use<T, F>
    where
        F: FnOnce(&T) -> bool + Send + 'static,
    {
        let listeners = self.clone();
        move |answer| {
            if ended(answer) {
                listeners.pass_on(Revocation::User(user));
            }
        }
    }

    fn pass_on(&self, revocation: Revocation) {
        // Without the lock, so that a listener may add another.
        let listeners = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        for heard in listeners {
            heard(revocation);
        }
    }
}
