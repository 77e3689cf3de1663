//! What spreadsheets do to phone numbers.

use std::borrow::Cow;

use roster_domain::{Invalid, InvalidCode, Number, NumberInfo, Region};

use crate::NoteKind;

/// What was found of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// Nothing.
    Sound(&'a str),
    /// It can be told for certain what it was.
    Repaired(Cow<'a, str>, NoteKind),
    /// It may be sound, and may have lost something.
    Doubtful(NoteKind),
    /// Digits are gone.
    Ruined(Invalid),
}

/// Shorter ones may well be written like that.
const FEWEST_DIGITS: usize = 5;

/// A number without its zero has no more digits than this; with more it begins with a country code.
const MOST_WITHOUT_ZERO: usize = 11;

/// Looks at a number as a spreadsheet left it.
pub fn inspect<'a>(text: &'a str, region: Option<&Region>) -> Found<'a> {
    let visible = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    if visible.len() < text.trim().len() {
        return Found::Repaired(Cow::Borrowed(visible), NoteKind::Invisible);
    }
    if let Some(inner) = text_formula(text) {
        return Found::Repaired(Cow::Borrowed(inner), NoteKind::TextFormula);
    }
    if let Some(found) = scientific(text).or_else(|| error(text)) {
        return found;
    }
    if let Some(whole) = without_decimals(text) {
        return Found::Repaired(Cow::Borrowed(whole), NoteKind::Decimals);
    }
    if looks_rounded(text) {
        return Found::Doubtful(NoteKind::PerhapsRounded);
    }
    match region.and_then(|region| with_its_zero(text, region)) {
        Some(number) => Found::Repaired(Cow::Owned(number), NoteKind::LostZero),
        None => Found::Sound(text),
    }
}

/// Whether the text, which somebody stored like this on purpose, would not be read back as it is.
pub fn would_be_repaired(text: &str) -> bool {
    !matches!(inspect(text, None), Found::Sound(_))
}

/// Marks of direction and of nothing, which come along when a number is copied from a page or a chat.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// `="08030000001"`: how other programs keep spreadsheets from taking a number for one.
fn text_formula(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("=\"")?.strip_suffix('"')?.trim();
    (!inner.is_empty() && !inner.contains('"')).then_some(inner)
}

/// `2.34706E+12`: with a sign behind the E, as spreadsheets write it, and with a comma where people do.
fn scientific(text: &str) -> Option<Found<'_>> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: usize = exponent.strip_prefix('+').filter(|e| e.len() <= 3 && all_digits(e))?.parse().ok()?;
    let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    if whole.len() != 1 || !all_digits(whole) || !(decimals.is_empty() || all_digits(decimals)) {
        return None;
    }
    // Trailing zeros aren't written, so a digit less than there must be is already a digit too few.
    if decimals.len() == exponent && exponent >= FEWEST_DIGITS {
        return Some(Found::Repaired(Cow::Owned(format!("{whole}{decimals}")), NoteKind::WrittenOut));
    }
    Some(Found::Ruined(Invalid::new(
        InvalidCode::Malformed,
        "is in scientific notation and has lost digits: format the column as text and export again",
    )))
}

/// What a formula comes to that is none, and what stands in a column too narrow for its number.
fn error(text: &str) -> Option<Found<'_>> {
    let rest = text.strip_prefix('#')?;
    let is_error = matches!(rest, "NAME?" | "VALUE!" | "REF!" | "ERROR!" | "NUM!" | "N/A" | "DIV/0!" | "NULL!");
    let is_narrow = rest.len() >= 2 && rest.bytes().all(|byte| byte == b'#');
    (is_error || is_narrow).then_some(Found::Ruined(Invalid::new(
        InvalidCode::Malformed,
        "is what a spreadsheet shows instead of a value: format the column as text and export again",
    )))
}

/// Spreadsheets know fifteen digits; they put zeros for those behind. One in a thousand ids of a group is like that.
fn looks_rounded(text: &str) -> bool {
    const DIGITS_KEPT: usize = 15;
    text.len() >= DIGITS_KEPT + 2
        && all_digits(text)
        && text.get(DIGITS_KEPT..).is_some_and(|behind| behind.bytes().all(|byte| byte == b'0'))
}

