//! Whose the contacts are. Contact 0, 1, … are numbered through; each user has a stretch of these numbers, and a
//! contact's id is made from its number, so that `pgbench`, whose variables are numbers, can find any contact as well.

/// How many users there are, with one client each.
pub const USERS: usize = 100;

/// The user with the most contacts in the usual layout.
pub const LARGE: usize = 0;

/// The user with the fewest.
pub const SMALL: usize = 1;

/// The seconds at the beginning of every id: a time long gone, so that what is made later is newer.
pub const ID_PREFIX: u32 = 0x64a8_7271;

/// How many contacts each user has.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub contacts: u64,
    large: u64,
    small: u64,
}

impl Layout {
    /// One user has 100,000 and one 2,000 (or a tenth and a fiftieth, where there are few); the others share the rest.
    pub const fn of(contacts: u64) -> Self {
        let large = if contacts / 10 < 100_000 { contacts / 10 } else { 100_000 };
        let small = if contacts / 50 < 2_000 { contacts / 50 } else { 2_000 };
        Self { contacts, large, small }
    }

    /// Where the stretches of all the others begin.
    pub const fn others_begin(&self) -> u64 {
        self.large + self.small
    }

    /// How many each of the others has; the last has what is left over too.
    pub const fn each(&self) -> u64 {
        (self.contacts - self.others_begin()) / (USERS as u64 - 2)
    }

    /// A user's first contact.
    pub const fn begin(&self, user: usize) -> u64 {
        match user {
            LARGE => 0,
            SMALL => self.large,
            _ => self.others_begin() + (user as u64 - 2) * self.each(),
        }
    }

    /// Where a user's contacts end.
    pub const fn end(&self, user: usize) -> u64 {
        if user + 1 == USERS { self.contacts } else { self.begin(user + 1) }
    }

    /// Whose a contact is.
    pub fn user_of(&self, contact: u64) -> usize {
        if contact < self.large {
            LARGE
        } else if contact < self.others_begin() {
            SMALL
        } else {
            (2 + ((contact - self.others_begin()) / self.each()) as usize).min(USERS - 1)
        }
    }

    pub fn id_of(contact: u64) -> [u8; 12] {
        let mut id = [0; 12];
        id[..4].copy_from_slice(&ID_PREFIX.to_be_bytes());
        id[4..].copy_from_slice(&contact.to_be_bytes());
        id
    }

    /// As it stands in a path.
    pub fn hex_id_of(contact: u64) -> String {
        format!("{ID_PREFIX:08x}{contact:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contact_is_somebodys() {
        for contacts in [1_000, 10_000, 100_000, 1_000_000, 10_000_001] {
            let layout = Layout::of(contacts);
            assert_eq!((layout.begin(0), layout.end(USERS - 1)), (0, contacts));
            for user in 0..USERS {
                let (begin, end) = (layout.begin(user), layout.end(user));
                assert!(begin < end, "user {user} of {contacts}");
                assert_eq!((layout.user_of(begin), layout.user_of(end - 1)), (user, user), "of {contacts}");
            }
        }
    }
}
