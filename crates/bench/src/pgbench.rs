//! A turn of PostgreSQL's own benchmark.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::cli::PgbenchArgs;
use crate::cpu::Spent;
use crate::latency::Latencies;
use crate::scripts::{self, SETTINGS};
use crate::turn::Turn;

/// Of how many transactions the time is written down: enough for percentiles, and next to nothing for the machine.
/// Searches are few, and all of them are.
const SAMPLED: f64 = 0.1;

pub fn run(args: &PgbenchArgs) -> anyhow::Result<Turn> {
    let folder = tempfile::tempdir()?;
    let sampled = if scripts::is_search(args.what) { 1.0 } else { SAMPLED };
    let mut command = Command::new(&args.program);
    command
        .current_dir(folder.path())
        .env("PGOPTIONS", options(args))
        .args(["--no-vacuum", "--protocol=prepared", "--log", "--username=postgres"])
        .arg(format!("--sampling-rate={sampled}"))
        .arg(format!("--client={}", args.connections))
        .arg(format!("--jobs={}", args.connections.min(2)))
        .arg(format!("--time={}", args.seconds))
        .arg(format!("--random-seed={}", args.seed))
        .arg("--host")
        .arg(&args.socket);
    for (at, script) in scripts::of(args.what, &args.data.accounts()?, &args.data.layout()).iter().enumerate() {
        let file = folder.path().join(format!("script-{at}"));
        fs::write(&file, script)?;
        command.arg("--file").arg(file);
    }
    let before = Spent::now(&args.watched)?;
    let ran = command.arg(&args.database).output().context("pgbench doesn't run")?;
    let said = String::from_utf8_lossy(&ran.stdout);
    if !ran.status.success() {
        bail!("pgbench failed: {said}{}", String::from_utf8_lossy(&ran.stderr));
    }
    let rate: f64 = figure(&said, "tps = ")?;
    let done: f64 = figure(&said, "number of transactions actually processed: ")?;
    let (_, postgres, own) = Spent::now(&args.watched)?.each_since(&before, done as usize);
    let mut latencies = times(folder.path())?;
    let (p50, p99) = (latencies.percentile(50.0), latencies.percentile(99.0));
    Ok(Turn { rate, p50, p99, postgres, own, ..Turn::NOTHING })
}

/// The settings of the server's own connections; searches are left to the planner, which knows what is frequent.
fn options(args: &PgbenchArgs) -> String {
    if scripts::is_search(args.what) {
        return String::new();
    }
    SETTINGS.map(|(name, value)| format!("-c {name}={value}")).join(" ")
}

/// The number behind these words.
fn figure(said: &str, words: &str) -> anyhow::Result<f64> {
    let behind = said.split_once(words).map(|(_, behind)| behind);
    let number = behind.and_then(|behind| behind.split_whitespace().next()).and_then(|number| number.parse().ok());
    number.with_context(|| format!("pgbench doesn't say {words:?}: {said}"))
}

/// What it logged: the third field of a line is a transaction's time in microseconds.
fn times(folder: &Path) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("pgbench_log.") {
            for line in fs::read_to_string(entry.path())?.lines() {
                let time = line.split(' ').nth(2).and_then(|time| time.parse().ok());
                latencies.add(Duration::from_micros(time.context("pgbench's log is of another form")?));
            }
        }
    }
    Ok(latencies)
}
