//! What tests need and programs don't: a throwaway PostgreSQL, a clock moved by hand, chance that repeats, patience,
//! and an eye on what is logged.

mod clock;
mod entropy;
mod eventually;
pub mod postgres;
mod secrets;

pub use clock::ManualClock;
pub use entropy::SeededEntropy;
pub use eventually::eventually;
pub use secrets::refuse_secrets;
