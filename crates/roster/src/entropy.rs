//! The operating system's random generator.

use roster_domain::Entropy;

/// Bytes fit for keys and tokens.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the operating system has no random bytes to give: there is no safe way to go on.
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system's random generator failed: {error}");
        }
    }
}
