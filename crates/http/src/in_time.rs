//! Waiting for the store, but not for ever.

use std::future::Future;
use std::time::Duration;

use roster_domain::ports::StoreError;
use tokio::time::timeout;

/// Waits so long for an act of the store; behind that it is as if the store couldn't be reached. The act goes on.
pub async fn in_time<T, E: From<StoreError>>(
    deadline: Duration,
    act: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    timeout(deadline, act).await.unwrap_or_else(|_| Err(StoreError::unavailable("no answer in time").into()))
}
