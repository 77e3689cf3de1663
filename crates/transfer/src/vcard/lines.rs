//! The lines of a vCard file, unfolded and bounded. What pictures and sounds hold isn't kept.

use crate::lines::{append, next_line};
use crate::source::{Input, next_byte};
use crate::{Failure, Original};

/// Reads line after line into the same memory.
pub struct Lines<'a> {
    input: Input<'a>,
    /// The lines read, as they stand in the file.
    count: u64,
    physical: Vec<u8>,
    unfolded: Vec<u8>,
    raw: Vec<u8>,
    is_raw_cut: bool,
}

/// So much of an unfolded line is kept: a hundred times what a name may have.
const LONGEST: usize = 64 * 1024;

/// Properties that hold data, not text.
const DATA: &[&[u8]] = &[b"PHOTO", b"LOGO", b"SOUND", b"KEY"];

impl<'a> Lines<'a> {
    pub fn new(input: Input<'a>) -> Self {
        let (physical, unfolded, raw) = (Vec::new(), Vec::new(), Vec::new());
        Self { input, count: 0, physical, unfolded, raw, is_raw_cut: false }
    }

    /// Reads the next one; `None` at the end, else the line of the file it begins in.
    pub fn advance(&mut self) -> Result<Option<u64>, Failure> {
        self.unfolded.clear();
        if !self.read_physical(LONGEST)? {
            return Ok(None);
        }
        let line = self.count;
        let is_data = is_data(&self.physical);
        let is_quoted = is_quoted_printable(&self.physical);
        if is_data {
            let name = self.physical.split(|byte| matches!(byte, b':' | b';')).next().unwrap_or_default();
            let left_out = [name, b":(left out)\r\n"].concat();
            self.keep_raw(&left_out);
        } else {
            self.keep_physical();
            self.unfolded.extend_from_slice(without_end(&self.physical));
        }
        loop {
            let is_folded = matches!(next_byte(&mut self.input)?, Some(b' ' | b'\t'));
            let is_broken = is_quoted && self.unfolded.last() == Some(&b'=');
            if !is_folded && !is_broken {
                return Ok(Some(line));
            }
            if !self.read_physical(if is_data { 0 } else { LONGEST })? {
                return Ok(Some(line));
            }
            if is_data {
                continue;
            }
            self.keep_physical();
            if is_broken {
                self.unfolded.pop();
            }
            let more = without_end(&self.physical);
            append(&mut self.unfolded, &more[usize::from(is_folded && !is_broken).min(more.len())..], LONGEST);
        }
    }

    /// The line that was read last.
    pub fn line(&self) -> &[u8] {
        &self.unfolded
    }

    /// Everything from here on belongs to another card.
    pub fn begin_card(&mut self) {
        self.raw.clear();
        self.is_raw_cut = false;
        let begin = [self.unfolded.as_slice(), b"\r\n"].concat();
        self.keep_raw(&begin);
    }

    /// The card as it stood. Of the next one, which shows that this one has no end, there may be a line.
    pub fn original(&self) -> Original {
        Original::of(&self.raw, self.is_raw_cut)
    }

    fn read_physical(&mut self, keep: usize) -> Result<bool, Failure> {
        self.physical.clear();
        let is_there = next_line(&mut self.input, keep, &mut self.physical)?.is_some();
        self.count += u64::from(is_there);
        Ok(is_there)
    }

    fn keep_physical(&mut self) {
        self.is_raw_cut |= !append(&mut self.raw, &self.physical, Original::MAX);
    }

    fn keep_raw(&mut self, bytes: &[u8]) {
        self.is_raw_cut |= !append(&mut self.raw, bytes, Original::MAX);
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn is_data(line: &[u8]) -> bool {
    let name = line.split(|byte| matches!(byte, b':' | b';')).next().unwrap_or_default();
    let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    DATA.iter().any(|data| name.eq_ignore_ascii_case(data))
}

fn is_quoted_printable(line: &[u8]) -> bool {
    let head = line.split(|byte| *byte == b':').next().unwrap_or_default();
    head.split(|byte| matches!(byte, b';' | b'=')).any(|word| word.eq_ignore_ascii_case(b"QUOTED-PRINTABLE"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, Read};

    #[test]
    fn unfolds_and_leaves_pictures_out() {
        let text = b"FN:Ami\r\n na\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\nN;ENCODING=QUOTED-PRINTABLE:a=\r\nb=\r\n\r\nTEL:1\n\t2";
        for buffer in [1, 3, 1000] {
            let input: Box<dyn Read + Send> = Box::new(&text[..]);
            let mut lines = Lines::new(BufReader::with_capacity(buffer, input));
            let mut found = Vec::new();
            while let Some(line) = lines.advance().unwrap() {
                found.push((line, String::from_utf8(lines.line().to_vec()).unwrap()));
            }
            let expected = [(1, "FN:Amina"), (3, ""), (5, "N;ENCODING=QUOTED-PRINTABLE:ab"), (8, "TEL:12")];
            assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
            assert!(!lines.original().as_str().contains("AAAA"));
            assert!(!lines.original().as_str().contains("BBBB"));
        }
    }
}
