//! How far an import is: on a terminal a line that is written over, elsewhere one every 100,000 rows.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use roster_domain::{Clock, ImportProgress, Timestamp};

/// So many rows from one line to the next, where lines stay.
const EVERY: u64 = 100_000;

pub struct Progress {
    clock: Arc<dyn Clock>,
    began: Timestamp,
    /// How far it was then.
    before: ImportProgress,
    length: Option<u64>,
    on_terminal: bool,
    /// How many rows the last line told of.
    told: u64,
}

impl Progress {
    /// From here on, of a file that is this long.
    pub fn new(clock: Arc<dyn Clock>, before: ImportProgress, length: Option<u64>) -> Self {
        let began = clock.now();
        let on_terminal = io::stderr().is_terminal();
        Self { clock, began, before, length, on_terminal, told: before.tally.read }
    }

    /// Shows it. Where nobody reads, that stops no import.
    pub fn show(&mut self, now: &ImportProgress) {
        if !self.on_terminal && now.tally.read - self.told < EVERY {
            return;
        }
        self.told = now.tally.read;
        let millis = u64::try_from(self.clock.now().millis() - self.began.millis()).unwrap_or(0);
        let text = line(&self.before, now, millis, self.length);
        let _ = match self.on_terminal {
            true => write!(io::stderr(), "\r{text}\u{1b}[K"),
            false => writeln!(io::stderr(), "{text}"),
        };
    }

    /// What follows begins a line of its own.
    pub fn end(&self) {
        if self.on_terminal && self.told > self.before.tally.read {
            let _ = writeln!(io::stderr());
        }
    }
}

/// After so many milliseconds, of a file that is so long.
fn line(before: &ImportProgress, now: &ImportProgress, millis: u64, length: Option<u64>) -> String {
    let per_second = |rows: u64| u128::from(rows) * 1000 / u128::from(millis.max(1));
    let rows = now.tally.read;
    let mut text = format!("{rows} rows, {} a second", per_second(rows - before.tally.read));
    if now.tally.invalid > 0 {
        text.push_str(&format!(", {} invalid", now.tally.invalid));
    }
    let read = now.bytes_read.saturating_sub(before.bytes_read);
    if let Some(length) = length.filter(|length| read > 0 && *length > 0) {
        let left = u128::from(millis) * u128::from(length.saturating_sub(now.bytes_read)) / u128::from(read) / 1000;
        let percent = u128::from(now.bytes_read.min(length)) * 100 / u128::from(length);
        text.push_str(&format!(", {percent} %, {} left", duration(left)));
    }
    text
}

fn duration(seconds: u128) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::Tally;
    use rstest::rstest;

    fn progress(read: u64, invalid: u64, bytes_read: u64) -> ImportProgress {
        ImportProgress { tally: Tally { read, invalid, ..Tally::default() }, bytes_read, ..ImportProgress::default() }
    }

    #[rstest]
    #[case(1_000, 0, 0, 0, None, "1000 rows, 1000000 a second")]
    #[case(9_000, 3, 3_000, 1_000, Some(4_000), "9000 rows, 3000 a second, 3 invalid, 25 %, 9 s left")]
    #[case(9_000, 0, 60_000, 1, Some(100), "9000 rows, 150 a second, 1 %, 1 h 39 min left")]
    #[case(9_000, 0, 60_000, 100, Some(100), "9000 rows, 150 a second, 100 %, 0 s left")]
    fn lines(
        #[case] read: u64,
        #[case] invalid: u64,
        #[case] millis: u64,
        #[case] bytes: u64,
        #[case] length: Option<u64>,
        #[case] expected: &str,
    ) {
        assert_eq!(line(&ImportProgress::default(), &progress(read, invalid, bytes), millis, length), expected);
    }

    #[test]
    fn what_was_done_before_makes_it_no_faster() {
        let (before, now) = (progress(6_000, 1, 600), progress(9_000, 1, 900));
        assert_eq!(line(&before, &now, 3_000, Some(1_000)), "9000 rows, 1000 a second, 1 invalid, 90 %, 1 s left");
    }
}
