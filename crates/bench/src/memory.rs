//! Memory of the server, as `/proc` tells it (proc(5)).

use std::fs;

use anyhow::Context as _;

/// KiB that are resident now.
pub fn resident(process: u32) -> anyhow::Result<f64> {
    field(process, "VmRSS:")
}

/// KiB that were resident at most, since the process began or `forget_peak`.
pub fn peak(process: u32) -> anyhow::Result<f64> {
    field(process, "VmHWM:")
}

/// Lets the peak begin anew where memory stands now.
pub fn forget_peak(process: u32) -> anyhow::Result<()> {
    fs::write(format!("/proc/{process}/clear_refs"), "5").context("the peak of the server's memory can't be reset")
}

fn field(process: u32, name: &str) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok());
    number.with_context(|| format!("/proc/{process}/status has no {name}"))
}
