//! Searching contacts by a part of their name or number.

use super::fold::fold;
use super::invalid::{Invalid, InvalidCode, check_length};
use super::text::normalise;
use super::{ContactName, Number};

/// A contact's folded name: what lists by name are in the order of, byte by byte. Names that fold to more than
/// [`NameKey::MAX`] bytes are in one order only up to there (and by id then), since an index entry has its bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameKey(String);

impl NameKey {
    /// As many bytes as 256 characters have at most before they are folded.
    pub const MAX: usize = 1_024;

    /// That of a name.
    #[must_use]
    pub fn of(name: &ContactName) -> Self {
        let mut key = fold(name.as_str());
        if key.len() > Self::MAX {
            key.truncate((0..=Self::MAX).rev().find(|&end| key.is_char_boundary(end)).unwrap_or(0));
        }
        Self(key)
    }
}

super::checked_string!(NameKey);

/// Where words are looked for: the folded name, then on a line of its own the folded number, and where these differ
/// the number's digits alone on a third. The last line is thus all digits, if there are any: what a number's end is
/// compared with. No word holds a line break, so none is found across two lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchKey(String);

impl SearchKey {
    /// That of a contact.
    #[must_use]
    pub fn of(name: &ContactName, number: &Number) -> Self {
        Self(format!("{}\n{}", Self::name_line(name), Self::number_lines(number)))
    }

    /// The first line: what a store writes where only the name changes.
    #[must_use]
    pub fn name_line(name: &ContactName) -> String {
        fold(name.as_str())
    }

    /// The lines behind the first: what a store writes where only the number changes.
    #[must_use]
    pub fn number_lines(number: &Number) -> String {
        let mut lines = fold(number.as_str());
        if lines.bytes().any(|byte| byte.is_ascii_digit()) && !lines.bytes().all(|byte| byte.is_ascii_digit()) {
            let digits: String = lines.chars().filter(char::is_ascii_digit).collect();
            lines.push('\n');
            lines.push_str(&digits);
        }
        lines
    }

    /// Whether the words are found in it: what every store must answer.
    #[must_use]
    pub fn holds(&self, search: &SearchQuery) -> bool {
        search.words.iter().all(|word| self.0.contains(word.as_str()))
    }

    /// Whether its number ends in these digits: what every store must answer.
    #[must_use]
    pub fn ends_in(&self, suffix: &NumberSuffix) -> bool {
        self.0.ends_with(suffix.as_str())
    }
}

super::checked_string!(SearchKey);

/// What to search for (`q`): words, all of which must be found, in any order and in any part of a name or number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    words: Vec<String>,
    text: String,
}

impl SearchQuery {
    /// Reads it: NFC, trimmed, 1 to 256 characters, folded as what is searched was.
    ///
    /// # Errors
    /// When it is too long, holds control characters, or nothing of it can be looked for.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = normalise(text)?;
        check_length(&text, 1, 256)?;
        let mut words: Vec<String> = Vec::new();
        for word in fold(&text).split(' ').filter(|word| !word.is_empty()) {
            // What is part of another word is found with it.
            if words.iter().all(|known| !known.contains(word)) {
                words.retain(|known| !word.contains(known.as_str()));
                words.push(word.to_owned());
            }
        }
        if words.is_empty() {
            return Err(Invalid::new(InvalidCode::Required, "must hold something to look for"));
        }
        Ok(Self { words, text: text.into_owned() })
    }

    /// The folded words; none is a part of another. At least one.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// As it was written: NFC, trimmed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// How a number ends (`number_suffix`): at least four digits, compared with the digits of the number as it was
/// written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberSuffix(String);

impl NumberSuffix {
    /// Reads 4 to 64 digits.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if (4..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(InvalidCode::Malformed, "must be 4 to 64 digits"))
        }
    }
}

