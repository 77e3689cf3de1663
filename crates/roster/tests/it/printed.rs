//! Commands printed in a document, copied and pasted, say what is printed below them.

use std::ffi::OsString;
use std::fmt::Debug;
use std::path::Path;

use crate::place::{Place, Said};

/// Commands, and what is printed below them.
type Block<'a> = (&'a str, &'a str);

/// Those of a text, in order: what is fenced as `sh`, and by this word behind it.
fn blocks<'a>(text: &'a str, fence: &str) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for block in text.split("\n```").skip(1) {
        if let Some(commands) = block.strip_prefix("sh\n") {
            blocks.push((commands, ""));
        } else if let Some(said) = block.strip_prefix(fence).and_then(|said| said.strip_prefix('\n')) {
            blocks.last_mut().expect("words above all commands").1 = said;
        }
    }
    blocks
}

/// Runs all commands of a text in a place, and holds what they say against what is printed, fenced by this word. There
/// must be so many at least. `seen`: what was said without what differs from run to run.
#[track_caller]
pub fn check<T: PartialEq + Debug>(text: &str, fence: &str, place: &Place, least: usize, seen: impl Fn(&str) -> T) {
    let printed = blocks(text, fence);
    assert!(printed.len() >= least, "{} blocks", printed.len());
    // One shell for all of them, since later ones use what earlier ones set.
    let mut script = "set -eu\n".to_owned();
    for (commands, _) in &printed {
        script.push_str(commands);
        script.push_str("\nprintf '\\036'\n");
    }
    // A document that waits for what never comes must not wait for ever.
    let output = place.command("timeout").env("PATH", path()).args(["120", "bash", "-c", &script]).output().unwrap();
    let said = Said::of(output);
    let blocks: Vec<&str> = said.done().split_terminator('\u{1e}').collect();
    assert_eq!(blocks.len(), printed.len(), "{}", said.stderr);
    for ((commands, expected), block) in printed.iter().zip(blocks) {
        assert_eq!(seen(block.trim_end()), seen(expected.trim_end()), "{commands}{}", said.stderr);
    }
}

/// With the program that is tested before all others.
fn path() -> OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_roster")).parent().unwrap();
    let others = std::env::var_os("PATH").unwrap();
    std::env::join_paths(std::iter::once(program.to_owned()).chain(std::env::split_paths(&others))).unwrap()
}
