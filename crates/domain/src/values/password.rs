//! New passwords.

use secrecy::{ExposeSecret, SecretString};

use super::invalid::{Invalid, check_length};

/// A password to be set: 8 to 128 characters, otherwise the bytes as they are. (At sign-in nothing is checked: what
/// isn't the password is just wrong.) Never printed, wiped when dropped.
#[derive(Clone, Debug)]
pub struct NewPassword(SecretString);

impl NewPassword {
    /// Reads it as it stands, untrimmed.
    ///
    /// # Errors
    /// When it is too short or too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        check_length(text, 8, 128)?;
        Ok(Self(SecretString::from(text)))
    }

    /// The text, for hashing and for comparing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn takes_8_to_128_characters_as_they_are(text in any::<String>()) {
            let good = (8..=128).contains(&text.chars().count());
            let parsed = NewPassword::parse(&text);
            prop_assert_eq!(parsed.is_ok(), good);
            if let Ok(password) = parsed {
                prop_assert_eq!(password.expose(), text);
            }
        }
    }

    #[test]
    fn is_never_printed() {
        let password = NewPassword::parse("correct horse");
        assert!(!format!("{password:?}").contains("horse"));
    }
}
