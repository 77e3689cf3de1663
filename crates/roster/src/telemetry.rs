//! Log lines, to standard error: standard output is for answers to the person who started the program.

use std::io::{self, IsTerminal};

use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::{LogFormat, LogSettings};

/// Logs from here on.
///
/// # Errors
/// When something logs already.
pub fn start(settings: &LogSettings) -> anyhow::Result<()> {
    let on_terminal = io::stderr().is_terminal();
    let usual = if on_terminal { LogFormat::Text } else { LogFormat::Json };
    let registry = tracing_subscriber::registry().with(settings.level.clone());
    match settings.format.unwrap_or(usual) {
        LogFormat::Text => registry.with(fmt::layer().with_writer(io::stderr).with_ansi(on_terminal)).try_init()?,
        LogFormat::Json => {
            let lines = fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
            registry.with(lines.with_writer(io::stderr)).try_init()?;
        }
    }
    Ok(())
}
