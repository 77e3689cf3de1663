//! Bcrypt, as the systems that accounts are imported from hashed with it: verified, never made.

/// What the dearest stored hash may cost: 2^14 rounds take about a second.
const DEAREST: u32 = 14;

/// A hash that can't be verified.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Defect {
    /// It isn't one of bcrypt.
    #[error(transparent)]
    Malformed(#[from] bcrypt::BcryptError),
    /// Its cost is more than anybody would wait for.
    #[error("a bcrypt hash of too high a cost")]
    TooDear,
}

/// Whether this is meant to be a bcrypt hash.
pub(super) fn is_one(hash: &str) -> bool {
    ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|prefix| hash.starts_with(prefix))
}

/// Whether a password can be verified against this.
pub(super) fn can_be_verified(hash: &str) -> bool {
    is_one(hash) && affordable(hash).is_ok()
}

fn affordable(hash: &str) -> Result<(), Defect> {
    let parts: bcrypt::HashParts = hash.parse()?;
    if parts.get_cost() > DEAREST { Err(Defect::TooDear) } else { Ok(()) }
}

/// Whether the password leads to this hash. Of a password bcrypt takes the first 72 bytes, as it did where the hash was
/// made.
pub(super) fn verify(password: &str, hash: &str) -> Result<bool, Defect> {
    affordable(hash)?;
    Ok(bcrypt::verify(password, hash)?)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use rstest::rstest;

    // Test vector of the crypt_blowfish library.
    pub const PASSWORD: &str = "U*U*";
    pub const HASH: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";

    #[test]
    fn knows_the_password_and_no_other() {
        let newer = HASH.replace("$2a$", "$2b$");
        for hash in [HASH, &newer] {
            assert!(is_one(hash) && can_be_verified(hash));
            assert!(verify(PASSWORD, hash).unwrap());
            assert!(!verify("U*U*U", hash).unwrap());
            assert!(!verify("", hash).unwrap());
        }
    }

    #[rstest]
    #[case("$2a$")]
    #[case("$2b$05$CCCCCCCCCCCCCCCCCCCCC.")]
    #[case("$2b$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    #[case("$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    fn a_damaged_or_dear_hash_is_a_defect(#[case] hash: &str) {
        assert!(verify(PASSWORD, hash).is_err());
        assert!(!can_be_verified(hash));
    }

    #[test]
    fn argon2_is_none() {
        assert!(!is_one("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$c2FsdA"));
    }
}
