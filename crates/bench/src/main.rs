//! What `scripts/bench` measures with: data, load over HTTP, plain statements to the same effect under `pgbench`, and
//! one table of all figures. It knows of the server what its callers know, and of the stores their tables.

mod accounts;
mod chance;
mod cli;
mod cpu;
mod files;
mod fill;
mod latency;
mod layout;
mod load;
mod memory;
mod people;
mod pgbench;
mod pooled;
mod report;
mod rows;
mod scripts;
mod turn;
mod words;

use std::io::{self, Write as _};

use clap::Parser as _;

use cli::{Cli, Command};

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Accounts { server, accounts } => accounts::sign_up(&server, &accounts),
        Command::Fill { store, data } => fill::fill(&store, &data.accounts()?, &data.layout()),
        Command::Load(args) => say(&load::run(&args)?.to_string()),
        Command::Stream(args) => say(&load::stream::run(&args)?.to_string()),
        Command::Pgbench(args) => say(&pgbench::run(&args)?.to_string()),
        Command::Statements { what, data } => {
            scripts::of(what, &data.accounts()?, &data.layout()).iter().try_for_each(|script| say(script))
        }
        Command::Pooled(args) => pooled::run(&args)?.map_or(Ok(()), |turn| say(&turn.to_string())),
        Command::People { rows, seed } => files::people(rows, seed),
        Command::Upload { at, file, rows } => files::upload(&at.server, &at.account()?, &file, rows),
        Command::Download { at, rows } => files::download(&at.server, &at.account()?, rows),
        Command::Report { figures } => say(&report::report(&std::fs::read_to_string(figures)?)?),
    }
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(io::stdout().lock(), "{line}")?;
    Ok(())
}
