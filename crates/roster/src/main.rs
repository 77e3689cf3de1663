//! Roster: contacts and contact groups for messaging platforms, over HTTP.

mod cli;
mod clock;
mod commands;
mod entropy;
mod folder;
mod housekeeping;
mod key_file;
mod keys;
mod migrations;
mod output;
mod services;
mod settings;
mod store;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use settings::BadSetting;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 0: done; 1: it failed; 2: it was called wrongly, or an import has left rows out.
fn main() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("roster: {error:#}");
            let called_wrongly = error.downcast_ref::<BadSetting>().is_some_and(BadSetting::on_command_line);
            ExitCode::from(if called_wrongly { 2 } else { 1 })
        }
    }
}
