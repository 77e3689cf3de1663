//! `roster import` is of one file, or of a whole system: with `--system` nothing counts that is about a file.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use super::{ImportArgs, SettingsArgs};

pub enum ImportCommand {
    File(Box<ImportArgs>),
    System(SystemArgs),
}

pub struct SystemArgs {
    pub folder: PathBuf,
    pub report: Option<PathBuf>,
    pub settings: SettingsArgs,
}

const SYSTEM: &str = "system";

/// What both take.
const SHARED: [&str; 3] = ["report", "config", "database_url"];

/// What a file can't do without.
const OF_FILE: [&str; 2] = ["file", "client"];

impl Args for ImportCommand {
    fn augment_args(command: Command) -> Command {
        let command = ImportArgs::augment_args(command);
        let about_files = command.get_arguments().map(|argument| argument.get_id().clone());
        let about_files: Vec<_> = about_files.filter(|id| !SHARED.contains(&id.as_str())).collect();
        let system = Arg::new(SYSTEM)
            .long(SYSTEM)
            .value_name("DIR")
            .value_parser(value_parser!(PathBuf))
            .conflicts_with_all(about_files)
            .help(
                "A folder with a dump of the system behind the guide, of which everything moves in: its users, clients, \
                 groups and contacts",
            );
        let optional = |command: Command, id| {
            command.mut_arg(id, |argument| argument.required(false).required_unless_present(SYSTEM))
        };
        OF_FILE.into_iter().fold(command.arg(system), optional)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ImportCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Self::from_arg_matches_mut(&mut matches.clone())
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        let Some(folder) = matches.remove_one(SYSTEM) else {
            return ImportArgs::from_arg_matches_mut(matches).map(|args| Self::File(Box::new(args)));
        };
        let report = matches.remove_one("report");
        let settings = SettingsArgs::from_arg_matches_mut(matches)?;
        Ok(Self::System(SystemArgs { folder, report, settings }))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use rstest::rstest;

    use crate::cli::{self, Cli};

    const CLIENT: &str = "--client 649ff7e0e6046617c8aeabf0";

    fn read(line: &str) -> Result<ImportCommand, Error> {
        let cli = Cli::try_parse_from(format!("roster import {line}").split_whitespace())?;
        match cli.command {
            Some(cli::Command::Import(command)) => Ok(command),
            _ => panic!("another command"),
        }
    }

    #[test]
    fn a_file_or_a_system() {
        assert!(matches!(read(&format!("people.csv {CLIENT}")), Ok(ImportCommand::File(_))));
        let Ok(ImportCommand::System(args)) = read("--system dump --report why.csv --config other.toml") else {
            panic!("a system");
        };
        assert_eq!(args.folder, PathBuf::from("dump"));
        assert_eq!(args.report, Some(PathBuf::from("why.csv")));
        assert_eq!(args.settings.config, Some(PathBuf::from("other.toml")));
    }

    #[rstest]
    #[case("")]
    #[case("people.csv")]
    #[case("--system dump people.csv")]
    #[case("--system dump --client 649ff7e0e6046617c8aeabf0")]
    #[case("--system dump --on-match update")]
    #[case("--system dump --create-groups")]
    fn not_less_and_not_both(#[case] line: &str) {
        assert!(read(line).is_err());
    }
}
