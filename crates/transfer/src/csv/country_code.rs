//! Numbers whose country code stands in a column of its own, as tools around WhatsApp export them.

use roster_domain::{Number, NumberInfo};

/// No phone number is longer, whatever stands between its digits.
const LONGEST: usize = 64;

/// The number with its code before it, where it is a phone number so and isn't one with its code already.
pub fn put_before(code: &str, number: &str) -> Option<String> {
    let code = code.strip_prefix('+').unwrap_or(code);
    let is_code = (1..=4).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code || number.len() > LONGEST || number.starts_with('+') || number.starts_with("00") {
        return None;
    }
    let has_it = number.starts_with(code) && is_phone(&format!("+{number}"));
    let whole = format!("+{code}{}", number.strip_prefix('0').unwrap_or(number));
    (!has_it && is_phone(&whole)).then_some(whole)
}

fn is_phone(text: &str) -> bool {
    Number::parse(text).is_ok_and(|number| NumberInfo::derive(&number, None).e164.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("234", "8031234567", Some("+2348031234567"))]
    #[case("+234", "0803 123 4567", Some("+234803 123 4567"))]
    #[case("234", "2348031234567", None)]
    #[case("234", "+2348031234567", None)]
    #[case("234", "status", None)]
    #[case("NG", "8031234567", None)]
    #[case("", "8031234567", None)]
    fn codes(#[case] code: &str, #[case] number: &str, #[case] expected: Option<&str>) {
        assert_eq!(put_before(code, number).as_deref(), expected);
    }

    proptest! {
        #[test]
        fn never_panics(code: String, number: String) {
            let _ = put_before(&code, &number);
        }
    }
}
