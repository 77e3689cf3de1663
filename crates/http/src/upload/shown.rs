//! What was shown by whoever sends a long body: it is looked at anew while that comes, and before anything is done.

use actix_web::http::header::HeaderMap;
use roster_domain::ports::StoreError;
use roster_domain::{Caller, Timestamp};
use roster_identity::{Authenticated, AuthenticationError};

use crate::credentials;
use crate::error::Code;
use crate::failure::Failure;
use crate::in_time::in_time;
use crate::query::Query;
use crate::services::State;

/// Who it was, and what they showed, in the headers or in the query.
pub struct Shown {
    pub caller: Caller,
    /// When they showed it.
    pub at: Timestamp,
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
    pub const fn of(caller: Caller, at: Timestamp, headers: HeaderMap, query: Query) -> Self {
        Self { caller, at, headers, query }
    }

    /// Whoever was let in once and is shut out since does no more. An access token must not have expired by this instant.
    pub async fn look_again(&self, app: &State, unexpired: Timestamp) -> Result<(), NoLonger> {
        let presented = credentials::presented(&self.headers, None, &self.query);
        match in_time(app.deadlines.one, app.identity.authenticate_shown_at(&presented, unexpired)).await {
            Ok(Authenticated { caller, .. }) if caller == self.caller => Ok(()),
            Err(AuthenticationError::Store(error)) => Err(error.into()),
            Ok(_) | Err(_) => Err(NoLonger::ShutOut),
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
