//! Passwords that are guessed first: the commonest, and the address they go with.

use roster_domain::{EmailKey, Invalid, InvalidCode, NewPassword};

/// Of the 10,000 commonest passwords those that aren't too short anyway, commonest first, one a line, in lower-case
/// ASCII. Where it is from: `data/README.md`.
const COMMON: &str = include_str!("../../data/common_passwords.txt");

/// Refuses a password that is among the 10,000 commonest, whatever its case, or the address it is to go with.
///
/// # Errors
/// When it is ([`InvalidCode::TooCommon`]).
pub fn refuse_guessable(password: &NewPassword, email: Option<&EmailKey>) -> Result<(), Invalid> {
    // 28 kB are read in microseconds, beside a hash of many milliseconds: an index would only take memory.
    if COMMON.lines().any(|common| common.eq_ignore_ascii_case(password.expose())) {
        return Err(Invalid::new(InvalidCode::TooCommon, "must not be among the commonest passwords"));
    }
    if email.is_some_and(|email| *email == EmailKey::of(password.expose())) {
        return Err(Invalid::new(InvalidCode::TooCommon, "must not be the e-mail address"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::collections::HashSet;

    #[rstest]
    #[case("password", true)]
    #[case("PassWord1", true)]
    #[case("12345678", true)]
    #[case("qwertyuiop", true)]
    #[case("trustno1", true)]
    #[case("password ", false)]
    #[case("correct horse battery staple", false)]
    #[case("correct-horse-9", false)]
    #[case("пароль-пароль", false)]
    #[case(&"password".repeat(16), false)]
    #[case(&"4@8({[<369!|10$5".repeat(8), false)]
    fn common_or_not(#[case] text: &str, #[case] common: bool) {
        let password = NewPassword::parse(text).unwrap();
        assert_eq!(
            refuse_guessable(&password, None).map_err(|e| e.code),
            if common { Err(InvalidCode::TooCommon) } else { Ok(()) }
        );
    }

    #[rstest]
    #[case("ada@example.org", true)]
    #[case("ADA@Example.org", true)]
    #[case("ada@example.org!", false)]
    fn the_address_or_not(#[case] text: &str, #[case] address: bool) {
        let (password, email) = (NewPassword::parse(text).unwrap(), EmailKey::of("Ada@example.org"));
        assert_eq!(refuse_guessable(&password, Some(&email)).is_err(), address);
    }

    #[test]
    fn every_line_can_match() {
        let words: HashSet<_> = COMMON.lines().collect();
        assert_eq!((words.len(), COMMON.lines().count()), (3_395, 3_395));
        for word in words {
            assert!(word.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()), "{word}");
            assert!(NewPassword::parse(word).is_ok(), "{word}");
        }
    }
}
