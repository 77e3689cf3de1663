use serde::Serialize;

use super::Came;

/// How many operations came to what, as it is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub skipped: u64,
    pub deleted: u64,
    pub refused: u64,
}

impl Counts {
    pub fn of(results: &[Came]) -> Self {
        let mut counts = Self::default();
        results.iter().for_each(|came| counts.add(came));
        counts
    }

    pub fn add(&mut self, came: &Came) {
        let count = match came {
            Came::Created(_) => &mut self.created,
            Came::Updated(_) => &mut self.updated,
            Came::Unchanged(_) => &mut self.unchanged,
            Came::Skipped(_) => &mut self.skipped,
            Came::Deleted(_) => &mut self.deleted,
            Came::Refused(_) => &mut self.refused,
        };
        *count += 1;
    }

    /// Goes on only when they account for all that was asked for.
    pub fn account_for(self, asked: u64) -> Result<Self, Unaccounted> {
        let Self { created, updated, unchanged, skipped, deleted, refused } = self;
        let counted = created + updated + unchanged + skipped + deleted + refused;
        if counted == asked { Ok(self) } else { Err(Unaccounted { asked, counted }) }
    }
}

/// Something came of more or fewer operations than were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{asked} operations were asked for, and something came of {counted}")]
pub struct Unaccounted {
    asked: u64,
    counted: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_or_less_is_told() {
        let counts = Counts { created: 2, refused: 1, ..Counts::default() };
        assert_eq!(counts.account_for(3), Ok(counts));
        assert_eq!(counts.account_for(4), Err(Unaccounted { asked: 4, counted: 3 }));
        assert_eq!(counts.account_for(2), Err(Unaccounted { asked: 2, counted: 3 }));
    }
}
