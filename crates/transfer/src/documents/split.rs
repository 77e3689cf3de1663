//! Where JSON values begin and end, without reading them: so that one is in memory at a time, however long the list is.

use std::io::BufRead;

use crate::lines::append;
use crate::source::{Input, next_byte};
use crate::{Failure, LONGEST_ROW};

/// Finds value after value.
pub struct Split {
    line: u64,
    place: Place,
}

/// What is around the next value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nothing: objects follow each other, or arrays of them.
    Outside,
    /// An array of values.
    Array { in_envelope: bool },
    /// An object whose `data` holds the values.
    Envelope,
    /// The answer's own beginning.
    BeforeEnvelope,
}

/// A value that was found.
pub struct Found {
    /// The line it begins in, from 1.
    pub line: u64,
    pub is_too_long: bool,
    /// The file ended before it did.
    pub is_cut: bool,
}

const NOT_JSON: &str = "this is not JSON";

impl Split {
    pub fn new(is_envelope: bool) -> Self {
        Self { line: 1, place: if is_envelope { Place::BeforeEnvelope } else { Place::Outside } }
    }

    /// Reads the next value into the buffer; `None` at the end.
    pub fn next(&mut self, input: &mut Input<'_>, buffer: &mut Vec<u8>) -> Result<Option<Found>, Failure> {
        loop {
            let byte = self.next_mark(input)?;
            match (self.place, byte) {
                (Place::Outside, None) => return Ok(None),
                (_, None) => return Err(Failure::Cut),
                (Place::BeforeEnvelope, Some(_)) => {
                    self.skip(input);
                    self.place = Place::Envelope;
                }
                (Place::Outside, Some(b'[')) => {
                    self.skip(input);
                    self.place = Place::Array { in_envelope: false };
                }
                (Place::Outside, Some(b'{')) => return self.value(input, buffer).map(Some),
                (Place::Outside, Some(_)) => return Err(self.malformed()),
                (Place::Array { in_envelope }, Some(b']')) => {
                    self.skip(input);
                    self.place = if in_envelope { Place::Envelope } else { Place::Outside };
                }
                (Place::Array { .. }, Some(_)) => return self.value(input, buffer).map(Some),
                (Place::Envelope, Some(b'}')) => {
                    self.skip(input);
                    self.place = Place::Outside;
                }
                (Place::Envelope, Some(b'"')) => {
                    if let Some(found) = self.member(input, buffer)? {
                        return Ok(Some(found));
                    }
                }
                (Place::Envelope, Some(_)) => return Err(self.malformed()),
            }
        }
    }

    /// A member of the answer: of `data` the values are wanted, the others are passed over.
    fn member(&mut self, input: &mut Input<'_>, buffer: &mut Vec<u8>) -> Result<Option<Found>, Failure> {
        let name = self.value(input, buffer)?;
        let is_data = buffer == b"\"data\"";
        buffer.clear();
        if name.is_cut {
            return Err(Failure::Cut);
        }
        if self.next_mark(input)? != Some(b':') {
            return Err(self.malformed());
        }
        self.skip(input);
        match self.next_mark(input)? {
            None => Err(Failure::Cut),
            Some(b'[') if is_data => {
                self.skip(input);
                self.place = Place::Array { in_envelope: true };
                Ok(None)
            }
            Some(b'{') if is_data => self.value(input, buffer).map(Some),
            Some(_) => {
                let passed_over = self.value(input, buffer)?;
                buffer.clear();
                if passed_over.is_cut { Err(Failure::Cut) } else { Ok(None) }
            }
        }
    }

    fn malformed(&self) -> Failure {
        Failure::Malformed { line: self.line, what: NOT_JSON }
    }

