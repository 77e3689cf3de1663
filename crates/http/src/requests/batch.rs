//! What a batch asks for: as one document, or a line at a time.

mod document;
mod operation;

use roster_domain::{IdSource, Operation, Timestamp};

pub use document::{Document, Refused, document};
pub use operation::operation;

use crate::batch::Reason;
use crate::json;
use crate::problems::Problems;
use roster_domain::InvalidCode;

/// An operation that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    pub operation: Operation,
    /// Where the group stood, if one was given.
    pub group_path: &'static str,
}

/// Where the contacts come from that operations make.
#[derive(Clone, Copy)]
pub struct Maker<'a> {
    pub ids: &'a IdSource,
    pub now: Timestamp,
}

/// Reads a line.
pub fn line(text: &[u8], maker: Maker<'_>) -> Result<Asked, Reason> {
    let object = json::parse(text).map_err(Reason::malformed)?;
    let mut problems = Problems::default();
    if object.get("atomic").is_some() {
        problems.say("atomic", InvalidCode::NotAllowed, "is not for lines, each of which stands for itself");
    }
    match operation(&object, maker) {
        Ok(asked) if problems.is_empty() => Ok(asked),
        Ok(_) => Err(problems.into()),
        Err(others) => {
            problems.append(others);
            Err(problems.into())
        }
    }
}
