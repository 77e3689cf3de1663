//! What was shown by whoever sends a long body: it is looked at anew while that comes, and before anything is done.

use actix_web::http::header::HeaderMap;
use roster_domain::Caller;
use roster_domain::ports::StoreError;
use roster_identity::{Authenticated, AuthenticationError};
use tokio::time::timeout;

use crate::credentials;
use crate::error::Code;
use crate::failure::Failure;
use crate::query::Query;
use crate::services::State;

/// Who it was, and what they showed, in the headers or in the query.
pub struct Shown {
    pub caller: Caller,
    headers: HeaderMap,
    query: Query,
}

/// Why nothing more is done for whoever it was.
#[derive(Debug, thiserror::Error)]
pub enum NoLonger {
    #[error("what its caller showed isn't valid any more")]
    ShutOut,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Shown {
    pub const fn of(caller: Caller, headers: HeaderMap, query: Query) -> Self {
        Self { caller, headers, query }
    }

    /// Whoever was let in once and is shut out since does no more.
    pub async fn look_again(&self, app: &State) -> Result<(), NoLonger> {
        let presented = credentials::presented(&self.headers, None, &self.query);
        match timeout(app.deadlines.one, app.identity.authenticate(&presented)).await {
            Ok(Ok(Authenticated { caller, .. })) if caller == self.caller => Ok(()),
            Ok(Err(AuthenticationError::Store(error))) => Err(error.into()),
            Ok(Ok(_) | Err(_)) => Err(NoLonger::ShutOut),
            Err(_) => Err(StoreError::unavailable("no answer in time").into()),
        }
    }
}

impl From<NoLonger> for Failure {
    fn from(no_longer: NoLonger) -> Self {
        match no_longer {
            NoLonger::ShutOut => Code::Unauthenticated.into(),
            NoLonger::Store(error) => error.into(),
        }
    }
}
