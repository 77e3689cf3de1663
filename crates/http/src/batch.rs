//! Batches: many operations on contacts with one call. As one JSON document a batch is one act of the store; as lines it
//! has no end, and is done step by step while it comes.

mod came;
mod counts;
mod lines;
mod reason;
mod steps;
mod streamed;
mod whole;

pub use came::Came;
pub use counts::Counts;
pub use reason::Reason;
pub use streamed::answer as answer_lines;
pub use whole::answer as answer_whole;

/// So many operations are done in one act.
pub const MOST_OPERATIONS: usize = 10_000;
