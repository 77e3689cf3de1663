//! One side's turn: some seconds of one kind of work, and its figures.

use std::fmt::{self, Display};

use anyhow::{Context as _, bail};

/// A turn's figures. What wasn't looked at is not a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Requests, transactions or whole lists a second.
    pub rate: f64,
    /// Microseconds within which half were done.
    pub p50: f64,
    /// And 99 of 100; of a streamed list its first byte.
    pub p99: f64,
    /// The server's processor time, in microseconds a request.
    pub server: f64,
    /// PostgreSQL's.
    pub postgres: f64,
    /// The caller's own: what its measuring costs.
    pub own: f64,
    /// By how many KiB the server's memory rose above where it was.
    pub growth: f64,
}

impl Turn {
    pub const NOTHING: Self = Self {
        rate: f64::NAN,
        p50: f64::NAN,
        p99: f64::NAN,
        server: f64::NAN,
        postgres: f64::NAN,
        own: f64::NAN,
        growth: f64::NAN,
    };

    const fn figures(&self) -> [f64; 7] {
        [self.rate, self.p50, self.p99, self.server, self.postgres, self.own, self.growth]
    }

    /// Reads what `Display` wrote.
    pub fn parse(line: &str) -> anyhow::Result<Self> {
        let figures: Vec<f64> =
            line.split_whitespace().map(str::parse).collect::<Result<_, _>>().context("a figure is no number")?;
        let [rate, p50, p99, server, postgres, own, growth] = figures[..] else {
            bail!("a turn has {} figures", figures.len());
        };
        Ok(Self { rate, p50, p99, server, postgres, own, growth })
    }
}

impl Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = self.figures().map(|figure| format!("{figure:.3}"));
        f.write_str(&figures.join("\t"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_read_as_it_was_written() {
        let turn = Turn { rate: 1_000.5, p50: 30.1, p99: 99.0, server: 16.0, postgres: 20.25, own: 7.0, growth: 128.0 };
        assert_eq!(Turn::parse(&turn.to_string()).unwrap(), turn);
        assert!(Turn::parse(&Turn::NOTHING.to_string()).unwrap().rate.is_nan());
        assert!(Turn::parse("1 2 3").is_err());
    }
}
