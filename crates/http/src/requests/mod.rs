//! From bodies and queries to domain types: a file a resource, all problems of a request at once.

pub mod batch;
pub mod clients;
mod contact_filter;
pub mod contacts;
pub mod export;
mod fields;
pub mod groups;
pub mod imports;
pub mod lists;
pub mod sessions;
pub mod users;

use crate::failure::Failure;
use crate::input::Read;
use crate::problems::Problems;

/// A call that takes nothing but its path: fields in the body are ignored, parameters aren't.
pub fn nothing(read: Read<'_>) -> Result<(), Failure> {
    let mut problems = Problems::default();
    read.query.check(&[], &mut problems);
    problems.none()
}
