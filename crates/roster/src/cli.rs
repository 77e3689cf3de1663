//! The command line.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use roster_domain::{Email, EmailKey, PersonName};
use secrecy::SecretString;

/// Contacts and contact groups for messaging platforms, over HTTP
#[derive(Parser)]
#[command(name = "roster", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub serve: ServeArgs,
}

#[derive(Subcommand)]
pub enum Command {
    /// Answers requests until it is told to stop; what roster alone does
    Serve(ServeArgs),
    /// Brings the database's tables to this program's version, or says how they stand
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Accounts; all of it works beside running servers
    #[command(subcommand)]
    User(UserCommand),
    /// Lists who did what to which account, newest first
    Audit(AuditArgs),
}

#[derive(Args)]
pub struct ServeArgs {
    /// An address to listen on (port 0: any free one); may be given several times [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Vec<String>,
    /// Applies migrations that are pending on PostgreSQL (a SQLite file is always migrated)
    #[arg(long)]
    pub migrate: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// What every command takes.
#[derive(Args)]
pub struct SettingsArgs {
    /// The file with the settings [default: roster.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The store: sqlite://FILE or postgres://… [default: sqlite://roster.db]
    #[arg(long, value_name = "URL")]
    pub database_url: Option<SecretString>,
}

#[derive(Subcommand)]
pub enum MigrateCommand {
    /// Applies what is pending
    Run(SettingsArgs),
    /// Lists the migrations and how they stand
    Status(SettingsArgs),
    /// Takes the newest one back
    Revert(SettingsArgs),
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Makes an account; the password is asked for, or read from standard input
    Create(UserCreateArgs),
    /// Lists all accounts, oldest first
    List(SettingsArgs),
    /// Sets a new password, asked for or read from standard input, and ends all sessions
    SetPassword(UserArgs),
    /// Shuts an account out: nobody can sign in to it, its sessions end and its clients' credentials are refused
    Disable(UserArgs),
    /// Lets an account in again
    Enable(UserArgs),
}

#[derive(Args)]
pub struct UserCreateArgs {
    #[command(flatten)]
    pub fields: SignUpFields,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// All of an account but its password, which is never an argument.
#[derive(Args)]
pub struct SignUpFields {
    /// The address to sign in with
    #[arg(long, value_parser = |text: &str| Email::parse(text))]
    pub email: Email,
    /// First name
    #[arg(long, default_value = "", hide_default_value = true, value_parser = |text: &str| PersonName::parse(text))]
    pub firstname: PersonName,
    /// Last name
    #[arg(long, default_value = "", hide_default_value = true, value_parser = |text: &str| PersonName::parse(text))]
    pub lastname: PersonName,
}

/// An account there is.
#[derive(Args)]
pub struct UserArgs {
    /// The address the account signs in with
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub email: EmailKey,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Args)]
pub struct AuditArgs {
    /// Only what was done to the account with this address
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub email: Option<EmailKey>,
    /// No more than so many entries
    #[arg(long, value_name = "N")]
    pub limit: Option<NonZeroUsize>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Whatever it is: it belongs to an account or it doesn't, and those of an imported system may be unusual.
fn address(text: &str) -> Result<EmailKey, Infallible> {
    Ok(EmailKey::of(text))
}
