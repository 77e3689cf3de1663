//! Client access tokens, `rct_…`: random, stored as a hash, found by the client's `session_id`.
//!
//! `rct_` and 48 letters: secret (32 bytes), checksum (4). Imported ones look as they looked; so what a caller shows is
//! never judged by its form, only by its hash.

use roster_domain::{Entropy, TokenHash};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::armour;

const PREFIX: &str = "rct_";

/// A new token, and what is stored of it.
pub(crate) fn new_client_token(entropy: &dyn Entropy) -> (SecretString, TokenHash) {
    let mut secret = Zeroizing::new([0; 32]);
    entropy.fill(&mut *secret);
    let text = armour::seal(PREFIX, &*secret);
    let hash = super::hash(text.expose_secret());
    (text, hash)
}

/// What is stored of a token that another system gave out, whatever it looks like. Who shows it is let in by that.
#[must_use]
pub fn client_token_hash(token: &SecretString) -> TokenHash {
    super::hash(token.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_testkit::SeededEntropy;

    #[test]
    fn is_new_each_time_and_hashed_as_it_stands() {
        let entropy = SeededEntropy::new(1);
        let ((one, one_hash), (other, other_hash)) = (new_client_token(&entropy), new_client_token(&entropy));
        assert_eq!(one.expose_secret().len(), 52);
        assert!(one.expose_secret().starts_with("rct_"));
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_ne!(one_hash, other_hash);
        assert_eq!(one_hash, super::super::hash(one.expose_secret()));
        assert_eq!(one_hash, client_token_hash(&one));
    }
}
