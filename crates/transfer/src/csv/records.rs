//! The records of a CSV file, bounded: a quote that is never closed doesn't fill the memory.

use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::columns::MOST_CELLS;
use crate::lines::append;
use crate::source::Input;
use crate::{LONGEST_ROW, Original};

/// Reads record after record into the same memory.
pub struct Records<'a> {
    input: Input<'a>,
    core: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    record: Record,
}

/// The record that was read last.
#[derive(Default)]
struct Record {
    line: u64,
    /// How much of `cells` and of `ends` it takes.
    length: usize,
    count: usize,
    is_too_long: bool,
    raw: Vec<u8>,
    is_raw_cut: bool,
}

impl<'a> Records<'a> {
    pub fn new(input: Input<'a>, delimiter: u8) -> Self {
        let core = ReaderBuilder::new().delimiter(delimiter).build();
        Self { input, core, cells: vec![0; 4096], ends: vec![0; 64], record: Record::default() }
    }

    /// Skips bytes that come before the first record: a line of them.
    pub fn skip_line(&mut self, length: usize) -> io::Result<()> {
        io::copy(&mut io::Read::take(&mut self.input, length as u64), &mut io::sink())?;
        self.core.set_line(2);
        Ok(())
    }

    /// Reads the next one; `false` at the end. Empty lines are no records.
    pub fn advance(&mut self) -> io::Result<bool> {
        let Self { input, core, cells, ends, record } = self;
        *record = Record { raw: std::mem::take(&mut record.raw), line: core.line(), ..Record::default() };
        record.raw.clear();
        loop {
            let chunk = input.fill_buf()?;
            let (result, read, written, ended) =
                core.read_record(chunk, &mut cells[record.length..], &mut ends[record.count..]);
            record.keep(&chunk[..read]);
            input.consume(read);
            record.length += written;
            record.count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if cells.len() < LONGEST_ROW => {
                    cells.resize((cells.len() * 2).min(LONGEST_ROW), 0);
                }
                ReadRecordResult::OutputEndsFull if ends.len() < MOST_CELLS => {
                    ends.resize((ends.len() * 2).min(MOST_CELLS), 0);
                }
                ReadRecordResult::OutputFull => (record.is_too_long, record.length) = (true, 0),
                ReadRecordResult::OutputEndsFull => (record.is_too_long, record.count) = (true, 0),
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// The line it begins in.
    pub fn line(&self) -> u64 {
        self.record.line
    }

    pub fn is_too_long(&self) -> bool {
        self.record.is_too_long
    }

    /// How many cells it has.
    pub fn len(&self) -> usize {
        if self.record.is_too_long { 0 } else { self.record.count }
    }

    /// A cell; those that the record doesn't have are empty.
    pub fn cell(&self, at: usize) -> &[u8] {
        if at >= self.len() {
            return &[];
        }
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.cells.get(start..end).unwrap_or_default()
    }

    pub fn is_blank(&self) -> bool {
        !self.record.is_too_long && self.cells[..self.record.length].trim_ascii().is_empty()
    }

    pub fn original(&self) -> Original {
        Original::of(&self.record.raw, self.record.is_raw_cut)
    }
}

impl Record {
    /// Keeps the record as it stands, without the line ends before it.
    fn keep(&mut self, mut read: &[u8]) {
        if self.raw.is_empty() {
            let ends = read.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.line += memchr::memchr_iter(b'\n', &read[..ends]).count() as u64;
            read = &read[ends..];
        }
        // A byte more than is shown, which may be no more than the line's end.
        self.is_raw_cut |= !append(&mut self.raw, read, Original::MAX + 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn records(bytes: &[u8], buffer: usize) -> Vec<(u64, String, Vec<String>)> {
        let input: Box<dyn io::Read + Send> = Box::new(bytes);
        let mut records = Records::new(BufReader::with_capacity(buffer, input), b',');
        let mut all = Vec::new();
        while records.advance().unwrap() {
            let cells = (0..records.len()).map(|at| String::from_utf8_lossy(records.cell(at)).into_owned()).collect();
            all.push((records.line(), records.original().as_str().to_owned(), cells));
        }
        all
    }

    #[test]
    fn says_where_each_begins_and_how_it_stood() {
        let text = b"a,b\r\n\r\n\"c\r\nd\",\"e\"\"f\"\r\n\ng,h";
        let expected = [
            (1, "a,b", vec!["a", "b"]),
            (3, "\"c\r\nd\",\"e\"\"f\"", vec!["c\r\nd", "e\"f"]),
            (6, "g,h", vec!["g", "h"]),
        ];
        for buffer in [1, 2, 7, 1000] {
            let found = records(text, buffer);
            let found: Vec<_> = found
                .iter()
                .map(|(line, raw, cells)| (*line, raw.as_str(), cells.iter().map(String::as_str).collect()))
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_too_long_ends_where_it_ends() {
        let text = [b"a,\"".to_vec(), vec![b'x'; LONGEST_ROW + 10], b"\"\nb,c\n".to_vec()].concat();
        let input: Box<dyn io::Read + Send> = Box::new(&*text);
        let mut records = Records::new(BufReader::new(input), b',');
        assert!(records.advance().unwrap() && records.is_too_long());
        assert!(records.original().is_cut());
        assert!(records.advance().unwrap() && !records.is_too_long());
        assert_eq!((records.line(), records.cell(1)), (2, &b"c"[..]));
        assert!(!records.advance().unwrap());
    }

    #[test]
    fn so_does_what_has_too_many_cells() {
        let text = [vec![b','; MOST_CELLS * 2], b"\nb,c\n".to_vec()].concat();
        let input: Box<dyn io::Read + Send> = Box::new(&*text);
        let mut records = Records::new(BufReader::new(input), b',');
        assert!(records.advance().unwrap() && records.is_too_long());
        assert!(records.advance().unwrap() && !records.is_too_long());
        assert_eq!(records.cell(1), b"c");
    }

    proptest! {
        #[test]
        fn buffers_make_no_difference(text in "[a,\"\r\n;é]{0,40}", buffer in 1_usize..9) {
            prop_assert_eq!(records(text.as_bytes(), buffer), records(text.as_bytes(), 1000));
        }
    }
}
