//! What is found by searching, and where a name stands in alphabetical lists: made here alone, stored, and compared
//! byte by byte, so that every store gives the same answers, whatever its collations.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// A text without what people leave out or write otherwise when they look for it: case, accents and other marks,
/// compatibility forms (full width, ligatures), invisible characters, the strokes and hooks of Latin letters, and how
/// wide white space is. Folded once more it stays the same.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return fold_ascii(text);
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.nfkd().filter(|&character| !is_left_out(character)) {
        for lower in character.to_lowercase() {
            match alike(lower) {
                Some(plain) => folded.push_str(plain),
                None => folded.push(lower),
            }
        }
    }
    // Lower case may bring marks along (İ), and what stood apart belongs together again (Hangul, kana).
    let folded: String = folded.nfkd().filter(|&character| !is_left_out(character)).nfc().collect();
    single_spaced(&folded)
}

fn fold_ascii(text: &str) -> String {
    single_spaced(&text.to_ascii_lowercase())
}

fn single_spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}

/// Marks above, below and through a letter, and what isn't seen. The marks that make another letter of a kana stay, and
/// so does the virama, without which Indic syllables fall apart.
fn is_left_out(character: char) -> bool {
    const KANA_VOICING: u8 = 8;
    const VIRAMA: u8 = 9;
    let class = canonical_combining_class(character);
    (class != 0 && class != KANA_VOICING && class != VIRAMA) || is_invisible(character)
}

/// Control characters other than white space, and what Unicode has ignored where it can't be shown: soft hyphens,
/// joiners, direction marks, variation selectors; and the Arabic kashida, which only stretches a word.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{640}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    ) || (character.is_control() && !character.is_whitespace())
}

/// Letters that Unicode doesn't take apart into a plain one and its mark, and digits of the Arabic scripts: the plain
/// ones that people type for them.
fn alike(lower: char) -> Option<&'static str> {
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let digit = |zero: u32| DIGITS.get((u32::from(lower) - zero) as usize).copied();
    Some(match lower {
        'ı' => "i",
        'ß' => "ss",
        'ς' => "σ",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ð' | 'đ' | 'ɗ' | 'ɖ' => "d",
        'ħ' => "h",
        'ł' => "l",
        'ŧ' => "t",
        'ɓ' => "b",
        'ƙ' => "k",
        'ƴ' => "y",
        'ŋ' => "n",
        'ǝ' | 'ə' => "e",
        '\u{660}'..='\u{669}' => return digit(0x660),
        '\u{6f0}'..='\u{6f9}' => return digit(0x6f0),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Amina  BELLO", "amina bello")]
    #[case("Adébáyọ̀ Ọláńrewájú", "adebayo olanrewaju")]
    #[case("IŞIK", "isik")]
    #[case("ışık İstanbul", "isik istanbul")]
    #[case("Straße Ærø Łódź", "strasse aero lodz")]
    #[case("Ɗan Ƙasa Ƴar", "dan kasa yar")]
    #[case("ＦＵＬＬ ﬁne ①", "full fine 1")]
    #[case("مُحَمَّد", "محمد")]
    #[case("أحمـــد", "احمد")]
    #[case("٠٨٠٣", "0803")]
    #[case("ΟΔΥΣΣΕΥΣ Οδυσσεύς", "οδυσσευσ οδυσσευσ")]
    #[case("山田 太郎", "山田 太郎")]
    #[case("ガギ", "ガギ")]
    #[case("한글", "한글")]
    #[case("❤️ 👍🏽", "❤ 👍🏽")]
    #[case("a\u{ad}b\u{200d}c", "abc")]
    #[case("हिन्दी", "हिन्दी")]
    #[case("100%_a\\'b", "100%_a\\'b")]
    fn folded(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(fold(text), expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn folding_twice_is_folding_once(text: String) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn normal_forms_and_ascii_case_are_the_same(text: String) {
            let folded = fold(&text);
            prop_assert_eq!(&fold(&text.nfc().collect::<String>()), &folded);
            prop_assert_eq!(&fold(&text.nfd().collect::<String>()), &folded);
            prop_assert_eq!(&fold(&text.to_ascii_uppercase()), &folded);
        }

        #[test]
        fn leaves_no_line_break_and_no_edge(text: String) {
            let folded = fold(&text);
            prop_assert!(!folded.contains(['\n', '\r', '\t']));
            prop_assert_eq!(folded.trim(), &folded);
        }
    }
}
