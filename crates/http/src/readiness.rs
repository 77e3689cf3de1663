use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the process wants requests: `/health/ready` answers 503 once it is draining, while requests that come
/// nevertheless are still served.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Wants requests.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on it wants none.
    pub fn drain(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it wants none any more.
    pub(crate) fn is_draining(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
