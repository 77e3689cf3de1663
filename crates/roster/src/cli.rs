//! The command line.

mod import;

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use roster_domain::{ClientId, Email, EmailKey, ImportId, MatchBy, OnMatch, PersonName};
use roster_transfer::{ColumnMap, ExportFormat, ImportRequest, SourceFormat};
use secrecy::SecretString;

pub use import::{ImportCommand, SystemArgs};

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
    /// Takes a file of contacts into a client: CSV, vCard, JSON, or a dump of MongoDB, gzipped or not; or moves a whole
    /// system in
    Import(ImportCommand),
    /// Writes the contacts of a client or of an account, oldest first
    Export(ExportArgs),
    /// Copies a SQLite file while servers run on it
    Backup(BackupArgs),
    /// Looks at all that a server needs here, and says what to do about what is wrong; changes nothing
    Doctor(SettingsArgs),
    /// Asks a server whether it is ready
    Health(HealthArgs),
    /// Prints what the calls take and answer, for programs: the OpenAPI document
    Openapi,
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

#[derive(Args)]
pub struct ImportArgs {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The client that they are to be contacts of
    #[arg(long, value_name = "ID", value_parser = |text: &str| ClientId::parse(text))]
    pub client: ClientId,
    /// The address of its account: then not all accounts are looked through for it
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub user: Option<EmailKey>,
    #[command(flatten)]
    pub asked: AskedArgs,
    /// Tells what would become of the rows, and writes nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Goes on with an import that was stopped or broke off, behind the rows that are in; what was asked of it still holds
    #[arg(
        long,
        value_name = "ID",
        value_parser = |text: &str| ImportId::parse(text),
        conflicts_with_all = ["AskedArgs", "dry_run"],
    )]
    pub resume: Option<ImportId>,
    /// Where to write which rows are invalid, skipped or noted [default: FILE.report.csv]
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// What is asked of an import.
#[derive(Args)]
pub struct AskedArgs {
    /// csv, vcard, json, ndjson or bson [default: what the file looks like]
    #[arg(long, value_parser = ImportRequest::parse_format)]
    pub format: Option<SourceFormat>,
    /// Such as windows-1252 [default: what the file looks like]
    #[arg(long, value_name = "NAME", value_parser = ImportRequest::parse_encoding)]
    pub encoding: Option<String>,
    /// Which column is what, where the header doesn't say it in words that are known: number=Phone,name=2
    #[arg(long, value_name = "FIELD=COLUMN,…", value_parser = |text: &str| ColumnMap::parse(text))]
    pub map: Option<ColumnMap>,
    /// A contact for each number of a card or a row, instead of one with the first mobile number
    #[arg(long)]
    pub each_number: bool,
    /// The group that all of them go to, by its id or title [default: the one that the file names, else the default one]
    #[arg(long, value_name = "ID or TITLE", value_parser = ImportRequest::parse_group)]
    pub group: Option<String>,
    /// Makes groups that the client hasn't got
    #[arg(long)]
    pub create_groups: bool,
    /// What comes of a contact that is there already: skip, update, fill_blanks or add [default: fill_blanks; of a dump
    /// skip]
    #[arg(long, value_parser = ImportRequest::parse_on_match)]
    pub on_match: Option<OnMatch>,
    /// What tells that it is there already: number or _id [default: number; of a dump _id]
    #[arg(long = "match", value_name = "BY", value_parser = ImportRequest::parse_match)]
    pub matching: Option<MatchBy>,
}

impl From<AskedArgs> for ImportRequest {
    fn from(args: AskedArgs) -> Self {
        let AskedArgs { format, encoding, map, each_number, group, create_groups, on_match, matching } = args;
        Self { format, encoding, map, each_number, by: matching, on_match, group, create_groups }
    }
}

#[derive(Args)]
pub struct ExportArgs {
    /// The client whose contacts these are
    #[arg(long, value_name = "ID", value_parser = |text: &str| ClientId::parse(text), required_unless_present = "user")]
    pub client: Option<ClientId>,
    /// The address of its account; without a client, the contacts of all its clients
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub user: Option<EmailKey>,
    /// Only those of one group, by its id or title
    #[arg(long, value_name = "ID or TITLE")]
    pub group: Option<String>,
    /// csv, vcard (3.0, which phones read), vcard4, ndjson, json or json_array
    #[arg(long, default_value = "csv", value_parser = export_format)]
    pub format: ExportFormat,
    /// A file that is there once it is whole [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Args)]
pub struct BackupArgs {
    /// The copy: a file that isn't there yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Args)]
pub struct HealthArgs {
    /// Where it is, such as http://10.0.0.7:8080 [default: the first address of server.listen]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

fn export_format(word: &str) -> Result<ExportFormat, &'static str> {
    ExportFormat::of_word(word).ok_or("must be csv, vcard, vcard4, ndjson, json or json_array")
}

/// Whatever it is: it belongs to an account or it doesn't, and those of an imported system may be unusual.
fn address(text: &str) -> Result<EmailKey, Infallible> {
    Ok(EmailKey::of(text))
}
