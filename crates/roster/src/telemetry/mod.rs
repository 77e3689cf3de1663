//! Log lines, to standard error: standard output is for answers to the person who started the program.

mod lines;

use std::io::{self, IsTerminal, Stderr};
use std::sync::OnceLock;
use std::time::Duration;

use tracing_subscriber::fmt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::{LogFormat, LogSettings};

use lines::Lines;
pub use lines::Writing;

/// Where lines are put that a thread writes.
static LINES: OnceLock<Lines> = OnceLock::new();

/// Has the log written before the program ends at once.
pub fn settle() {
    if let Some(lines) = LINES.get() {
        lines.settle(Duration::from_millis(500));
    }
}

/// Logs from here on, each line at once.
///
/// # Errors
/// When something logs already.
pub fn start(settings: &LogSettings) -> anyhow::Result<()> {
    start_to(settings, io::stderr)
}

/// Logs from here on, by a thread of its own: what serves requests never waits for whoever reads the log. The lines of
/// some milliseconds are written together; all of them by the time that what this gives back is dropped.
///
/// # Errors
/// When something logs already, or there can be no thread.
pub fn start_beside(settings: &LogSettings) -> anyhow::Result<Writing<Stderr>> {
    let (lines, writing) = lines::to(io::stderr())?;
    let _ = LINES.set(lines.clone());
    start_to(settings, lines)?;
    Ok(writing)
}

fn start_to<W>(settings: &LogSettings, writer: W) -> anyhow::Result<()>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let on_terminal = io::stderr().is_terminal();
    let usual = if on_terminal { LogFormat::Text } else { LogFormat::Json };
    let registry = tracing_subscriber::registry().with(settings.level.clone());
    match settings.format.unwrap_or(usual) {
        LogFormat::Text => registry.with(fmt::layer().with_writer(writer).with_ansi(on_terminal)).try_init()?,
        LogFormat::Json => {
            let lines = fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
            registry.with(lines.with_writer(writer)).try_init()?;
        }
    }
    Ok(())
}