/// `2348000000001.0`.
fn without_decimals(text: &str) -> Option<&str> {
    let (whole, decimals) = text.split_once(['.', ','])?;
    let zeros = !decimals.is_empty() && decimals.len() <= 2 && decimals.bytes().all(|byte| byte == b'0');
    (zeros && whole.len() >= FEWEST_DIGITS && all_digits(whole)).then_some(whole)
}

/// `8030000001` where people dial `08030000001`: when with the zero it is a phone number of the region, and without it
/// either no phone number at all or the very same one.
fn with_its_zero(text: &str, region: &Region) -> Option<String> {
    let may_lack_one = (FEWEST_DIGITS..=MOST_WITHOUT_ZERO).contains(&text.len()) && !text.starts_with('0');
    if !may_lack_one || !all_digits(text) {
        return None;
    }
    let phone = |text: &str| NumberInfo::derive(&Number::parse(text).ok()?, Some(region)).e164;
    let with_zero = format!("0{text}");
    let meant = phone(&with_zero)?;
    phone(text).is_none_or(|same| same == meant).then_some(with_zero)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn inspected(text: &str, region: &str) -> Result<(String, &'static str), InvalidCode> {
        match inspect(text, Region::parse(region).ok().as_ref()) {
            Found::Sound(text) => Ok((text.to_owned(), "")),
            Found::Repaired(text, kind) => Ok((text.into_owned(), kind.as_str())),
            Found::Doubtful(kind) => Ok((text.to_owned(), kind.as_str())),
            Found::Ruined(invalid) => Err(invalid.code),
        }
    }

    #[rstest]
    #[case("2.34803E+12")]
    #[case("2,34803E+12")]
    #[case("2.34803e+12")]
    #[case("1E+12")]
    #[case("2.34803000001E+12")]
    #[case("2.348030000015E+11")]
    #[case("#ERROR!")]
    #[case("########")]
    fn lost_digits(#[case] text: &str) {
        assert_eq!(inspected(text, "NG"), Err(InvalidCode::Malformed));
    }

    #[rstest]
    #[case("2.348030000001E+12", "", "2348030000001", "written_out")]
    #[case("2348030000001.0", "", "2348030000001", "decimals")]
    #[case("2348030000001,00", "", "2348030000001", "decimals")]
    #[case("=\"08030000001\"", "", "08030000001", "text_formula")]
    #[case("\u{202a}+234 803 000 0001\u{202c}", "", "+234 803 000 0001", "invisible")]
    #[case("8031234567", "NG", "08031234567", "lost_zero")]
    #[case("7911123456", "GB", "07911123456", "lost_zero")]
    #[case("1701234567", "DE", "01701234567", "lost_zero")]
    #[case("120363045767536000", "NG", "120363045767536000", "perhaps_rounded")]
    fn put_right(#[case] text: &str, #[case] region: &str, #[case] number: &str, #[case] kind: &str) {
        assert_eq!(inspected(text, region).as_ref().map(|(text, kind)| (text.as_str(), *kind)), Ok((number, kind)));
    }

    #[rstest]
    #[case("8031234567", "")]
    #[case("2015550123", "US")]
    #[case("08031234567", "NG")]
    #[case("2348031234567", "NG")]
    #[case("+2348031234567", "NG")]
    #[case("120363045767536459", "NG")]
    #[case("status", "NG")]
    #[case("#1", "NG")]
    #[case("12E4", "NG")]
    #[case("1.0", "NG")]
    #[case("10.000.000", "NG")]
    #[case("=\"\"", "NG")]
    #[case("=\"1\"&\"2\"", "NG")]
    fn left_alone(#[case] text: &str, #[case] region: &str) {
        assert_eq!(inspected(text, region), Ok((text.to_owned(), "")));
    }

    proptest! {
        #[test]
        fn never_panics(text: String, region in "NG|GB|US|IT") {
            let _ = inspected(&text, &region);
        }

        #[test]
        fn never_panics_on_what_looks_like_a_number(text in "[0-9]{0,13}[.,]?[0-9]{0,13}([eE][+-]?[0-9]{0,4})?") {
            let _ = inspected(&text, "NG");
        }
    }
}