super::checked_string!(NumberSuffix);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn key(name: &str, number: &str) -> SearchKey {
        SearchKey::of(&ContactName::parse(name).unwrap(), &Number::parse(number).unwrap())
    }

    #[rstest]
    #[case("Amina Bello", "2348000000001", "amina bello\n2348000000001")]
    #[case("Amina", "+234 (800) 000-0001", "amina\n+234 (800) 000-0001\n2348000000001")]
    #[case("", "status", "\nstatus")]
    #[case("", "8001\t22", "\n8001 22\n800122")]
    fn keys(#[case] name: &str, #[case] number: &str, #[case] expected: &str) {
        assert_eq!(key(name, number).as_str(), expected);
    }

    #[rstest]
    #[case("bello AMINA", true)]
    #[case("llo min", true)]
    #[case("8000", true)]
    #[case("amina 0001", true)]
    #[case("amina 9", false)]
    #[case("aminabello", false)]
    #[case("%", false)]
    #[case("ami_a", false)]
    fn searched(#[case] query: &str, #[case] found: bool) {
        let query = SearchQuery::parse(query).unwrap();
        assert_eq!(key("Amina Bello", "2348000000001").holds(&query), found);
    }

    #[rstest]
    #[case("a b a", &["a", "b"])]
    #[case("am amina mina bello", &["amina", "bello"])]
    #[case("  É  ", &["e"])]
    fn split_into_words(#[case] query: &str, #[case] words: &[&str]) {
        assert_eq!(SearchQuery::parse(query).unwrap().words(), words);
    }

    #[rstest]
    #[case("", InvalidCode::Required)]
    #[case("\u{200b}", InvalidCode::Required)]
    #[case("a\u{0}b", InvalidCode::ControlCharacter)]
    fn refused(#[case] query: &str, #[case] code: InvalidCode) {
        assert_eq!(SearchQuery::parse(query).map_err(|invalid| invalid.code), Err(code));
    }

    /// A name is found by itself, however its letters were composed.
    #[test]
    fn as_long_as_a_name_may_be() {
        for letter in ["e\u{301}", "\u{e9}"] {
            let query = |length| SearchQuery::parse(&letter.repeat(length));
            assert_eq!(query(256).map(|query| query.as_str().to_owned()), Ok("\u{e9}".repeat(256)));
            assert_eq!(query(257).map_err(|invalid| invalid.code), Err(InvalidCode::TooLong));
        }
    }

    #[rstest]
    #[case("0001", true)]
    #[case("000", false)]
    #[case("00 01", false)]
    #[case("+0001", false)]
    fn suffixes(#[case] text: &str, #[case] good: bool) {
        assert_eq!(NumberSuffix::parse(text).is_ok(), good);
    }

    #[test]
    fn a_suffix_is_of_the_digits_as_written() {
        let suffix = NumberSuffix::parse("0001").unwrap();
        assert!(key("", "+234 800 000 00 01").ends_in(&suffix));
        assert!(key("", "2348000000001").ends_in(&suffix));
        assert!(!key("0001", "status").ends_in(&suffix));
    }

    #[test]
    fn a_name_key_is_bounded() {
        // One character that folds to eighteen.
        let name = ContactName::parse(&"\u{fdfa}".repeat(256)).unwrap();
        assert!(fold(name.as_str()).len() > NameKey::MAX);
        assert!(NameKey::of(&name).as_str().len() <= NameKey::MAX);
    }

    proptest! {
        #[test]
        fn every_name_is_found_by_each_of_its_words(name in "\\PC{0,40}", number in "\\PC{1,20}") {
            let (Ok(name), Ok(number)) = (ContactName::parse(&name), Number::parse(&number)) else { return Ok(()) };
            let key = SearchKey::of(&name, &number);
            for text in [name.as_str(), number.as_str()] {
                if let Ok(query) = SearchQuery::parse(text) {
                    prop_assert!(key.holds(&query), "{query:?} in {key:?}");
                }
            }
        }

        /// So that a store may put one part of it in the place of another's.
        #[test]
        fn its_first_line_is_the_name_alone(name in "\\PC{0,40}", number in "\\PC{1,20}") {
            let (Ok(name), Ok(number)) = (ContactName::parse(&name), Number::parse(&number)) else { return Ok(()) };
            let key = SearchKey::of(&name, &number);
            let parts = key.as_str().split_once('\n');
            let (name, number) = (SearchKey::name_line(&name), SearchKey::number_lines(&number));
            prop_assert_eq!(parts, Some((name.as_str(), number.as_str())));
        }

        /// So that a cursor's filters are read as they were written.
        #[test]
        fn what_was_parsed_parses_to_itself(text: String) {
            if let Ok(query) = SearchQuery::parse(&text) {
                prop_assert_eq!(SearchQuery::parse(query.as_str()), Ok(query.clone()));
            }
        }

        #[test]
        fn never_panics(text: String) {
            let _ = (SearchQuery::parse(&text), NumberSuffix::parse(&text));
        }
    }
}
