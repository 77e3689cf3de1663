//! The threads that work with SQLite, and what they are handed.

mod checkpoints;
mod connected;
mod deadline;
mod group;
mod job;
mod queue;
mod readers;
mod writer;

pub(crate) use deadline::Deadline;
pub(crate) use job::Step;
pub(crate) use readers::Readers;
pub(crate) use writer::Writer;
