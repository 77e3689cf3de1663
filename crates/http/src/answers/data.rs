//! What stands in an answer.

use serde::Serialize;

/// Appends itself, as JSON, to what is there of a body.
pub trait Data {
    fn append(self, body: &mut Vec<u8>) -> serde_json::Result<()>;
}

impl<T: Serialize> Data for T {
    fn append(self, body: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(body, &self)
    }
}
