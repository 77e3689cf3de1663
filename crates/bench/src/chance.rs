//! Chance that is the same in every run.

/// SplitMix64 (Steele, Lea and Flood, 2014): good enough to scatter reads, and cheap.
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of 0, 1, … below `end`, which isn't 0.
    pub fn below(&mut self, end: u64) -> u64 {
        // The high half of the product is even enough over so many values.
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// An index below `end`; low ones come more often, as names do.
    pub fn skewed(&mut self, end: usize) -> usize {
        let end = end as u64;
        let at = self.below(end);
        (at * self.below(end) / end) as usize
    }

    pub fn of<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_indexes_come_and_none_beyond() {
        let mut chance = Chance::new(7);
        let mut seen = [0_u32; 10];
        for _ in 0..10_000 {
            seen[chance.below(10) as usize] += 1;
            assert!(chance.skewed(10) < 10);
        }
        assert!(seen.iter().all(|&times| (800..1_200).contains(&times)), "{seen:?}");
    }
}