    /// The next byte that is neither white space nor a comma, not taken.
    fn next_mark(&mut self, input: &mut Input<'_>) -> Result<Option<u8>, Failure> {
        loop {
            let chunk = input.fill_buf()?;
            let is_between = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',');
            let between = chunk.iter().take_while(is_between).count();
            self.line += memchr::memchr_iter(b'\n', &chunk[..between]).count() as u64;
            let (is_empty, next) = (chunk.is_empty(), chunk.get(between).copied());
            input.consume(between);
            if is_empty || next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Takes the byte that was seen.
    fn skip(&mut self, input: &mut Input<'_>) {
        input.consume(1);
    }

    /// Reads a value of any kind, up to where it ends.
    fn value(&mut self, input: &mut Input<'_>, buffer: &mut Vec<u8>) -> Result<Found, Failure> {
        let mut found = Found { line: self.line, is_too_long: false, is_cut: false };
        let mut scan = Scan::new(next_byte(input)?);
        loop {
            let chunk = input.fill_buf()?;
            if chunk.is_empty() {
                found.is_cut = scan.kind != Kind::Bare;
                return Ok(found);
            }
            let end = scan.end_in(chunk);
            let length = end.unwrap_or(chunk.len());
            self.line += memchr::memchr_iter(b'\n', &chunk[..length]).count() as u64;
            found.is_too_long |= !append(buffer, &chunk[..length], LONGEST_ROW);
            input.consume(length);
            if end.is_some() {
                return Ok(found);
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An object, an array, or a string: it has an end of its own.
    Closed,
    /// A number or a word: it ends where something else begins.
    Bare,
}

/// How far a value has been seen.
struct Scan {
    kind: Kind,
    depth: u64,
    is_string: bool,
    is_escaped: bool,
    is_begun: bool,
}

impl Scan {
    fn new(first: Option<u8>) -> Self {
        let kind = if matches!(first, Some(b'{' | b'[' | b'"')) { Kind::Closed } else { Kind::Bare };
        Self { kind, depth: 0, is_string: false, is_escaped: false, is_begun: false }
    }

    /// Where in these bytes, which go on from the last ones, the value ends.
    fn end_in(&mut self, chunk: &[u8]) -> Option<usize> {
        if self.kind == Kind::Bare {
            // At least one byte, so that there is an end to everything.
            let start = usize::from(!std::mem::replace(&mut self.is_begun, true));
            let is_end =
                |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b']' | b'}' | b'{' | b'[' | b'"');
            return chunk.get(start..)?.iter().position(is_end).map(|at| at + start);
        }
        let mut at = 0;
        while at < chunk.len() {
            if self.is_string {
                if std::mem::take(&mut self.is_escaped) {
                    at += 1;
                    continue;
                }
                let next = memchr::memchr2(b'"', b'\\', &chunk[at..])?;
                at += next + 1;
                if chunk[at - 1] == b'\\' {
                    self.is_escaped = true;
                    continue;
                }
                self.is_string = false;
                if self.depth == 0 {
                    return Some(at);
                }
                continue;
            }
            match chunk[at] {
                b'"' => self.is_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::io::{BufReader, Read};

    /// The values, and whether the reading ended well.
    fn split(text: &str, is_envelope: bool, buffer: usize) -> (Vec<(u64, String)>, bool) {
        let input: Box<dyn Read + Send + '_> = Box::new(text.as_bytes());
        let (mut input, mut split) = (BufReader::with_capacity(buffer, input), Split::new(is_envelope));
        let mut values = Vec::new();
        loop {
            let mut value = Vec::new();
            match split.next(&mut input, &mut value) {
                Ok(Some(found)) => values.push((found.line, String::from_utf8(value).unwrap())),
                Ok(None) => return (values, true),
                Err(_) => return (values, false),
            }
        }
    }

    #[rstest]
    #[case("[]", false, &[], true)]
    #[case("[{\"a\": \"]}\\\"\"},\n{}]\n", false, &[(1, "{\"a\": \"]}\\\"\"}"), (2, "{}")], true)]
    #[case("{\n}\n{}[{}]", false, &[(1, "{\n}"), (3, "{}"), (3, "{}")], true)]
    #[case("[1, \"x\", null, {}]", false, &[(1, "1"), (1, "\"x\""), (1, "null"), (1, "{}")], true)]
    #[case("[{}", false, &[(1, "{}")], false)]
    #[case("[{}, {\"a\"", false, &[(1, "{}"), (1, "{\"a\"")], false)]
    #[case("x", false, &[], false)]
    #[case("{\"status\": true, \"page\": {\"data\": [1]}, \"data\": [{}, {}], \"x\": [{}]}", true, &[(1, "{}"), (1, "{}")], true)]
    #[case("{\"data\": {\"a\": 1}}", true, &[(1, "{\"a\": 1}")], true)]
    #[case("{\"data\": [{}]", true, &[(1, "{}")], false)]
    fn values(#[case] text: &str, #[case] is_envelope: bool, #[case] expected: &[(u64, &str)], #[case] well: bool) {
        for buffer in [1, 2, 5, 1000] {
            let (values, ended_well) = split(text, is_envelope, buffer);
            let values: Vec<_> = values.iter().map(|(line, text)| (*line, text.as_str())).collect();
            assert_eq!((values.as_slice(), ended_well), (expected, well), "{text}");
        }
    }

    proptest! {
        #[test]
        fn always_comes_to_an_end(text in r#"[\[\]{}",:\\a1 \n]{0,40}"#, is_envelope: bool, buffer in 1..9_usize) {
            prop_assert_eq!(split(&text, is_envelope, buffer), split(&text, is_envelope, 1000));
        }
    }
}
