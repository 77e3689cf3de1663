//! `/openapi.json`.

use super::fallback::Ignored;
use crate::answers;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::openapi::Document;

pub async fn document(Ignored(request): Ignored) -> Answer {
    let Document { text, tag } = Document::get().map_err(|error| Failure::caused(Code::Internal, error))?;
    answers::lasting(&request, "application/json", text.as_str(), tag)
}
