//! What the commands say to the person who called them.

use std::fmt::{self, Display, Write as _};
use std::io::{self, ErrorKind, Write};

/// Writes a line to standard output. Where nobody reads it any more (a closed pipe), that is no failure.
pub fn say(line: impl Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Writes some lines of a list to standard output; `false`: nobody reads any more.
///
/// # Errors
/// When it can't be written: where a list goes into a file, its end must not be missing in silence.
pub fn list(lines: impl Iterator<Item: Display>) -> io::Result<bool> {
    write_list(&mut io::stdout().lock(), lines)
}

fn write_list(out: &mut impl Write, lines: impl Iterator<Item: Display>) -> io::Result<bool> {
    let text = lines.fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    });
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

/// A text that somebody else chose, fit for a terminal: what would steer it or isn't visible is written as an escape,
/// and so is the backslash, so that one can be told from the other.
pub struct Foreign<'a>(pub &'a str);

impl Display for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '"' | '\'' => f.write_char(character),
            _ => write!(f, "{}", character.escape_debug()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Takes nothing, for this reason.
    struct Refusing(ErrorKind);

    impl Write for Refusing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_list_ends_where_nobody_reads_it_and_fails_where_it_has_no_room() {
        let mut out = Vec::new();
        assert!(write_list(&mut out, ["one", "two"].iter()).unwrap());
        assert_eq!(out, b"one\ntwo\n");
        assert!(!write_list(&mut Refusing(ErrorKind::BrokenPipe), ["one"].iter()).unwrap());
        assert!(write_list(&mut Refusing(ErrorKind::StorageFull), ["one"].iter()).is_err());
    }

    #[test]
    fn what_steers_a_terminal_is_shown_instead() {
        let text = Foreign("ada@example.org\u{1b}[2J\r\n\u{202e}\\ 'Zoë' \"李\"").to_string();
        assert_eq!(text, r#"ada@example.org\u{1b}[2J\r\n\u{202e}\\ 'Zoë' "李""#);
    }

    proptest! {
        #[test]
        fn no_control_character_gets_through(text in any::<String>()) {
            prop_assert!(!Foreign(&text).to_string().contains(char::is_control));
        }
    }
}
