//! Lists on standard output, however long.

use std::io;

use roster_domain::ports;
use roster_domain::{Keyset, Limit, Page};

use crate::output;

/// Prints a list page by page, until its end, so many lines, or nobody reads it any more.
///
/// # Errors
/// When the store fails, or what was read can't be written.
pub async fn print<T, Id>(
    most: Option<usize>,
    read: impl AsyncFn(Keyset<Id>) -> ports::Result<Page<T>>,
    id: impl Fn(&T) -> Id,
    line: impl Fn(&T) -> String,
) -> anyhow::Result<()> {
    pages(most, read, id, |items| output::list(items.iter().map(&line))).await
}

/// `show` answers whether it wants more.
async fn pages<T, Id>(
    most: Option<usize>,
    read: impl AsyncFn(Keyset<Id>) -> ports::Result<Page<T>>,
    id: impl Fn(&T) -> Id,
    mut show: impl FnMut(&[T]) -> io::Result<bool>,
) -> anyhow::Result<()> {
    let mut left = most.unwrap_or(usize::MAX);
    let mut after = None;
    loop {
        let Page { mut items, has_more } = read(Keyset { after, limit: Limit::stream_chunk() }).await?;
        items.truncate(left);
        left -= items.len();
        after = items.last().map(&id);
        if !show(&items)? || left == 0 || !has_more || after.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// Numbers from 1 to `last`, as a store would give them.
    async fn numbers(last: u32, Keyset { after, limit }: Keyset<u32>) -> ports::Result<Page<u32>> {
        let rows = (after.unwrap_or(0) + 1..=last).take(limit.rows() + 1).collect();
        Ok(Page::of_one_more(rows, limit))
    }

    #[rstest]
    #[case::nothing(0, None, usize::MAX, &[0])]
    #[case::all(2_500, None, usize::MAX, &[1_000, 1_000, 500])]
    #[case::whole_pages(2_000, None, usize::MAX, &[1_000, 1_000])]
    #[case::so_many(2_500, Some(1_200), usize::MAX, &[1_000, 200])]
    #[case::a_page_and_no_look_at_the_next(2_500, Some(1_000), usize::MAX, &[1_000])]
    #[case::as_long_as_somebody_reads(2_500, None, 2, &[1_000, 1_000])]
    #[tokio::test]
    async fn each_row_once(
        #[case] last: u32,
        #[case] most: Option<usize>,
        #[case] reads: usize,
        #[case] shown: &[usize],
    ) {
        let mut seen: Vec<Vec<u32>> = Vec::new();
        let show = |items: &[u32]| {
            seen.push(items.to_vec());
            Ok(seen.len() < reads)
        };
        pages(most, async |keyset| numbers(last, keyset).await, |number| *number, show).await.unwrap();
        assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), shown);
        assert!(seen.concat().into_iter().eq(1..=shown.iter().sum::<usize>() as u32));
    }
}
