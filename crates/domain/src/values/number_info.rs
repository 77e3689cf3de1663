//! What kind of number a verbatim one is: derived beside it, never forced on it.

use rlibphonenumber::PhoneNumber;

use super::invalid::{Invalid, InvalidCode};
use super::{Number, Region};

/// What is derived of a number and its client's region, and so is the same wherever it is derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberInfo {
    /// What it is.
    pub kind: NumberKind,
    /// The phone number it stands for; none where it is of another kind.
    pub e164: Option<E164>,
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// A valid phone number.
    Phone,
    /// The id of a WhatsApp group.
    WaGroup,
    /// WhatsApp's broadcast of statuses.
    WaBroadcast,
    /// Anything else.
    Other,
}

/// A phone number as ITU-T E.164 writes it: `+` and at most 15 digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct E164(String);

super::checked_string!(E164);

/// More digits than this has no phone number (ITU-T E.164, 6.1).
const MOST_DIGITS: usize = 15;

/// Fewer digits than this aren't taken for a number that begins with its country code.
const FEWEST_DIGITS: usize = 8;

/// How WhatsApp's newer group ids begin.
const GROUP_PREFIX: &str = "120363";

impl NumberInfo {
    /// Of a number whose client is at home there.
    #[must_use]
    pub fn derive(number: &Number, region: Option<&Region>) -> Self {
        let text = number.as_str();
        let e164 = e164(text, region);
        let kind = match &e164 {
            Some(_) => NumberKind::Phone,
            None if is_group(text) => NumberKind::WaGroup,
            None if text == "status" => NumberKind::WaBroadcast,
            None => NumberKind::Other,
        };
        Self { kind, e164 }
    }

    /// What contacts match by, where this is what their number is: its E.164 form, or the text where it has none.
    #[must_use]
    pub fn match_key<'a>(&'a self, number: &'a Number) -> &'a str {
        self.e164.as_ref().map_or(number.as_str(), E164::as_str)
    }
}

impl NumberKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Phone, Self::WaGroup, Self::WaBroadcast, Self::Other];

    /// Its word, as it is stored and answered.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::WaGroup => "wa_group",
            Self::WaBroadcast => "wa_broadcast",
            Self::Other => "other",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Reads its word.
    ///
    /// # Errors
    /// When it is no such word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::of_word(text)
            .ok_or_else(|| Invalid::new(InvalidCode::Malformed, "must be phone, wa_group, wa_broadcast or other"))
    }
}

/// The one phone number that a text stands for, from the surest reading to the least: with its `+`; as people in the
/// region dial; with the `00` that most of the world dials for `+`; with neither, as messaging platforms write it. Only
/// valid ones count: with less than that, every order number would be a phone's.
fn e164(text: &str, region: Option<&Region>) -> Option<E164> {
    let text = plain(text);
    let digits = digits_of_phone(&text)?;
    if text.starts_with('+') {
        return valid(&text, None);
    }
    region
        .and_then(|region| region.as_str().parse().ok())
        .and_then(|region| valid(&text, Some(region)))
        .or_else(|| valid(&format!("+{}", digits.strip_prefix("00")?), None))
        .or_else(|| if digits.len() >= FEWEST_DIGITS { valid(&format!("+{digits}"), None) } else { None })
}

/// The text in ASCII, as far as it is written in signs that mean the same: the digits of other scripts, other dashes and
/// spaces, and a bracket around a country code. Marks that nobody sees go: numbers that are copied out of messages and
/// address books are wrapped in them.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        plain.push(match character {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                continue;
            }
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => '-',
            '\u{ff0b}' => '+',
            '[' | '\u{ff08}' => '(',
            ']' | '\u{ff09}' => ')',
            _ if character.is_whitespace() => ' ',
            _ => digit(character).unwrap_or(character),
        });
    }
    match plain.trim().strip_prefix("(+").and_then(|rest| rest.split_once(')')) {
        Some((country, rest)) => format!("+{country} {rest}"),
        None => plain.trim().to_owned(),
    }
}

/// The zeros of the scripts in which people write numbers; their digits stand in a row behind them.
const ZEROS: [u32; 17] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0,
    0x0f20, 0x1040, 0xff10,
];

/// The ASCII digit that another script's digit stands for.
fn digit(character: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| u32::from(character).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

/// The digits of a text that is written as phone numbers are, and nothing else. (The library would also find one within
/// a sentence, and take letters for the digits of a keypad.)
fn digits_of_phone(text: &str) -> Option<String> {
    let mut digits = String::new();
    for (at, character) in text.char_indices() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if at == 0 => {}
            ' ' | '-' | '.' | '(' | ')' | '/' => {}
            _ => return None,
        }
    }
    // A prefix to dial abroad may go before.
    (!digits.is_empty() && digits.len() <= MOST_DIGITS + 5).then_some(digits)
}

