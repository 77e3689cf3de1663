//! What tests need and programs don't: a throwaway PostgreSQL, a clock moved by hand, chance that repeats.

mod clock;
mod entropy;
pub mod postgres;

pub use clock::ManualClock;
pub use entropy::SeededEntropy;
