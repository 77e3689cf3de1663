//! `/contact/batch`.

use crate::batch;
use crate::failure::Answer;
use crate::upload::{Batches, Upload};

pub async fn apply(upload: Upload<Batches>) -> Answer {
    if upload.is_lines() { batch::answer_lines(upload).await } else { batch::answer_whole(upload).await }
}