fn valid(text: &str, region: Option<rlibphonenumber::Region>) -> Option<E164> {
    let number = PhoneNumber::parse(text, region).ok()?;
    let e164 = number.is_valid().then(|| number.to_string())?;
    (e164.len() <= MOST_DIGITS + 1).then_some(E164(e164))
}

/// `120363…`, or the creator's number and a time with a dash between: more digits than a phone number has.
fn is_group(text: &str) -> bool {
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        None => text.starts_with(GROUP_PREFIX) && text.len() > MOST_DIGITS && all_digits(text),
        Some((creator, time)) => all_digits(creator) && all_digits(time) && text.len() > MOST_DIGITS + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn info(number: &str, region: &str) -> NumberInfo {
        NumberInfo::derive(&Number::parse(number).unwrap(), Region::parse(region).ok().as_ref())
    }

    #[rstest]
    #[case("+2348031234567", "")]
    #[case("+234 803 123 4567", "")]
    #[case("+234 803 123 4567", "GB")]
    #[case("＋234 (803) 123-4567", "")]
    #[case("2348031234567", "")]
    #[case("2348031234567", "NG")]
    #[case("2348031234567", "GB")]
    #[case("234 803 123 4567", "")]
    #[case("002348031234567", "")]
    #[case("00234 803 123 4567", "NG")]
    #[case("009 234 803 123 4567", "NG")]
    #[case("011 234 803 123 4567", "US")]
    #[case("08031234567", "NG")]
    #[case("0803-123-4567", "NG")]
    #[case("(0803) 123 4567", "NG")]
    #[case("\u{202a}+234 803 123 4567\u{202c}", "")]
    #[case("\u{2068}0803 123 4567\u{2069}", "NG")]
    #[case("\u{feff}+234\u{200b}803\u{202f}123\u{2011}4567\u{200e}", "")]
    #[case("(+234) 803 123 4567", "")]
    #[case("[+234] 8031234567", "GB")]
    #[case("+٢٣٤٨٠٣١٢٣٤٥٦٧", "")]
    #[case("०८०३१२३४५६७", "NG")]
    #[case("０８０３１２３４５６７", "NG")]
    #[case("+234\t803 123 4567", "")]
    fn one_number_in_many_forms(#[case] text: &str, #[case] region: &str) {
        let e164 = Some(E164("+2348031234567".to_owned()));
        assert_eq!(info(text, region), NumberInfo { kind: NumberKind::Phone, e164 });
    }

    #[rstest]
    #[case("120363045767536459", "NG", NumberKind::WaGroup)]
    #[case("2348031234567-1612345678", "NG", NumberKind::WaGroup)]
    #[case("status", "NG", NumberKind::WaBroadcast)]
    #[case("Status", "NG", NumberKind::Other)]
    #[case("{Hi|Hello} [name] your message has no keyword here.", "NG", NumberKind::Other)]
    #[case("call 08031234567", "NG", NumberKind::Other)]
    #[case("1-800-FLOWERS", "US", NumberKind::Other)]
    #[case("08031234567", "", NumberKind::Other)]
    #[case("120363", "", NumberKind::Other)]
    #[case("1", "NG", NumberKind::Other)]
    #[case("0000000000000000", "", NumberKind::Other)]
    fn no_phone_numbers(#[case] text: &str, #[case] region: &str, #[case] kind: NumberKind) {
        assert_eq!(info(text, region), NumberInfo { kind, e164: None });
    }

    #[rstest]
    #[case("5 0 0 1", "AQ")]
    #[case("+", "NG")]
    #[case("+ ", "NG")]
    #[case("()", "NG")]
    fn what_leads_nowhere(#[case] text: &str, #[case] region: &str) {
        assert_eq!(info(text, region).e164, None);
    }

    #[test]
    fn kinds_have_their_words() {
        for kind in NumberKind::ALL {
            assert_eq!(NumberKind::parse(kind.as_str()), Ok(kind));
        }
        assert!(NumberKind::parse("Phone").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), region in "[A-Z]{2}") {
            if let Ok(number) = Number::parse(&text) {
                let _ = NumberInfo::derive(&number, Region::parse(&region).ok().as_ref());
            }
        }

        /// So that a number is found by its E.164 form, and equal ones are equal under whichever region.
        #[test]
        fn e164_is_its_own_e164(text in "(\\+|00)?[0-9 ()./-]{4,20}", region in "NG|GB|US|DE|IN|BR|KE|ID") {
            let Ok(number) = Number::parse(&text) else { return Ok(()) };
            if let Some(e164) = NumberInfo::derive(&number, Region::parse(&region).ok().as_ref()).e164 {
                let again = Number::parse(e164.as_str()).unwrap();
                for region in [None, Some("NG"), Some("US")] {
                    let region = region.map(|code| Region::parse(code).unwrap());
                    let info = NumberInfo::derive(&again, region.as_ref());
                    prop_assert_eq!(info.e164.as_ref(), Some(&e164));
                }
            }
        }
    }
}
