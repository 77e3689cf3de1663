//! Cells that spreadsheets would take for something else than text.
//!
//! A cell that begins like a formula is one to a spreadsheet, and a number loses its leading zeros and, beyond fifteen,
//! its digits. So such cells are written with an apostrophe before them, and so are those that begin with an apostrophe
//! themselves: then reading is exact, because every apostrophe that was put there is followed by what asked for it.

use super::damage;

/// How formulae begin: in the wide forms too, which are the same to spreadsheets in the languages that have them.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether this must not stand in a cell as it is.
pub fn is_needed(text: &str) -> bool {
    text.starts_with(FORMULA) || text.starts_with('\'') || looks_like_a_number(text)
}

/// The same of a contact's number, which must also not look damaged.
pub fn is_needed_for_number(text: &str) -> bool {
    is_needed(text) || damage::would_be_repaired(text)
}

/// A number, an amount, a date or a time: digits, and what stands between and around them.
fn looks_like_a_number(text: &str) -> bool {
    let mut digits = false;
    text.bytes().all(|byte| {
        digits |= byte.is_ascii_digit();
        byte.is_ascii_digit() || b".,:/-+eE %$() ".contains(&byte)
    }) && digits
}

/// The cell without the apostrophe that was put before it, if one was, by the rule that says when it is.
pub fn taken_off(cell: &str, is_needed: impl FnOnce(&str) -> bool) -> Option<&str> {
    cell.strip_prefix('\'').filter(|text| is_needed(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("=1+1")]
    #[case("+2348000000001")]
    #[case("@SUM(A1)")]
    #[case("08030000001")]
    #[case("64e872710000000000000012")]
    #[case("1/2")]
    #[case("'quoted")]
    fn guarded(#[case] text: &str) {
        assert!(is_needed(text));
    }

    #[rstest]
    #[case("Amina")]
    #[case("")]
    #[case("status")]
    #[case("3 Idiots")]
    #[case("2023-07-07T20:15:45.962Z")]
    #[case("-")]
    fn plain(#[case] text: &str) {
        assert_eq!(is_needed(text), text == "-");
    }

    #[rstest]
    #[case("'Ndrangheta", None)]
    #[case("'+234", Some("+234"))]
    #[case("''twas", Some("'twas"))]
    #[case("+234", None)]
    fn apostrophes(#[case] cell: &str, #[case] expected: Option<&str>) {
        assert_eq!(taken_off(cell, is_needed), expected);
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back(text in "['=+@0-9a-z ]{0,6}|\\PC{0,10}") {
            for is_needed in [is_needed as fn(&str) -> bool, is_needed_for_number] {
                let cell = if is_needed(&text) { format!("'{text}") } else { text.clone() };
                prop_assert_eq!(taken_off(&cell, is_needed).unwrap_or(&cell), &text);
                prop_assert!(!cell.starts_with(FORMULA));
            }
        }
    }
}
