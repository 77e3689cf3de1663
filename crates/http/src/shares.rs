//! Something of which there is so much: for all together, and for one user, so that one doesn't keep the others out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use roster_domain::UserId;

pub struct Shares {
    most: u64,
    most_of_one_user: u64,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: u64,
    by_user: HashMap<UserId, u64>,
}

impl Shares {
    pub fn new(most: u64, most_of_one_user: u64) -> Self {
        Self { most, most_of_one_user, taken: Mutex::default() }
    }

    /// Takes so much more for this user; whether there was as much.
    pub fn take(&self, user: UserId, amount: u64) -> bool {
        let mut taken = self.lock();
        let of_user = taken.by_user.get(&user).copied().unwrap_or(0);
        let more = |taken: u64, most: u64| taken.checked_add(amount).filter(|taken| *taken <= most);
        let (Some(all), Some(of_user)) = (more(taken.all, self.most), more(of_user, self.most_of_one_user)) else {
            return false;
        };
        taken.all = all;
        taken.by_user.insert(user, of_user);
        true
    }

    /// Gives so much of it back.
    pub fn give_back(&self, user: UserId, amount: u64) {
        let mut taken = self.lock();
        taken.all = taken.all.saturating_sub(amount);
        if let Some(of_user) = taken.by_user.get_mut(&user) {
            *of_user = of_user.saturating_sub(amount);
            if *of_user == 0 {
                taken.by_user.remove(&user);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn one_user_has_so_much_and_all_have_so_much() {
        let shares = Shares::new(8, 5);
        assert!(shares.take(user(1), 3) && shares.take(user(1), 2));
        assert!(!shares.take(user(1), 1), "one user has five");
        assert!(shares.take(user(2), 3));
        assert!(!shares.take(user(3), 1), "all have eight");
        assert!(!shares.take(user(3), u64::MAX));
        shares.give_back(user(1), 3);
        assert!(shares.take(user(3), 2), "what was given back is free");
    }

    #[test]
    fn nothing_is_kept_of_users_who_have_nothing() {
        let shares = Shares::new(3, 2);
        assert!(shares.take(user(1), 2));
        shares.give_back(user(1), 2);
        assert!(shares.lock().by_user.is_empty());
    }
}
