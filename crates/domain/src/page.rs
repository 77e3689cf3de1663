//! Paging by keyset: a page begins after the last row of the one before, so page 1 and page 10,000 cost the same and
//! rows that come or go meanwhile neither repeat nor hide others.

use crate::values::{Invalid, InvalidCode};

/// How many rows a page may hold: 1 to 5,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// The most rows of one page.
    pub const MAX: u16 = 5_000;

    /// Reads decimal digits.
    ///
    /// # Errors
    /// When they aren't a whole number from 1 to [`Limit::MAX`].
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let all_digits = text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(limit) if all_digits && (1..=Self::MAX).contains(&limit) => Ok(Self(limit)),
            _ => Err(Invalid::new(InvalidCode::OutOfRange, format!("must be a whole number from 1 to {}", Self::MAX))),
        }
    }

    /// As many rows as a streamed list reads at a time.
    #[must_use]
    pub const fn stream_chunk() -> Self {
        Self(1_000)
    }

    /// So many rows.
    #[must_use]
    pub const fn rows(self) -> usize {
        self.0 as usize
    }
}

/// Where a page begins and how much it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyset<Id> {
    /// The last row of the page before; `None` begins at the beginning.
    pub after: Option<Id>,
    /// How many rows at most.
    pub limit: Limit,
}

/// Some rows of a list, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether there were rows behind these when they were read.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// A page with nothing on it and nothing behind it.
    #[must_use]
    pub const fn empty() -> Self {
        Self { items: Vec::new(), has_more: false }
    }

    /// The same page with each row as this makes it.
    #[must_use]
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(row).collect(), has_more: self.has_more }
    }

    /// The page that a store makes of the rows it read, when it asked for one more than the limit.
    #[must_use]
    pub fn of_one_more(mut rows: Vec<T>, limit: Limit) -> Self {
        let has_more = rows.len() > limit.rows();
        rows.truncate(limit.rows());
        Self { items: rows, has_more }
    }

    /// The same page with the place of its last row, where there is more behind it.
    #[must_use]
    pub fn placed<P>(self, place: impl FnOnce(&T) -> P) -> PlacedPage<T, P> {
        let next = self.items.last().filter(|_| self.has_more).map(place);
        PlacedPage { items: self.items, next }
    }
}

/// Some rows of a list, in its order, and where it goes on: said by whoever read them, since the rows needn't show what
/// they are in order by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedPage<T, Place> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the last of them stands, if there were rows behind it when they were read: what the next page begins after.
    pub next: Option<Place>,
}

impl<T, Place> PlacedPage<T, Place> {
    /// A page with nothing on it and nothing behind it.
    #[must_use]
    pub const fn empty() -> Self {
        Self { items: Vec::new(), next: None }
    }

    /// The page that a store makes of the rows it read, each with its place, when it asked for one more than the limit.
    #[must_use]
    pub fn of_one_more(mut rows: Vec<(Place, T)>, limit: Limit) -> Self {
        let has_more = rows.len() > limit.rows();
        rows.truncate(limit.rows());
        let mut next = None;
        let items = rows.into_iter().map(|(place, row)| {
            next = has_more.then_some(place);
            row
        });
        Self { items: items.collect(), next }
    }

    /// The same page with each row as this makes it.
    #[must_use]
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> PlacedPage<U, Place> {
        PlacedPage { items: self.items.into_iter().map(row).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("1", Some(1))]
    #[case("5000", Some(5000))]
    #[case("0", None)]
    #[case("5001", None)]
    #[case("+5", None)]
    #[case("", None)]
    #[case("5.0", None)]
    #[case("99999999999999999999", None)]
    fn limits(#[case] text: &str, #[case] rows: Option<usize>) {
        assert_eq!(Limit::parse(text).ok().map(Limit::rows), rows);
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,30}") {
            let _ = Limit::parse(&text);
        }
    }

    #[test]
    fn one_row_more_than_the_limit_means_more() {
        let limit = Limit(2);
        assert!(!Page::of_one_more(vec![1, 2], limit).has_more);
        assert_eq!(Page::of_one_more(vec![1, 2, 3], limit), Page { items: vec![1, 2], has_more: true });
    }

    #[test]
    fn a_page_goes_on_behind_its_last_row_if_at_all() {
        let placed = |rows: Vec<i32>| {
            let page = Page::of_one_more(rows.clone(), Limit(2)).placed(|row| row * 10);
            let rows = rows.into_iter().map(|row| (row * 10, row)).collect();
            assert_eq!(PlacedPage::of_one_more(rows, Limit(2)), page);
            page
        };
        assert_eq!(placed(vec![1, 2, 3]), PlacedPage { items: vec![1, 2], next: Some(20) });
        assert_eq!(placed(vec![1, 2]), PlacedPage { items: vec![1, 2], next: None });
        assert_eq!(placed(vec![]), PlacedPage::empty());
    }
}
