//! JSON and BSON: documents, one after the other, whatever stands around them.

mod bson_value;
pub mod contacts;
mod json_value;
mod split;
pub mod system;
mod value;

use std::io::Read as _;

use roster_domain::InvalidCode;

use crate::lines::{Line, next_line};
use crate::source::{Input, next_byte};
use crate::{Failure, LONGEST_ROW, Original, Problem};
use split::Split;
use value::Value;

/// What stands around the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A line end.
    Lines,
    /// Arrays, or nothing.
    Values,
    /// An answer of the API: they are its `data`.
    Envelope,
    /// Their length, in BSON.
    Bson,
}

/// Reads document after document into the same memory.
pub struct Documents<'a> {
    input: Input<'a>,
    split: Split,
    shape: Shape,
    buffer: Vec<u8>,
    /// Lines, or documents in BSON, up to the one that was read last.
    line: u64,
    is_too_long: bool,
}

impl<'a> Documents<'a> {
    pub fn new(input: Input<'a>, shape: Shape) -> Self {
        let split = Split::new(shape == Shape::Envelope);
        Self { input, split, shape, buffer: Vec::new(), line: 0, is_too_long: false }
    }

    /// Reads the next one; `false` at the end.
    pub fn advance(&mut self) -> Result<bool, Failure> {
        self.buffer.clear();
        self.is_too_long = false;
        match self.shape {
            Shape::Lines => self.next_line(),
            Shape::Bson => self.next_bson(),
            Shape::Values | Shape::Envelope => {
                let Some(found) = self.split.next(&mut self.input, &mut self.buffer)? else { return Ok(false) };
                (self.line, self.is_too_long) = (found.line, found.is_too_long);
                // Nothing is known of a document that isn't all there, so it is no row either.
                if found.is_cut { Err(Failure::Cut) } else { Ok(true) }
            }
        }
    }

    fn next_line(&mut self) -> Result<bool, Failure> {
        loop {
            self.buffer.clear();
            let Some(line) = next_line(&mut self.input, LONGEST_ROW, &mut self.buffer)? else { return Ok(false) };
            self.line += 1;
            self.is_too_long = line == Line::Cut;
            if self.is_too_long || !self.buffer.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    fn next_bson(&mut self) -> Result<bool, Failure> {
        if next_byte(&mut self.input)?.is_none() {
            return Ok(false);
        }
        self.line += 1;
        let mut length = [0; 4];
        self.input.read_exact(&mut length)?;
        let rest = usize::try_from(i32::from_le_bytes(length)).ok().and_then(|length| length.checked_sub(4));
        // Behind a length that can't be one, nothing says where the next document begins.
        let Some(rest) = rest.filter(|rest| (1..=LONGEST_ROW).contains(rest)) else {
            return Err(Failure::Malformed { line: self.line, what: "this is no BSON document" });
        };
        self.buffer.extend_from_slice(&length);
        let read = self.input.by_ref().take(rest as u64).read_to_end(&mut self.buffer)?;
        if read < rest { Err(Failure::Cut) } else { Ok(true) }
    }

    /// The line it begins in, from 1; in BSON which document it is.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The document.
    pub fn value(&self) -> Result<Value<'_>, Problem> {
        if self.is_too_long {
            return Err(Problem::of_row(InvalidCode::TooLong, "is too long"));
        }
        match self.shape {
            Shape::Bson => {
                bson_value::read(&self.buffer).ok_or(Problem::of_row(InvalidCode::Malformed, "is no BSON document"))
            }
            _ => json_value::read(&self.buffer)
                .map_err(|_| Problem::of_row(InvalidCode::Malformed, "is no JSON, or not in UTF-8")),
        }
    }

    /// The document as it stood; one of BSON as JSON would have it, as far as it can be read.
    pub fn original(&self) -> Original {
        match self.shape {
            Shape::Bson => bson_value::shown(&self.buffer),
            _ => Original::of(&self.buffer, self.is_too_long),
        }
    }
}
