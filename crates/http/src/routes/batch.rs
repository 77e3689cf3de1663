//! `/contact/batch`.

use crate::batch;
use crate::failure::Answer;
use crate::upload::Upload;

pub async fn apply(upload: Upload) -> Answer {
    if upload.is_lines() { batch::answer_lines(upload).await } else { batch::answer_whole(upload).await }
}
