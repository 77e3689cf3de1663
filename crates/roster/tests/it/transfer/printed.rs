//! The commands printed in docs/import.md, copied and pasted, say what is printed below them.

use std::path::Path;

use crate::place::{Place, Said};

const GUIDE: &str = include_str!("../../../../../docs/import.md");

/// Commands, and what is printed below them.
fn printed() -> Vec<(&'static str, &'static str)> {
    let mut printed = Vec::new();
    for block in GUIDE.split("\n```").skip(1) {
        if let Some(commands) = block.strip_prefix("sh\n") {
            printed.push((commands, ""));
        } else if let Some(said) = block.strip_prefix("text\n") {
            printed.last_mut().expect("words above all commands").1 = said;
        }
    }
    printed
}

#[test]
fn the_printed_commands_say_what_is_printed() {
    let place = Place::bare();
    let printed = printed();
    assert!(printed.len() >= 8, "{} blocks", printed.len());
    // One shell for all of them, since later ones use what earlier ones set.
    let mut script = "set -eu\n".to_owned();
    for (commands, _) in &printed {
        script.push_str(commands);
        script.push_str("\nprintf '\\036'\n");
    }
    let program = Path::new(env!("CARGO_BIN_EXE_roster")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(program.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut bash = place.command("bash");
    let said = Said::of(bash.env("PATH", path.unwrap()).args(["-c", &script]).output().unwrap());

    let blocks: Vec<&str> = said.done().split_terminator('\u{1e}').collect();
    assert_eq!(blocks.len(), printed.len(), "{}", said.stderr);
    for ((commands, expected), block) in printed.iter().zip(blocks) {
        // The mark and the line ends that spreadsheets want aren't seen.
        let block = block.replace(['\u{feff}', '\r'], "");
        assert_eq!(block.trim_end(), expected.trim_end(), "{commands}");
    }
}
