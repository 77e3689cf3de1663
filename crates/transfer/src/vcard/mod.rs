//! vCard 2.1, 3.0 and 4.0.

mod card;
mod lines;
pub mod ours;
mod property;
pub mod reader;
pub mod text;
