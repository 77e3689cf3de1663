//! The commands printed in docs/import.md, copied and pasted, say what is printed below them.

use crate::place::Place;
use crate::printed;

#[test]
fn the_printed_commands_say_what_is_printed() {
    // The mark and the line ends that spreadsheets want aren't seen.
    let seen = |text: &str| text.replace(['\u{feff}', '\r'], "");
    printed::check(include_str!("../../../../../docs/import.md"), "text", &Place::bare(), 8, seen);
}
