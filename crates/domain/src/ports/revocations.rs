use std::sync::{Arc, PoisonError, RwLock};

use crate::UserId;

/// What was ended on other servers on the same store, for whoever remembers it as alive.
pub trait Revocations: Send + Sync {
    /// Calls this, from now on, for each revocation that is heard of, soon after the act that caused it; also for
    /// those of this server. A store that has no way to hear calls nothing, and notifications can be lost without a
    /// trace: whoever remembers must not do so for long.
    fn listen(&self, heard: Box<dyn Fn(Revocation) + Send + Sync>);
}

/// Something may have been ended: sessions, credentials, or the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// Of this user.
    User(UserId),
    /// Of anybody: the connection that notifications come over was made, or lost and made anew.
    Everybody,
}

type Heard = Arc<dyn Fn(Revocation) + Send + Sync>;

/// Whom a store calls for [`Revocations::listen`]. Clones share them.
#[derive(Clone, Default)]
pub struct Listeners(Arc<RwLock<Vec<Heard>>>);

impl Listeners {
    /// Calls this one too, from now on.
    pub fn add(&self, heard: Box<dyn Fn(Revocation) + Send + Sync>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(heard.into());
    }

    /// Calls all of them.
    pub fn pass_on(&self, revocation: Revocation) {
        // Without the lock, so that a listener may add another.
        let listeners = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        for heard in listeners {
            heard(revocation);
        }
    }
}
