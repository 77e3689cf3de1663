//! How far an import is: on a terminal a line that is written over, elsewhere one every 100,000 rows.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use roster_domain::{Clock, Timestamp};
use roster_transfer::Tally;

use super::input::Input;

/// So many rows from one line to the next, where lines stay.
const EVERY: u64 = 100_000;

pub struct Progress {
    clock: Arc<dyn Clock>,
    began: Timestamp,
    bytes: Arc<AtomicU64>,
    length: Option<u64>,
    on_terminal: bool,
    /// How many rows the last line told of.
    told: u64,
}

impl Progress {
    pub fn new(clock: Arc<dyn Clock>, input: &Input) -> Self {
        let began = clock.now();
        let on_terminal = io::stderr().is_terminal();
        Self { clock, began, bytes: input.counter(), length: input.length(), on_terminal, told: 0 }
    }

    /// Shows it. Where nobody reads, that stops no import.
    pub fn show(&mut self, tally: &Tally, done: u64) {
        if !self.on_terminal && tally.read - self.told < EVERY {
            return;
        }
        self.told = tally.read;
        let millis = u64::try_from(self.clock.now().millis() - self.began.millis()).unwrap_or(0);
        let text = line(tally, done, millis, self.bytes.load(Ordering::Relaxed), self.length);
        let _ = match self.on_terminal {
            true => write!(io::stderr(), "\r{text}\u{1b}[K"),
            false => writeln!(io::stderr(), "{text}"),
        };
    }

    /// What follows begins a line of its own.
    pub fn end(&self) {
        if self.on_terminal && self.told > 0 {
            let _ = writeln!(io::stderr());
        }
    }
}

/// After so many milliseconds, with so many bytes read of so many.
fn line(tally: &Tally, done: u64, millis: u64, bytes: u64, length: Option<u64>) -> String {
    let rate = u128::from(tally.read) * 1000 / u128::from(millis.max(1));
    let mut text = format!("{done} rows, {rate} a second");
    if tally.invalid > 0 {
        text.push_str(&format!(", {} invalid", tally.invalid));
    }
    if let Some(length) = length.filter(|length| bytes > 0 && *length > 0) {
        let left = u128::from(millis) * u128::from(length.saturating_sub(bytes)) / u128::from(bytes) / 1000;
        let percent = u128::from(bytes.min(length)) * 100 / u128::from(length);
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
    use rstest::rstest;

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
        let tally = Tally { read, invalid, ..Tally::default() };
        assert_eq!(line(&tally, read, millis, bytes, length), expected);
    }
}
