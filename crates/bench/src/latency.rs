//! How long each of many took.

use std::time::Duration;

/// Every single time, in tenths of a microsecond: a turn has some hundred thousand, and percentiles are exact.
#[derive(Default)]
pub struct Latencies(Vec<u32>);

impl Latencies {
    pub fn add(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_nanos() / 100).unwrap_or(u32::MAX));
    }

    pub fn append(&mut self, other: &mut Self) {
        self.0.append(&mut other.0);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The time in microseconds within which this share of all was done.
    pub fn percentile(&mut self, share: f64) -> f64 {
        if self.0.is_empty() {
            return f64::NAN;
        }
        let at = (self.0.len() as f64 * share / 100.0).ceil() as usize;
        let at = at.clamp(1, self.0.len()) - 1;
        let (_, &mut time, _) = self.0.select_nth_unstable(at);
        f64::from(time) / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_taken() {
        let mut latencies = Latencies::default();
        for microseconds in (1..=200).rev() {
            latencies.add(Duration::from_micros(microseconds));
        }
        assert!((latencies.percentile(50.0) - 100.0).abs() < f64::EPSILON);
        assert!((latencies.percentile(99.0) - 198.0).abs() < f64::EPSILON);
        assert!((latencies.percentile(100.0) - 200.0).abs() < f64::EPSILON);
        assert!(Latencies::default().percentile(50.0).is_nan());
    }
}
