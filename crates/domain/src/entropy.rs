//! Where chance comes from.

/// A source of unpredictable bytes. The binary injects the operating system's generator; tests a seeded one.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer. Must be fit for keys and tokens.
    fn fill(&self, bytes: &mut [u8]);
}
