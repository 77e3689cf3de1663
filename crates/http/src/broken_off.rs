/// A long answer was broken off: the connection is cut without its last chunk, so that nobody takes what came for all.
#[derive(Debug, thiserror::Error)]
#[error("the answer was broken off")]
pub struct BrokenOff;
