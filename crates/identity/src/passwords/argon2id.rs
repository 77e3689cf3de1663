//! Argon2id (RFC 9106) with the first of OWASP's settings that suits a small machine: 19 MiB, two passes, one lane.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{Error, Result};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use roster_domain::Entropy;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of salt.
pub(super) const SALT: usize = 16;

const OUTPUT: usize = 32;

/// What the dearest stored hash may ask for; more is a damaged row, and asking for it could end the process.
const MOST_BLOCKS: usize = 64 * 1024;

/// What hashing works in: kept from one password to the next. With two passes or more nothing in it lets a password
/// be guessed any faster than its hash does.
pub(super) type Memory = Vec<Block>;

fn params() -> Result<Params> {
    Ok(Params::new(19 * 1024, 2, 1, Some(OUTPUT))?)
}

/// A password's PHC string.
pub(super) fn hash(password: &str, salt: &[u8; SALT], memory: &mut Memory) -> Result<String> {
    let params = params()?;
    let mut output = Zeroizing::new([0; OUTPUT]);
    compute(Version::V0x13, &params, password, salt, &mut *output, memory)?;
    phc(&params, salt, &*output)
}

/// The form of a hash, under today's settings, that no password leads to.
pub(super) fn hash_of_nothing(entropy: &dyn Entropy) -> String {
    let (mut salt, mut output) = ([0; SALT], [0; OUTPUT]);
    entropy.fill(&mut salt);
    entropy.fill(&mut output);
    params().and_then(|params| phc(&params, &salt, &output)).unwrap_or_default()
}

/// Whether the password leads to this PHC string, under the settings that it names.
pub(super) fn verify(password: &str, hash: &str, memory: &mut Memory) -> Result<bool> {
    let hash = PasswordHash::new(hash)?;
    if hash.algorithm != Algorithm::Argon2id.ident() {
        return Err(Error::Algorithm);
    }
    let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from)?;
    let params = Params::try_from(&hash)?;
    let (salt, expected) = hash.salt.zip(hash.hash).ok_or(Error::PasswordInvalid)?;
    let mut output = Zeroizing::new(vec![0; expected.len()]);
    compute(version, &params, password, &salt, &mut output, memory)?;
    Ok(output.ct_eq(expected.as_bytes()).into())
}

fn phc(params: &Params, salt: &[u8], output: &[u8]) -> Result<String> {
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params)?,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(output)?),
    };
    Ok(hash.to_string())
}

fn compute(
    version: Version,
    params: &Params,
    password: &str,
    salt: &[u8],
    output: &mut [u8],
    memory: &mut Memory,
) -> Result<()> {
    let blocks = params.block_count();
    if blocks > MOST_BLOCKS {
        return Err(Error::OutOfMemory);
    }
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let argon2 = Argon2::new(Algorithm::Argon2id, version, params.clone());
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory[..blocks])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_testkit::SeededEntropy;
    use rstest::rstest;

    /// Made by the reference implementation (in C), with other settings than ours.
    const REFERENCE: &str = "$argon2id$v=19$m=1024,t=3,p=2$c2FsdHNhbHRzYWx0c2FsdA$lXrMMwFoIf8KW2bBIs0UH538fWOx0Zxi";

    #[test]
    fn knows_its_own_and_no_other() {
        let mut memory = Memory::new();
        let phc = hash("correct horse", &[7; SALT], &mut memory).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(verify("correct horse", &phc, &mut memory), Ok(true));
        assert_eq!(verify("correct horsf", &phc, &mut memory), Ok(false));
        assert_eq!(verify("", &phc, &mut memory), Ok(false));
        assert_eq!(verify(&"x".repeat(64 * 1024), &phc, &mut memory), Ok(false));
        assert_ne!(hash("correct horse", &[8; SALT], &mut memory).unwrap(), phc);
        assert_eq!(memory.len(), 19 * 1024);
    }

    #[test]
    fn goes_by_the_settings_that_a_hash_names() {
        let mut memory = Memory::new();
        assert_eq!(verify("correct horse", REFERENCE, &mut memory), Ok(true));
        assert_eq!(verify("battery staple", REFERENCE, &mut memory), Ok(false));
    }

    #[test]
    fn the_hash_of_nothing_costs_what_any_other_costs() {
        let nothing = hash_of_nothing(&SeededEntropy::new(1));
        let something = hash("correct horse", &[7; SALT], &mut Memory::new()).unwrap();
        let settings = |phc: &str| phc.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(settings(&nothing), settings(&something));
        assert_eq!(nothing.len(), something.len());
        assert_eq!(verify("", &nothing, &mut Memory::new()), Ok(false));
    }

    #[rstest]
    #[case("")]
    #[case("correct horse")]
    #[case("$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA")]
    #[case("$argon2i$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA")]
    #[case("$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA")]
    #[case("$2b$12$c2FsdHNhbHRzYWx0c2FsdA")]
    fn a_damaged_hash_is_a_defect_not_a_wrong_password(#[case] phc: &str) {
        let mut memory = Memory::new();
        assert!(verify("correct horse", phc, &mut memory).is_err());
        assert!(memory.is_empty());
    }
}
