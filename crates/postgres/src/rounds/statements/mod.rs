//! The statements of rounds: each takes its items as arrays, a column each, and answers by the items' numbers.
//!
//! A write goes through three stages of one statement: the items, as a relation; the rows that each may touch, locked
//! with SKIP LOCKED (a row that is there but wasn't locked is busy); the write of those for which everything holds.
//! What came of each item is told beside, so nothing is written that isn't answered for.
//!
//! Prepared while a table was empty, they must be good when it is full, but on an empty table all plans cost the same.
//! So each look-up leaves the planner one way, and `plans.rs` holds it to that: it stands in a subquery of its own, so
//! that no table is walked to look for the items in it; and a row's id is written as a range from itself to itself in the
//! order of ids, which, with sorting off, only the index on that id can give (an index with other columns between would
//! be walked for all of the user's rows). The rows that are written are named by where they lie, as they were when they
//! were locked. One that had changed since the statement began lies elsewhere for it, isn't written, and counts as busy.

mod change;
mod create;
mod get;
mod page;
#[cfg(test)]
mod plans;
mod remove;
mod search;

pub(super) use change::Change;
pub(super) use create::Create;
pub(super) use get::Get;
pub(super) use page::PageOf;
pub(super) use remove::Remove;
pub(super) use search::Search;

/// One column of the items.
fn column<'a, I, T>(items: &[&'a I], value: impl Fn(&'a I) -> T) -> Vec<T> {
    items.iter().map(|item| value(item)).collect()
}
