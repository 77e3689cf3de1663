//! The subcommands, one file each, and what some of them share.

mod address;
mod audit;
mod backup;
mod doctor;
mod export;
mod health;
mod import;
mod migrate_revert;
mod migrate_run;
mod migrate_status;
mod openapi;
mod paged;
mod password;
mod reached;
mod serve;
mod signals;
mod user_create;
mod user_disable;
mod user_enable;
mod user_list;
mod user_set_password;
mod user_standing;
mod with_store;

use std::process::ExitCode;

use secrecy::ExposeSecret;

use crate::cli::{Cli, Command, ImportCommand, MigrateCommand, SettingsArgs, UserCommand};
use crate::settings::{BadSetting, Settings, Sources};

/// Does what the command line says; the exit code is 0, or whatever else a command has to tell.
///
/// # Errors
/// With words for the person who called it.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        None => serve::run(cli.serve),
        Some(Command::Serve(args)) => serve::run(args),
        Some(Command::Migrate(MigrateCommand::Run(args))) => migrate_run::run(args),
        Some(Command::Migrate(MigrateCommand::Status(args))) => migrate_status::run(args),
        Some(Command::Migrate(MigrateCommand::Revert(args))) => migrate_revert::run(args),
        Some(Command::User(UserCommand::Create(args))) => user_create::run(args),
        Some(Command::User(UserCommand::List(args))) => user_list::run(args),
        Some(Command::User(UserCommand::SetPassword(args))) => user_set_password::run(args),
        Some(Command::User(UserCommand::Disable(args))) => user_disable::run(args),
        Some(Command::User(UserCommand::Enable(args))) => user_enable::run(args),
        Some(Command::Audit(args)) => audit::run(args),
        Some(Command::Export(args)) => export::run(args),
        Some(Command::Backup(args)) => backup::run(args),
        Some(Command::Health(args)) => health::run(args),
        Some(Command::Openapi) => openapi::run(),
        Some(Command::Doctor(args)) => return Ok(doctor::run(args)),
        Some(Command::Import(ImportCommand::File(args))) => return import::run(*args),
        Some(Command::Import(ImportCommand::System(args))) => return import::system::run(args),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// The settings that the flags of every command, the environment and the file make.
fn settings(args: SettingsArgs, listen: Vec<String>) -> Result<Settings, BadSetting> {
    Settings::read(sources(args, listen))
}

/// Where they stand.
fn sources(args: SettingsArgs, listen: Vec<String>) -> Sources {
    let mut flags = Vec::new();
    if let Some(url) = args.database_url {
        flags.push(("store.url", vec![url.expose_secret().to_owned()]));
    }
    if !listen.is_empty() {
        flags.push(("server.listen", listen));
    }
    Sources { file: args.config, environment: std::env::vars_os().collect(), flags }
}
