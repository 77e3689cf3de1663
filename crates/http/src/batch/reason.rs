use std::borrow::Cow;

use roster_domain::{ContactId, Refusal};

use crate::error::Code;
use crate::json::Malformed;
use crate::problems::{Problem, Problems};
use crate::requests;

/// Why an operation wasn't done.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: Code,
    pub message: Cow<'static, str>,
    /// For [`Code::ValidationFailed`].
    pub fields: Vec<Problem>,
    /// For [`Code::Ambiguous`]: the contacts that match.
    pub ids: Vec<ContactId>,
}

impl Reason {
    fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), fields: Vec::new(), ids: Vec::new() }
    }

    /// The store's, of an operation whose group, if it was given one, stood at this path.
    pub fn of(refusal: Refusal, group_path: &'static str) -> Self {
        match refusal {
            Refusal::Absent => Self::new(Code::NotFound, "There is no such contact."),
            Refusal::UnknownGroup => {
                let mut problems = Problems::default();
                problems.add(group_path, requests::contacts::unknown_group());
                problems.into()
            }
            Refusal::Ambiguous(ids) => Self { ids, ..Self::of_code(Code::Ambiguous) },
            Refusal::IdTaken => Self::of_code(Code::IdTaken),
            Refusal::Stale => Self::of_code(Code::PreconditionFailed),
        }
    }

    fn of_code(code: Code) -> Self {
        Self::new(code, code.message())
    }

    /// A line that can't be read.
    pub fn malformed(Malformed { column, .. }: Malformed) -> Self {
        let message = format!("The line must be a JSON object; it isn't one at column {column}.");
        Self::new(Code::MalformedBody, message)
    }

    /// A line that has more bytes than this.
    pub fn too_long(most: usize) -> Self {
        Self::new(Code::TooLarge, format!("The line has more than {most} bytes."))
    }
}

impl From<Problems> for Reason {
    fn from(problems: Problems) -> Self {
        Self { fields: problems.into_vec(), ..Self::of_code(Code::ValidationFailed) }
    }
}
