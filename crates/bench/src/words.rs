//! What is searched for: three to eight letters from anywhere in a name, common ones and rare ones.

use roster_domain::values::fold;

use crate::chance::Chance;
use crate::people::People;

/// So many that no cache of either side knows the answers, and no more than `pgbench` takes scripts.
pub const WORDS: usize = 100;

/// The same words each time, folded.
pub fn words() -> Vec<String> {
    let people = People::new();
    let mut chance = Chance::new(11);
    let mut words = Vec::with_capacity(WORDS);
    while words.len() < WORDS {
        let names = if chance.below(2) == 0 { &people.first } else { &people.last };
        let name: Vec<char> = fold(&names[chance.skewed(names.len())]).chars().collect();
        let length = 3 + chance.below(6) as usize;
        if name.len() < length || name.contains(&' ') {
            continue;
        }
        let begin = chance.below((name.len() - length) as u64 + 1) as usize;
        words.push(name[begin..begin + length].iter().collect());
    }
    words
}
