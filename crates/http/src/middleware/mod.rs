//! What happens around every request, the outermost first: [`finish`] gives it an id, its answer the headers of every
//! answer, its failure the envelope, and the log its line; [`cors`] lets pages of listed origins read answers;
//! [`compress`] compresses what is long and asked for so;
//! [`panics`] turns a panic into a 500.

mod compress;
pub mod cors;
mod finish;
mod framing;
mod log_line;
pub mod panics;
mod request_id;
mod tail;

pub use compress::{AsItComes, compress};
pub use finish::finish;
