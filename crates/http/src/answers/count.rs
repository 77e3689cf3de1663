use serde::Serialize;

/// How many there are.
#[derive(Serialize)]
pub struct Count {
    pub count: u64,
}
