//! `/health`: what whoever runs the process asks it.

use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use super::fallback::Ignored;
use crate::answers;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::services::App;

/// So long the store may take to be called ready.
const READY_WITHIN: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct Health {
    live: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ready: Option<bool>,
}

/// The process answers, whatever the store does.
pub async fn live(_: Ignored) -> Answer {
    answers::ok("Alive!", Health { live: true, ready: None })
}

/// Requests can be served: the store answers, and nobody is stopping the process.
pub async fn ready(app: App, _: Ignored) -> Answer {
    if app.readiness.is_draining() {
        return Err(Failure::told(Code::StoreUnavailable, "The server is stopping."));
    }
    match timeout(READY_WITHIN, app.store.health.check()).await {
        Ok(Ok(())) => answers::ok("Ready!", Health { live: true, ready: Some(true) }),
        Ok(Err(error)) => Err(Failure::caused(Code::StoreUnavailable, error)),
        Err(_) => Err(Failure::caused(Code::StoreUnavailable, "no answer within a second")),
    }
}
