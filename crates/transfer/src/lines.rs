//! Lines of a stream, bounded.

use std::io::{self, BufRead};

/// Whether a line was kept whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Whole,
    /// It went on beyond the limit, and that part is gone.
    Cut,
}

/// Appends the next line, with its end, as far as `keep` reaches; the rest is read and dropped. `None` at the end.
pub fn next_line(input: &mut impl BufRead, keep: usize, line: &mut Vec<u8>) -> io::Result<Option<Line>> {
    let (mut any, mut state) = (false, Line::Whole);
    loop {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            return Ok(any.then_some(state));
        }
        any = true;
        let newline = memchr::memchr(b'\n', chunk);
        let length = newline.map_or(chunk.len(), |at| at + 1);
        if !append(line, &chunk[..length], keep) {
            state = Line::Cut;
        }
        input.consume(length);
        if newline.is_some() {
            return Ok(Some(state));
        }
    }
}

/// Appends what there is room for, and says whether that was all.
pub fn append(kept: &mut Vec<u8>, bytes: &[u8], keep: usize) -> bool {
    let room = keep.saturating_sub(kept.len());
    kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    bytes.len() <= room
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    proptest! {
        #[test]
        fn lines_are_what_they_are_in_memory(text in "[a\n]{0,50}", buffer in 1_usize..9) {
            let mut input = BufReader::with_capacity(buffer, text.as_bytes());
            let mut lines = Vec::new();
            let mut line = Vec::new();
            while next_line(&mut input, 100, &mut line).unwrap() == Some(Line::Whole) {
                lines.push(String::from_utf8(std::mem::take(&mut line)).unwrap());
            }
            let expected: Vec<_> = text.split_inclusive('\n').collect();
            prop_assert_eq!(lines, expected);
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_the_next_is_whole() {
        let (mut input, mut line) = (BufReader::with_capacity(3, &b"abcdefgh\nij"[..]), Vec::new());
        assert_eq!(next_line(&mut input, 4, &mut line).unwrap(), Some(Line::Cut));
        assert_eq!(line, b"abcd");
        line.clear();
        assert_eq!(next_line(&mut input, 4, &mut line).unwrap(), Some(Line::Whole));
        assert_eq!(line, b"ij");
    }
}
