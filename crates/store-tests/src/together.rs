//! Several at once.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::{JoinHandle, JoinSet};

/// Runs them all at once, each in a task of its own, and answers in the order they ended.
///
/// # Panics
/// When one of them does.
pub(crate) async fn together<F>(acts: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    acts.into_iter().collect::<JoinSet<_>>().join_all().await
}

/// A task that repeats something until it is told to stop; it is done at least once, and once more after everything
/// that went before [`Watch::stop`].
pub(crate) struct Watch {
    over: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Begins to repeat this.
    pub(crate) fn repeat<F, Fut>(mut check: F) -> Self
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send,
    {
        let over = Arc::new(AtomicBool::new(false));
        let told = over.clone();
        let task = tokio::spawn(async move {
            loop {
                let last = told.load(Ordering::SeqCst);
                check().await;
                if last {
                    break;
                }
                tokio::task::yield_now().await;
            }
        });
        Self { over, task }
    }

    /// Ends it.
    ///
    /// # Panics
    /// When what was repeated did.
    pub(crate) async fn stop(self) {
        self.over.store(true, Ordering::SeqCst);
        if let Err(failure) = self.task.await {
            std::panic::resume_unwind(failure.into_panic());
        }
    }
}
