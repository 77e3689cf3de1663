//! The operating system's random generator.

use std::cell::RefCell;

use roster_domain::Entropy;

/// Bytes fit for keys and tokens.
pub struct SystemEntropy;

/// So many are asked for at once: asking costs more than some of them do.
const AHEAD: usize = 512;

/// Up to so many are taken from what was asked for ahead: enough for ids, of which each request has one.
const FEW: usize = 16;

thread_local! {
    static READY: RefCell<Ready> = const { RefCell::new(Ready { bytes: [0; AHEAD], given: AHEAD }) };
}

/// Bytes that were asked for ahead. Those that were given are wiped out.
struct Ready {
    bytes: [u8; AHEAD],
    given: usize,
}

impl Ready {
    fn give(&mut self, bytes: &mut [u8]) {
        if AHEAD - self.given < bytes.len() {
            ask(&mut self.bytes);
            self.given = 0;
        }
        let given = &mut self.bytes[self.given..self.given + bytes.len()];
        bytes.copy_from_slice(given);
        given.fill(0);
        self.given += bytes.len();
    }
}

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the operating system has no random bytes to give: there is no safe way to go on.
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() <= FEW {
            READY.with_borrow_mut(|ready| ready.give(bytes));
        } else {
            ask(bytes);
        }
    }
}

fn ask(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        panic!("the operating system's random generator failed: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nothing_is_given_twice() {
        let mut given = HashSet::new();
        for round in 0..2_000 {
            let mut bytes = [0; 16];
            let some = &mut bytes[..8 + round % 9];
            SystemEntropy.fill(some);
            assert!(given.insert(some[..8].to_vec()));
        }
    }
}
