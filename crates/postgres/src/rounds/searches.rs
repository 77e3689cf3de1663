//! Searches: each by itself, on connections whose plans may look rows up in bulk, and which no other act waits for.

use std::collections::{HashMap, VecDeque};

use roster_domain::UserId;

use super::asked::{Asked, Item as _};
use super::lease::Lease;
use super::queue::MOST_WAITING;
use super::reads;
use super::shared::Purpose;
use super::side::Work;
use super::statements::Search;

/// What waits, by user. They take turns; what somebody asked for who left meanwhile is passed over, for a search may take
/// long.
#[derive(Default)]
pub(super) struct Searches {
    of_users: HashMap<UserId, VecDeque<Asked<Search>>>,
    /// Whose turn is next. Each who waits stands here once.
    turns: VecDeque<UserId>,
    waiting: usize,
}

impl Searches {
    /// The next of whoever's turn it is, who then stands behind all others.
    fn next(&mut self) -> Option<Asked<Search>> {
        let user = self.turns.pop_front()?;
        let searches = self.of_users.get_mut(&user)?;
        let next = searches.pop_front();
        if searches.is_empty() {
            self.of_users.remove(&user);
        } else {
            self.turns.push_back(user);
        }
        self.waiting -= usize::from(next.is_some());
        next
    }
}

impl Work for Searches {
    type Item = Asked<Search>;
    type Batch = Asked<Search>;

    const CONNECTIONS: usize = 2;
    const WORTH_ANOTHER: usize = 1;
    const PURPOSE: Purpose = Purpose::Search;

    fn push(&mut self, item: Asked<Search>) -> bool {
        if self.waiting >= MOST_WAITING {
            return false;
        }
        let user = item.item.user();
        let searches = self.of_users.entry(user).or_default();
        if searches.is_empty() {
            self.turns.push_back(user);
        }
        searches.push_back(item);
        self.waiting += 1;
        true
    }

    fn take(&mut self) -> Option<Asked<Search>> {
        loop {
            let next = self.next()?;
            if !next.is_abandoned() {
                return Some(next);
            }
        }
    }

    fn waiting(&self) -> usize {
        self.waiting
    }

    fn is_done(&self) -> bool {
        self.waiting == 0
    }

    async fn round(batch: Asked<Search>, lease: &mut Lease<Self>) {
        reads::round(vec![batch], lease).await;
    }
}

#[cfg(test)]
mod tests {
    use roster_domain::{ContactFilter, ContactOrder, ContactPage, Limit, ObjectId};

    use super::*;
    use crate::contacts::List;
    use crate::rounds::asked::Answer;

    fn search(user: u8, limit: &str) -> (Asked<Search>, Answer<ContactPage>) {
        Asked::new(Search {
            user: ObjectId::from_bytes([user; 12]).into(),
            list: List::User,
            filter: ContactFilter::default(),
            order: ContactOrder::Newest,
            after: None,
            limit: Limit::parse(limit).unwrap(),
        })
    }

    fn taken(searches: &mut Searches) -> Vec<usize> {
        std::iter::from_fn(|| searches.take()).map(|asked| asked.item.limit.rows()).collect()
    }

    #[test]
    fn users_take_turns() {
        let mut searches = Searches::default();
        let mut answers = Vec::new();
        for (user, limit) in [(1, "11"), (1, "12"), (1, "13"), (2, "21"), (3, "31"), (2, "22")] {
            let (asked, answer) = search(user, limit);
            assert!(searches.push(asked));
            answers.push(answer);
        }
        assert_eq!(taken(&mut searches), [11, 21, 31, 12, 22, 13]);
        assert!(searches.is_done() && searches.of_users.is_empty());
    }

    #[test]
    fn whoever_left_is_passed_over() {
        let mut searches = Searches::default();
        let (left, _) = search(1, "11");
        let (waits, answer) = search(1, "12");
        assert!(searches.push(left) && searches.push(waits));
        assert_eq!(taken(&mut searches), [12]);
        drop(answer);
    }

    #[test]
    fn is_bounded() {
        let mut searches = Searches::default();
        assert!((0..MOST_WAITING).all(|_| searches.push(search(1, "1").0)));
        assert!(!searches.push(search(2, "1").0));
    }
}
