//! What it is called with.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::accounts::{self, Account};
use crate::layout::Layout;

#[derive(Parser)]
#[command(name = "roster-bench", about = "Data, load and figures for scripts/bench")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Signs 100 users up over HTTP and writes down who they are.
    Accounts {
        /// Where the server listens, host:port.
        #[arg(long)]
        server: String,
        /// The file to write.
        #[arg(long)]
        accounts: PathBuf,
    },
    /// Writes the accounts' contacts straight into a store's table.
    Fill {
        /// postgres://… or sqlite://FILE.
        #[arg(long)]
        store: String,
        #[command(flatten)]
        data: Data,
    },
    /// Calls the server over and over for some time; prints a turn's figures.
    Load(LoadArgs),
    /// Takes the whole list of the largest client once; prints a turn's figures.
    Stream(StreamArgs),
    /// Runs PostgreSQL's own benchmark on a plain statement to the same effect; prints a turn's figures.
    Pgbench(PgbenchArgs),
    /// Prints the scripts that `pgbench` is given.
    Statements {
        what: Statement,
        #[command(flatten)]
        data: Data,
    },
    /// Reads one contact after the other through a connection pool; prints a turn's figures, or serves.
    Pooled(PooledArgs),
    /// Prints a CSV file of people.
    People {
        /// How many.
        #[arg(long)]
        rows: u64,
        /// Who they are follows from this.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Hands a CSV file over as the first account's client, and waits until it is in.
    Upload {
        #[command(flatten)]
        at: Client,
        /// What `people` printed.
        #[arg(long)]
        file: PathBuf,
        /// How many rows it has.
        #[arg(long)]
        rows: u64,
    },
    /// Takes all contacts of the first account's client as a CSV file.
    Download {
        #[command(flatten)]
        at: Client,
        /// How many there are.
        #[arg(long)]
        rows: u64,
    },
    /// Makes the table of all turns.
    Report {
        /// Lines of a side, its turn's number and that turn's figures.
        figures: PathBuf,
    },
}

/// The first account's client, and where it calls.
#[derive(Args)]
pub struct Client {
    /// Where the server listens, host:port.
    #[arg(long)]
    pub server: String,
    /// The file that `accounts` wrote.
    #[arg(long)]
    accounts: PathBuf,
}

impl Client {
    pub fn account(&self) -> anyhow::Result<Account> {
        accounts::read(&self.accounts)?.into_iter().next().context("there is no account")
    }
}

/// Which data there is.
#[derive(Args)]
pub struct Data {
    /// The file that `accounts` wrote.
    #[arg(long = "accounts", value_name = "FILE")]
    file: PathBuf,
    /// How many contacts there are in all.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=100_000_000))]
    contacts: u64,
}

impl Data {
    pub fn accounts(&self) -> anyhow::Result<Vec<Account>> {
        accounts::read(&self.file)
    }

    pub const fn layout(&self) -> Layout {
        Layout::of(self.contacts)
    }
}

/// Whose processor time and memory are looked at.
#[derive(Args)]
pub struct Watched {
    /// The server's process.
    #[arg(long)]
    pub server_pid: Option<u32>,
    /// PostgreSQL's first process; those that it began count too.
    #[arg(long)]
    pub postgres_pid: Option<u32>,
}

/// What to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Call {
    /// `GET /contact/{id}` of any contact.
    Get,
    /// `GET /contact?limit=50` of any client.
    List,
    /// `POST /contact`.
    Create,
    /// `PUT /contact/{id}` with another name.
    Update,
    /// `GET /contact?q=…&limit=50` of the client with the fewest contacts.
    SearchSmall,
    /// The same of the client with the most.
    SearchLarge,
    /// 80 % get, 10 % list, 5 % create, 5 % update.
    Mixed,
}

#[derive(Args)]
pub struct LoadArgs {
    pub call: Call,
    /// Where the server listens, host:port.
    #[arg(long)]
    pub server: String,
    #[command(flatten)]
    pub data: Data,
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// What is asked for, and in which order, follows from this.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Show a Bearer token instead of a client's credentials.
    #[arg(long)]
    pub bearer: bool,
    #[command(flatten)]
    pub watched: Watched,
}

#[derive(Args)]
pub struct StreamArgs {
    /// Where the server listens, host:port.
    #[arg(long)]
    pub server: String,
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub watched: Watched,
}

/// Which statement `pgbench` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Statement {
    Get,
    List,
    Create,
    Update,
    /// On `contacts_by_trigram`, a copy of the table with nothing but a plain trigram index.
    SearchSmall,
    SearchLarge,
    /// On the table itself, by whichever of its indexes the planner takes.
    SearchSmallPlanned,
    SearchLargePlanned,
    /// Sixteen gets in one statement, as a round has them.
    RoundOfGets,
    /// Sixteen creates in one.
    RoundOfCreates,
}

#[derive(Args)]
pub struct PgbenchArgs {
    pub what: Statement,
    /// The program.
    #[arg(long)]
    pub program: PathBuf,
    /// The folder of the server's socket.
    #[arg(long)]
    pub socket: PathBuf,
    /// The database.
    #[arg(long)]
    pub database: String,
    #[command(flatten)]
    pub data: Data,
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    #[arg(long, default_value_t = 5)]
    pub seconds: u32,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub watched: Watched,
}

#[derive(Args)]
pub struct PooledArgs {
    #[arg(long)]
    pub store: String,
    #[command(flatten)]
    pub data: Data,
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// Serve `GET /contact/{id}` there (host:port) instead, as barely as can be.
    #[arg(long)]
    pub listen: Option<String>,
    #[command(flatten)]
    pub watched: Watched,
}
