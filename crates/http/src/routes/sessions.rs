//! `/sessions`.

use std::sync::Arc;

use actix_web::http::header::USER_AGENT;
use roster_domain::ports::{Result as StoreResult, SessionRepository};
use roster_domain::{Account, Keyset, Limit, PlacedPage, Session, SessionId, Timestamp};
use secrecy::ExposeSecret;

use crate::answers::{self, Data, Deleted, SessionJson, SignedInJson};
use crate::call::Call;
use crate::error::Code;
use crate::failure::Answer;
use crate::input::Input;
use crate::list::{self, Listing};
use crate::requests::{self, lists::Unfiltered};

const ENDED: &str = "Session deleted successfully!";

pub async fn create(input: Input) -> Answer {
    let wanted = requests::sessions::sign_in(input.parts()?)?;
    let user_agent = input.request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (password, origin) = (wanted.password.expose_secret(), input.origin());
    let signed_in = input.one(input.app.identity.sign_in(&wanted.email, password, user_agent, &origin)).await?;
    let location = format!("{}/sessions/{}", input.prefix(), signed_in.session);
    answers::created("Session created successfully!", SignedInJson::from(&signed_in), &location)
}

pub async fn refresh(input: Input) -> Answer {
    let token = requests::sessions::refresh(input.parts()?)?;
    let signed_in = input.one(input.app.identity.refresh(token.expose_secret(), &input.origin())).await?;
    answers::ok("Session refreshed successfully!", SignedInJson::from(&signed_in))
}

pub async fn list(call: Call) -> Answer {
    let actor = call.actor()?;
    let asked = list::asked::<Sessions>(&call)?;
    let (repository, at) = (Arc::clone(&call.app.store.sessions), call.app.clock.now());
    let sessions = Sessions { repository, account: actor.account, current: actor.session, at };
    list::answer(&call, sessions, &asked).await
}

pub async fn delete(call: Call) -> Answer {
    let (actor, id) = (call.actor()?, call.session_id()?);
    requests::nothing(call.parts()?)?;
    if call.one(call.app.identity.end_session(&actor, id)).await? {
        answers::ok(ENDED, Deleted::things(1))
    } else {
        Err(Code::NotFound.into())
    }
}

/// Ends the session that the call is made in, or all.
pub async fn delete_own(call: Call) -> Answer {
    let actor = call.actor()?;
    if requests::sessions::end(call.parts()?)? {
        let ended = call.one(call.app.identity.end_all_sessions(&actor)).await?;
        return answers::ok(ENDED, Deleted::things(ended));
    }
    let ended = call.one(call.app.identity.end_session(&actor, actor.session)).await?;
    answers::ok(ENDED, Deleted::things(u64::from(ended)))
}

/// The account's sessions that live, newest first.
struct Sessions {
    repository: Arc<dyn SessionRepository>,
    account: Account,
    current: SessionId,
    at: Timestamp,
}

/// One of them, and which the call is made in.
struct Listed {
    session: Session,
    current: SessionId,
}

impl Listing for Sessions {
    type Item = Listed;
    type Filter = Unfiltered;
    type Place = SessionId;
    const ROUTE: &str = "/sessions";
    const ORDER: &str = "newest first";
    const MESSAGE: &str = "Session fetched successfully!";

    async fn page(&self, after: Option<SessionId>, limit: Limit) -> StoreResult<PlacedPage<Listed, SessionId>> {
        let page = self.repository.page(&self.account, self.at, Keyset { after, limit }).await?;
        Ok(page.placed(|session| session.id).map(|session| Listed { session, current: self.current }))
    }

    fn row(listed: &Listed) -> impl Data {
        SessionJson::new(&listed.session, listed.current)
    }
}
