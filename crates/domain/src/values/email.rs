//! E-mail addresses.

use unicode_normalization::UnicodeNormalization;
use validator::ValidateEmail;

use super::checked_string;
use super::invalid::{Invalid, InvalidCode, check_length};

/// An address as its owner writes it, at most 254 characters (RFC 5321, 4.5.3.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

/// What makes two addresses the same: NFKC and lower case, and the domain as it is looked up (IDNA, in ASCII).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailKey(String);

impl Email {
    /// Reads it, trimmed.
    ///
    /// # Errors
    /// When it isn't an address by HTML's rule for its e-mail fields, or is too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        check_length(text, 1, 254)?;
        // HTML's rule has no address literals, and the check takes anything between @ and one.
        if text.ends_with(']') || !text.validate_email() {
            return Err(malformed());
        }
        let domain = text.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).ok_or_else(malformed)?;
        // What isn't looked up as it is written (invisible characters, wide ones) only looks like another address.
        let ascii = idna::domain_to_ascii(&domain).map_err(|_| malformed())?;
        if domain != ascii && idna::domain_to_unicode(&ascii).0 != domain {
            return Err(malformed());
        }
        Ok(Self(text.to_owned()))
    }

    /// The key it is found by.
    #[must_use]
    pub fn key(&self) -> EmailKey {
        EmailKey::of(&self.0)
    }
}

impl EmailKey {
    /// The key of whatever somebody typed at sign-in, address or not: a wrong one just finds nobody.
    #[must_use]
    pub fn of(text: &str) -> Self {
        // Lower case can undo composition (İ), so normalise again behind it; and that can bring spaces to the edges.
        let folded: String = text.nfkc().collect::<String>().to_lowercase().nfkc().collect();
        let folded = folded.trim();
        let looked_up = folded.rsplit_once('@').and_then(|(local, domain)| {
            let domain = idna::domain_to_ascii(domain).ok()?;
            Some(format!("{local}@{domain}"))
        });
        Self(looked_up.unwrap_or_else(|| folded.to_owned()))
    }
}

fn malformed() -> Invalid {
    Invalid::new(InvalidCode::Malformed, "must be an e-mail address")
}

checked_string!(Email);
checked_string!(EmailKey);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(" Ada@Example.org ", true)]
    #[case("ada+roster@mail.example.org", true)]
    #[case("ada", false)]
    #[case("@example.org", false)]
    #[case("ada@", false)]
    #[case("a b@example.org", false)]
    #[case("ada@example.org\u{0}", false)]
    #[case("ada@münchen.example", true)]
    #[case("ada@MÜNCHEN.example", true)]
    #[case("ada@xn--mnchen-3ya.example", true)]
    #[case("ada@example.org\u{200b}", false)]
    #[case("ada@exam\u{ad}ple.org", false)]
    #[case("ada@ex\u{fe0f}ample.org", false)]
    #[case("ada@exam\u{2060}ple.org", false)]
    #[case("ada@example。org", false)]
    #[case("ada@ｅxample.org", false)]
    #[case("ada@[127.0.0.1]", false)]
    #[case("ada@anything at all\u{0}[127.0.0.1]", false)]
    fn addresses(#[case] text: &str, #[case] good: bool) {
        assert_eq!(Email::parse(text).is_ok(), good);
    }

    #[test]
    fn case_and_width_make_no_other_address() {
        assert_eq!(EmailKey::of("ADA@Example.org"), EmailKey::of(" ada@example.ORG"));
        assert_eq!(EmailKey::of("ａda@example.org"), EmailKey::of("ada@example.org"));
        assert_eq!(EmailKey::of("ada@MÜNCHEN.example"), EmailKey::of("ada@xn--mnchen-3ya.example"));
        assert_eq!(EmailKey::of("ada@exam\u{ad}ple.org"), EmailKey::of("ada@example.org"));
        assert_eq!(EmailKey::of("\u{1fcd}"), EmailKey::of(EmailKey::of("\u{1fcd}").as_str()));
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_itself(text in any::<String>()) {
            let key = EmailKey::of(&text);
            prop_assert_eq!(EmailKey::of(key.as_str()), key);
        }

        #[test]
        fn so_is_that_of_what_looks_like_an_address(text in "\\PC{0,6}@[\\PCa-z.]{0,20}") {
            let key = EmailKey::of(&text);
            prop_assert_eq!(EmailKey::of(key.as_str()), key);
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = Email::parse(&text);
        }
    }
}
