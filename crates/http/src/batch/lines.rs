//! Lines out of pieces that end anywhere. What is kept is never more than one line may have, and what came in the latest
//! piece.

use bytes::{Buf, Bytes, BytesMut};

/// A line, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Text(Bytes),
    /// It has more bytes than one may have; they are gone.
    TooLong,
}

/// Where lines are cut.
pub struct Lines {
    most: usize,
    kept: BytesMut,
    /// So many of the kept bytes are known to hold no end of a line.
    searched: usize,
    /// Whether the line that goes on is too long already.
    is_too_long: bool,
}

impl Lines {
    /// None of them may have more bytes than this.
    pub fn of_at_most(most: usize) -> Self {
        Self { most, kept: BytesMut::new(), searched: 0, is_too_long: false }
    }

    /// Takes what comes next.
    pub fn push(&mut self, piece: &[u8]) {
        self.kept.extend_from_slice(piece);
    }

    /// The next line that has ended.
    pub fn ended(&mut self) -> Option<Line> {
        if let Some(at) = self.kept[self.searched..].iter().position(|byte| *byte == b'\n') {
            let text = self.kept.split_to(self.searched + at).freeze();
            self.kept.advance(1);
            self.searched = 0;
            return Some(self.cut(text));
        }
        self.searched = self.kept.len();
        if self.searched > self.most {
            self.is_too_long = true;
            self.kept.clear();
            self.searched = 0;
        }
        None
    }

    /// The last line, which needs no end, once nothing comes any more; `None` where there is nothing behind the last
    /// end.
    pub fn last(&mut self) -> Option<Line> {
        let text = self.kept.split().freeze();
        self.searched = 0;
        (self.is_too_long || !text.is_empty()).then(|| self.cut(text))
    }

    fn cut(&mut self, text: Bytes) -> Line {
        if std::mem::take(&mut self.is_too_long) || text.len() > self.most { Line::TooLong } else { Line::Text(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&[u8]], most: usize) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::of_at_most(most);
        let mut found = Vec::new();
        for piece in pieces {
            lines.push(piece);
            while let Some(line) = lines.ended() {
                found.push(line);
            }
            assert!(lines.kept.len() <= most, "no more is kept than a line may have");
        }
        found.extend(lines.last());
        let text = |line| match line {
            Line::Text(text) => Some(text.to_vec()),
            Line::TooLong => None,
        };
        found.into_iter().map(text).collect()
    }

    #[test]
    fn what_is_too_long_is_told_once() {
        let some = |text: &str| Some(text.as_bytes().to_vec());
        assert_eq!(cut(&[b"abcd\nabc", b"de\nab\n"], 4), [some("abcd"), None, some("ab")]);
        assert_eq!(cut(&[b"abcdefgh", b"abcdefgh", b"\nx"], 4), [None, some("x")]);
        assert_eq!(cut(&[b"abcdefgh"], 4), [None]);
        assert_eq!(cut(&[b"\n\na"], 4), [some(""), some(""), some("a")]);
        assert_eq!(cut(&[b""], 4), []);
    }

    proptest! {
        /// Wherever the pieces end, the lines are those of the whole.
        #[test]
        fn pieces_make_no_difference(text in "[ab\n]{0,60}", ends in proptest::collection::vec(0_usize..60, 0..6), most in 1_usize..8) {
            let mut ends: Vec<usize> = ends.into_iter().map(|end| end.min(text.len())).collect();
            ends.sort_unstable();
            let mut pieces = Vec::new();
            let mut start = 0;
            for end in ends.into_iter().chain([text.len()]) {
                pieces.push(&text.as_bytes()[start..end]);
                start = end;
            }
            let expected: Vec<Option<Vec<u8>>> = text
                .strip_suffix('\n')
                .unwrap_or(&text)
                .split('\n')
                .map(|line| (line.len() <= most).then(|| line.as_bytes().to_vec()))
                .collect();
            let expected = if text.is_empty() { Vec::new() } else { expected };
            prop_assert_eq!(cut(&pieces, most), expected);
        }
    }
}
