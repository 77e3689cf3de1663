//! Rounds that read.

use std::future::Future;
use std::sync::Arc;

use roster_domain::UserId;
use roster_domain::ports;
use sqlx::PgConnection;
use tokio::time::timeout;

use super::asked::{self, Asked};
use super::lease::Lease;
use super::queue::{Queue, Waiting};
use super::sets::Set;
use super::shared::Purpose;
use super::side::{Side, Work};
use super::statements::{Get, PageOf};
use super::verdict::{Broken, Verdict};

/// So many single contacts at most go in a round.
const MOST_GETS: usize = 256;

/// So many pages at most.
const MOST_PAGES: usize = 16;

/// Something that a round reads.
pub(super) trait Read: asked::Item {
    /// What it waits with.
    type Side: Work;

    fn queued(asked: Asked<Self>) -> <Self::Side as Work>::Item
    where
        Self: Sized;

    /// Where that is.
    fn side(set: &Set) -> &Arc<Side<Self::Side>>
    where
        Self: Sized;

    /// Reads all of them, in one statement where it can be; the answers are in the order of the items.
    fn run(
        items: &[&Self],
        connection: &mut PgConnection,
    ) -> impl Future<Output = sqlx::Result<Vec<ports::Result<Self::Answer>>>> + Send
    where
        Self: Sized;
}

pub(super) enum Item {
    Get(Asked<Get>),
    Page(Asked<PageOf>),
}

/// So often single contacts go before pages; then it is the pages' turn.
const GETS_IN_A_ROW: usize = 2;

/// Single contacts go before pages, which take longer.
#[derive(Default)]
pub(super) struct Reads {
    /// Rounds of single contacts, since the last of pages, while some waited.
    gets_in_a_row: usize,
    gets: Queue<Asked<Get>>,
    pages: Queue<Asked<PageOf>>,
}

pub(super) enum Batch {
    Gets(Vec<Asked<Get>>),
    Pages(Vec<Asked<PageOf>>),
}

impl<I: asked::Item> Waiting for Asked<I> {
    fn user(&self) -> UserId {
        self.item.user()
    }

    fn weight(&self) -> usize {
        self.item.weight()
    }
}

impl Work for Reads {
    type Item = Item;
    type Batch = Batch;

    const CONNECTIONS: usize = 2;
    const WORTH_ANOTHER: usize = 1;
    const PURPOSE: Purpose = Purpose::Read;

    fn push(&mut self, item: Item) -> bool {
        match item {
            Item::Get(asked) => self.gets.push(asked),
            Item::Page(asked) => self.pages.push(asked),
        }
    }

    fn take(&mut self) -> Option<Batch> {
        if !self.gets.is_empty() && (self.pages.is_empty() || self.gets_in_a_row < GETS_IN_A_ROW) {
            self.gets_in_a_row = if self.pages.is_empty() { 0 } else { self.gets_in_a_row + 1 };
            return Some(Batch::Gets(self.gets.take(MOST_GETS, |_| true)));
        }
        self.gets_in_a_row = 0;
        // Pages over one index: each has its own statement.
        let mut kind = None;
        let pages = self.pages.take(MOST_PAGES, |asked| asked.item.kind() == *kind.get_or_insert(asked.item.kind()));
        (!pages.is_empty()).then_some(Batch::Pages(pages))
    }

    fn waiting(&self) -> usize {
        self.gets.len() + self.pages.len()
    }

    fn is_done(&self) -> bool {
        self.waiting() == 0
    }

    async fn round(batch: Batch, lease: &mut Lease<Self>) {
        match batch {
            Batch::Gets(asked) => round(asked, lease).await,
            Batch::Pages(asked) => round(asked, lease).await,
        }
    }
}

/// Reads all of it, and answers it.
pub(super) async fn round<R: Read>(asked: Vec<Asked<R>>, lease: &mut Lease<R::Side>) {
    let items: Vec<&R> = asked.iter().map(|asked| &asked.item).collect();
    let mut read = once(&items, lease).await;
    // A connection that died in its sleep costs nobody an answer.
    if matches!(read.as_ref().map_err(Broken::verdict), Err(Verdict::Lost | Verdict::Undone | Verdict::MetAnother)) {
        read = once(&items, lease).await;
    }
    match read {
        Ok(answers) => asked.into_iter().zip(answers).for_each(|(asked, answer)| asked.answer(answer)),
        Err(broken) => {
            let error = broken.into_errors();
            asked.into_iter().for_each(|asked| asked.answer(Err(error())));
        }
    }
}

async fn once<R: Read>(items: &[&R], lease: &mut Lease<R::Side>) -> Result<Vec<ports::Result<R::Answer>>, Broken> {
    let mut connection = lease.take_out().await?;
    let answer = timeout(lease.deadline(), R::run(items, &mut connection)).await;
    lease.put_back(connection, answer)
}

#[cfg(test)]
mod tests {
    use roster_domain::{Keyset, Limit, ObjectId};

    use super::*;
    use crate::contacts::List;

    fn user() -> UserId {
        ObjectId::from_bytes([1; 12]).into()
    }

    fn get() -> Item {
        Item::Get(Asked::new(Get { user: user(), client: None, id: ObjectId::from_bytes([2; 12]).into() }).0)
    }

    fn page(list: List, rows: &str) -> Item {
        let keyset = Keyset { after: None, limit: Limit::parse(rows).unwrap() };
        Item::Page(Asked::new(PageOf { user: user(), list, keyset }).0)
    }

    /// As many gets as this, or pages.
    fn take(reads: &mut Reads) -> (usize, usize) {
        match reads.take() {
            None => (0, 0),
            Some(Batch::Gets(gets)) => (gets.len(), 0),
            Some(Batch::Pages(pages)) => (0, pages.len()),
        }
    }

    #[test]
    fn pages_wait_for_gets_but_not_for_ever() {
        let mut reads = Reads::default();
        reads.push(page(List::User, "50"));
        for _ in 0..GETS_IN_A_ROW {
            reads.push(get());
            assert_eq!(take(&mut reads), (1, 0));
        }
        reads.push(get());
        assert_eq!(take(&mut reads), (0, 1));
        assert_eq!(take(&mut reads), (1, 0));
        assert_eq!(take(&mut reads), (0, 0));
    }

    #[test]
    fn a_round_of_pages_is_of_one_kind_and_bounded() {
        let mut reads = Reads::default();
        for _ in 0..20 {
            reads.push(page(List::User, "100"));
            reads.push(page(List::DefaultClient, "1"));
        }
        assert_eq!([0; 5].map(|_| take(&mut reads).1), [MOST_PAGES, MOST_PAGES, 4, 4, 0]);
    }
}
