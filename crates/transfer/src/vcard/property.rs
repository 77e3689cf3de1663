//! One line of a card.

/// `group.NAME;PARAMETER=value:value`.
#[derive(Debug, PartialEq, Eq)]
pub struct Property<'a> {
    /// What ties it to its label: `item1`.
    pub group: String,
    /// In upper case.
    pub name: String,
    /// Name, in upper case, and value. One without a name, as in 2.1, is a type (or an encoding).
    pub parameters: Vec<(String, String)>,
    pub value: &'a [u8],
}

/// More of them than any product writes.
const MOST_PARAMETERS: usize = 64;

impl<'a> Property<'a> {
    /// Reads a line; `None` when it is none.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let colon = colon(line)?;
        let head = String::from_utf8_lossy(&line[..colon]);
        let mut parts = split_unquoted(&head, ';');
        let name = parts.next()?.trim().to_ascii_uppercase();
        let (group, name) = match name.rsplit_once('.') {
            Some((group, name)) => (group.to_owned(), name.to_owned()),
            None => (String::new(), name),
        };
        let mut parameters = Vec::new();
        for part in parts.take(MOST_PARAMETERS) {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name.trim().to_ascii_uppercase(), value),
                None if part.trim().eq_ignore_ascii_case("QUOTED-PRINTABLE") => ("ENCODING".to_owned(), part),
                None => ("TYPE".to_owned(), part),
            };
            parameters.push((name, value.trim().trim_matches('"').to_owned()));
        }
        Some(Self { group, name, parameters, value: &line[colon + 1..] })
    }

    /// The first parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value.as_str())
    }

    /// Its types, each by itself.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        let types = self.parameters.iter().filter(|(name, _)| name == "TYPE");
        types
            .flat_map(|(_, value)| value.split(','))
            .map(|kind| kind.trim_matches(['"', ' ']))
            .filter(|kind| !kind.is_empty())
    }
}

/// The colon before the value: not one within quotes, unless they are never closed.
fn colon(line: &[u8]) -> Option<usize> {
    let mut is_quoted = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b':' if !is_quoted => return Some(at),
            _ => {}
        }
    }
    memchr::memchr(b':', line)
}

fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c: char| {
        is_quoted ^= c == '"';
        c == separator && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(line: &str) -> (String, String, Vec<String>, String) {
        let property = Property::parse(line.as_bytes()).unwrap();
        let types = property.types().map(str::to_owned).collect();
        (property.group, property.name, types, String::from_utf8_lossy(property.value).into_owned())
    }

    #[test]
    fn of_every_version() {
        let expected = |group: &str, types: &[&str], value: &str| {
            (
                group.to_owned(),
                "TEL".to_owned(),
                types.iter().map(|kind| (*kind).to_owned()).collect(),
                value.to_owned(),
            )
        };
        assert_eq!(parsed("TEL;CELL;PREF:1"), expected("", &["CELL", "PREF"], "1"));
        assert_eq!(parsed("item1.tel;type=CELL;type=pref:1:2"), expected("ITEM1", &["CELL", "pref"], "1:2"));
        assert_eq!(parsed("TEL;TYPE=\"voice,cell\";X=\"a:b;c\":1"), expected("", &["voice", "cell"], "1"));
        assert_eq!(parsed("TEL;X=\"a:1"), expected("", &[], "1"));
        assert_eq!(Property::parse(b"no colon"), None);
    }

    proptest! {
        #[test]
        fn never_panics(line: Vec<u8>) {
            if let Some(property) = Property::parse(&line) {
                prop_assert!(property.types().count() <= line.len());
            }
        }
    }
}
