//! Every row is accounted for.

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    /// A new contact was made of it.
    Created,
    /// It changed a contact.
    Updated,
    /// The contact was as it says already.
    Unchanged,
    /// It was left out on purpose; the reason says why.
    Skipped,
    /// It can't become a contact; the reason says why.
    Invalid,
}

impl RowOutcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [Self::Created, Self::Updated, Self::Unchanged, Self::Skipped, Self::Invalid];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Invalid => "invalid",
        }
    }
}

/// How many rows were read, and what became of them. Rows are counted when they are read and again when their outcome
/// is known, so the two sides are counted apart and can be held against each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows read.
    pub read: u64,
    /// See [`RowOutcome::Created`].
    pub created: u64,
    /// See [`RowOutcome::Updated`].
    pub updated: u64,
    /// See [`RowOutcome::Unchanged`].
    pub unchanged: u64,
    /// See [`RowOutcome::Skipped`].
    pub skipped: u64,
    /// See [`RowOutcome::Invalid`].
    pub invalid: u64,
}

/// The sums don't hold: rows were lost, or counted twice. That is a defect, whatever else went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} rows were read, but {} accounted for", .0.read, .0.accounted())]
pub struct Unsettled(pub Tally);

impl Tally {
    /// A row was read.
    pub const fn read_one(&mut self) {
        self.read = self.read.saturating_add(1);
    }

    /// This became of a row.
    pub const fn settle_one(&mut self, outcome: RowOutcome) {
        let count = match outcome {
            RowOutcome::Created => &mut self.created,
            RowOutcome::Updated => &mut self.updated,
            RowOutcome::Unchanged => &mut self.unchanged,
            RowOutcome::Skipped => &mut self.skipped,
            RowOutcome::Invalid => &mut self.invalid,
        };
        *count = count.saturating_add(1);
    }

    /// How many had this outcome.
    #[must_use]
    pub const fn of(&self, outcome: RowOutcome) -> u64 {
        match outcome {
            RowOutcome::Created => self.created,
            RowOutcome::Updated => self.updated,
            RowOutcome::Unchanged => self.unchanged,
            RowOutcome::Skipped => self.skipped,
            RowOutcome::Invalid => self.invalid,
        }
    }

    /// Both together: of a file read in pieces.
    #[must_use]
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            read: self.read.saturating_add(other.read),
            created: self.created.saturating_add(other.created),
            updated: self.updated.saturating_add(other.updated),
            unchanged: self.unchanged.saturating_add(other.unchanged),
            skipped: self.skipped.saturating_add(other.skipped),
            invalid: self.invalid.saturating_add(other.invalid),
        }
    }

    fn accounted(&self) -> u128 {
        RowOutcome::ALL.into_iter().map(|outcome| u128::from(self.of(outcome))).sum()
    }

    /// The tally as it may be told: read = created + updated + unchanged + skipped + invalid.
    ///
    /// # Errors
    /// When that isn't so.
    pub fn settled(self) -> Result<Self, Unsettled> {
        if u128::from(self.read) == self.accounted() { Ok(self) } else { Err(Unsettled(self)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcomes() -> impl Strategy<Value = Vec<RowOutcome>> {
        proptest::collection::vec(proptest::sample::select(RowOutcome::ALL.to_vec()), 0..50)
    }

    fn tally(outcomes: &[RowOutcome]) -> Tally {
        let mut tally = Tally::default();
        for outcome in outcomes {
            tally.read_one();
            tally.settle_one(*outcome);
        }
        tally
    }

    proptest! {
        #[test]
        fn settles_when_each_row_has_one_outcome(first in outcomes(), second in outcomes()) {
            let both = tally(&first).plus(&tally(&second));
            prop_assert_eq!(both.settled(), Ok(both));
            prop_assert_eq!(both.read, (first.len() + second.len()) as u64);
        }

        #[test]
        fn a_row_lost_or_doubled_is_told(rows in outcomes(), more in outcomes(), outcome in 0..5_usize) {
            let mut lost = tally(&rows);
            lost.read_one();
            prop_assert_eq!(lost.settled(), Err(Unsettled(lost)));
            let mut doubled = tally(&more);
            doubled.settle_one(RowOutcome::ALL[outcome]);
            prop_assert!(doubled.settled().is_err());
        }
    }

    #[test]
    fn sums_beyond_64_bits_are_no_sums() {
        let tally = Tally { read: 0, created: u64::MAX, updated: 1, ..Tally::default() };
        assert!(tally.settled().is_err());
    }
}
