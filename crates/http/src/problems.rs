//! What is wrong with the fields of a request: all of it at once, so that a consumer needn't try one by one.

use std::borrow::Cow;

use roster_domain::{Invalid, InvalidCode};

/// One field that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which: `number`, `transaction.survey_id`, or a query parameter's name.
    pub path: Cow<'static, str>,
    /// Why.
    pub invalid: Invalid,
}

/// All of them, in the order they were found.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub fn add(&mut self, path: impl Into<Cow<'static, str>>, invalid: Invalid) {
        self.0.push(Problem { path: path.into(), invalid });
    }

    pub fn say(
        &mut self,
        path: impl Into<Cow<'static, str>>,
        code: InvalidCode,
        message: impl Into<Cow<'static, str>>,
    ) {
        self.add(path, Invalid::new(code, message));
    }

    /// The value, or a note of why there is none.
    pub fn take<T>(&mut self, path: impl Into<Cow<'static, str>>, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|invalid| self.add(path, invalid)).ok()
    }

    /// Takes those of something that stands at this path.
    pub fn add_all(&mut self, path: &str, inner: Self) {
        for problem in inner.0 {
            self.add(format!("{path}.{}", problem.path), problem.invalid);
        }
    }

    /// Takes those of another part.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// Forgets all but so many.
    pub fn truncate(&mut self, most: usize) {
        self.0.truncate(most);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }

    /// Goes on only when there are none.
    pub fn none(self) -> Result<(), crate::failure::Failure> {
        if self.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}
