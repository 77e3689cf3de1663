//! Contacts that wait until there are enough of their client: the file has them in any order, and an act is about one
//! client.

use std::collections::HashMap;

use roster_domain::{ClientId, UserId};

use crate::{Candidate, Original, Place};

/// So many go into one act at most.
const AT_ONCE: usize = 1_000;

/// So many wait at most, and no more once they hold so many bytes.
const ROWS: usize = 20_000;
const BYTES: usize = 16 * 1024 * 1024;

/// A contact that is good and has an id, and whose client is there.
pub struct Waiting {
    pub at: Place,
    pub candidate: Candidate,
    /// What is to be said of it whatever becomes of it.
    pub reason: String,
    pub original: Original,
}

/// Those of one client.
pub struct Together {
    pub user: UserId,
    pub client: ClientId,
    pub contacts: Vec<Waiting>,
}

#[derive(Default)]
pub struct PerClient {
    waiting: HashMap<ClientId, (UserId, Vec<Waiting>)>,
    rows: usize,
    bytes: usize,
}

impl PerClient {
    /// Lets one wait, and gives those whose turn has come.
    pub fn add(&mut self, user: UserId, client: ClientId, contact: Waiting) -> Vec<Together> {
        self.rows += 1;
        self.bytes += contact.original.as_str().len();
        let (_, contacts) = self.waiting.entry(client).or_insert_with(|| (user, Vec::new()));
        contacts.push(contact);
        if contacts.len() >= AT_ONCE {
            return self.of(client).into_iter().collect();
        }
        if self.rows >= ROWS || self.bytes >= BYTES { self.most() } else { Vec::new() }
    }

    /// All that are left.
    pub fn rest(&mut self) -> Vec<Together> {
        self.down_to(0, 0)
    }

    /// Of the clients with the most, until half the room is free: acts are the larger the longer the others wait.
    fn most(&mut self) -> Vec<Together> {
        self.down_to(ROWS / 2, BYTES / 2)
    }

    fn down_to(&mut self, rows: usize, bytes: usize) -> Vec<Together> {
        let mut clients: Vec<(usize, ClientId)> =
            self.waiting.iter().map(|(client, (_, contacts))| (contacts.len(), *client)).collect();
        clients.sort_unstable_by(|one, other| other.cmp(one));
        let mut taken = Vec::new();
        for (_, client) in clients {
            if self.rows <= rows && self.bytes <= bytes {
                break;
            }
            taken.extend(self.of(client));
        }
        taken
    }

    fn of(&mut self, client: ClientId) -> Option<Together> {
        let (user, contacts) = self.waiting.remove(&client)?;
        self.rows -= contacts.len();
        self.bytes -= contacts.iter().map(|contact| contact.original.as_str().len()).sum::<usize>();
        Some(Together { user, client, contacts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roster_domain::{ContactId, Number, ObjectId};

    fn id<Id: From<ObjectId>>(n: usize) -> Id {
        let mut bytes = [0; 12];
        bytes[4..].copy_from_slice(&(n as u64).to_be_bytes());
        ObjectId::from_bytes(bytes).into()
    }

    fn waiting(n: usize, length: usize) -> Waiting {
        Waiting {
            at: Place { line: n as u64, part: 1 },
            candidate: Candidate { id: Some(id(n)), ..Candidate::of(Number::parse("1").unwrap()) },
            reason: String::new(),
            original: Original::of(&vec![b'x'; length], false),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn each_comes_once_in_its_order_and_few_wait(clients in 1..3_000_usize, length in 0..4_000_usize, step in 1..7_usize) {
            let mut waits = PerClient::default();
            let mut seen: HashMap<ClientId, Vec<ContactId>> = HashMap::new();
            let mut take = |together: Vec<Together>| {
                for Together { user, client, contacts } in together {
                    assert_eq!(user, id(9));
                    assert!((1..=AT_ONCE).contains(&contacts.len()));
                    seen.entry(client).or_default().extend(contacts.iter().filter_map(|contact| contact.candidate.id));
                }
            };
            for n in 0..30_000 {
                take(waits.add(id(9), id(n * step % clients), waiting(n, length)));
                prop_assert!(waits.rows < ROWS && waits.bytes < BYTES);
            }
            take(waits.rest());
            prop_assert_eq!((waits.rows, waits.bytes), (0, 0));
            prop_assert_eq!(seen.values().map(Vec::len).sum::<usize>(), 30_000);
            prop_assert!(seen.values().all(|ids| ids.is_sorted()));
        }
    }

    #[test]
    fn a_client_with_enough_waits_for_no_other() {
        let mut waits = PerClient::default();
        assert!(waits.add(id(9), id(1), waiting(0, 10)).is_empty());
        for n in 1..AT_ONCE {
            assert!(waits.add(id(9), id(2), waiting(n, 10)).is_empty());
        }
        let together = waits.add(id(9), id(2), waiting(AT_ONCE, 10));
        assert_eq!(together.len(), 1);
        assert_eq!((together[0].client, together[0].contacts.len()), (id(2), AT_ONCE));
    }
}
