//! Processor time of other processes, as `/proc` tells it (proc(5)).

use std::fs;

use anyhow::Context as _;

use crate::cli::Watched;

/// What a clock tick of `/proc` is on every Linux that there is (USER_HZ is 100).
const TICK_MICROSECONDS: f64 = 10_000.0;

/// Microseconds that were spent until now.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    server: f64,
    postgres: f64,
    own: f64,
}

impl Spent {
    pub fn now(watched: &Watched) -> anyhow::Result<Self> {
        let own = Stat::of("self")?;
        Ok(Self {
            server: watched.server_pid.map_or(Ok(f64::NAN), alone)?,
            postgres: watched.postgres_pid.map_or(Ok(f64::NAN), with_children)?,
            own: own.own + own.reaped,
        })
    }

    /// Microseconds a request of the server, of PostgreSQL and of this process, over so many since then.
    pub fn each_since(&self, before: &Self, requests: usize) -> (f64, f64, f64) {
        let requests = requests as f64;
        (
            (self.server - before.server) / requests,
            (self.postgres - before.postgres) / requests,
            (self.own - before.own) / requests,
        )
    }
}

struct Stat {
    parent: u32,
    /// Of the process, in microseconds.
    own: f64,
    /// Of its children that have ended.
    reaped: f64,
}

impl Stat {
    fn of(process: &str) -> anyhow::Result<Self> {
        let stat =
            fs::read_to_string(format!("/proc/{process}/stat")).with_context(|| format!("no process {process}"))?;
        Self::parse(&stat).context("/proc/PID/stat is of another form")
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name stands in brackets and may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let microseconds = |at: usize| Some(fields.get(at)?.parse::<f64>().ok()? * TICK_MICROSECONDS);
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: microseconds(11)? + microseconds(12)?,
            reaped: microseconds(13)? + microseconds(14)?,
        })
    }
}

fn alone(process: u32) -> anyhow::Result<f64> {
    Ok(Stat::of(&process.to_string())?.own)
}

/// A process with its children, those included that have ended.
fn with_children(process: u32) -> anyhow::Result<f64> {
    let parent = Stat::of(&process.to_string())?;
    let mut spent = parent.own + parent.reaped;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(name) = name.to_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) else { continue };
        // One that ends just now counts with the parent next time.
        if let Ok(stat) = Stat::of(name)
            && stat.parent == process
        {
            spent += stat.own;
        }
    }
    Ok(spent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_from_behind_the_name() {
        let stat = "42 (a (b) c) S 7 42 42 0 -1 4194304 1 2 3 4 10 5 2 1 20 0 4 0 1 2 3";
        let stat = Stat::parse(stat).unwrap();
        assert_eq!((stat.parent, stat.own, stat.reaped), (7, 150_000.0, 30_000.0));
        assert!(Stat::of("self").is_ok());
    }
}
