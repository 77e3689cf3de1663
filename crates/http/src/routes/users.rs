//! `/users`.

use std::sync::Arc;

use roster_domain::ports::{AuditRepository, Result as StoreResult};
use roster_domain::{Account, AuditEntry, AuditId, Keyset, Limit, PlacedPage};
use roster_identity::AccountError;

use crate::answers::{self, AuditEntryJson, Data, Deleted, SignedUpJson, UserJson};
use crate::call::Call;
use crate::conditional::{Tag, precondition};
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::input::Input;
use crate::list::{self, Listing};
use crate::requests::{self, lists::Unfiltered};

pub async fn create(input: Input) -> Answer {
    // Told before anything of the body is looked at.
    if !input.app.identity.registration_open() {
        return Err(Code::RegistrationClosed.into());
    }
    let sign_up = requests::users::sign_up(input.parts()?)?;
    let signed_up = input.one(input.app.identity.sign_up(sign_up, &input.origin())).await?;
    let location = format!("{}/users/me", input.prefix());
    answers::created_in(
        "User created successfully!",
        SignedUpJson::from(&signed_up),
        &location,
        &Tag::of(signed_up.user.version()),
    )
}

pub async fn get(call: Call) -> Answer {
    let account = call.account()?;
    requests::nothing(call.parts()?)?;
    let user = call.one(call.app.store.users.get(&account)).await?.ok_or_else(Failure::gone)?;
    answers::state(&call, "User fetched successfully!", UserJson::from(&user), &Tag::of(user.version()))
}

pub async fn update(call: Call) -> Answer {
    let actor = call.actor()?;
    let precondition = precondition(call.request.headers())?;
    let request = requests::users::update(call.parts()?)?;
    let user = call.one(call.app.identity.update_user(&actor, request, precondition)).await?;
    answers::ok_in("User updated successfully!", UserJson::from(&user), &Tag::of(user.version()))
}

pub async fn delete(call: Call) -> Answer {
    let actor = call.actor()?;
    let precondition = precondition(call.request.headers())?;
    let password = requests::users::erase(call.parts()?)?;
    call.one(async {
        call.app.identity.erase_user(&actor, &password, precondition).await.map_err(|error| match error {
            AccountError::WrongPassword => Failure::mismatch("password"),
            error => error.into(),
        })
    })
    .await?;
    answers::ok("User deleted successfully!", Deleted::things(1))
}

pub async fn audit(call: Call) -> Answer {
    let account = call.account()?;
    let asked = list::asked::<Trail>(&call)?;
    let trail = Trail { repository: Arc::clone(&call.app.store.audit), account };
    list::answer(&call, trail, &asked).await
}

/// The account's audit trail, newest first.
struct Trail {
    repository: Arc<dyn AuditRepository>,
    account: Account,
}

impl Listing for Trail {
    type Item = AuditEntry;
    type Filter = Unfiltered;
    type Place = AuditId;
    const ROUTE: &str = "/users/me/audit";
    const ORDER: &str = "newest first";
    const MESSAGE: &str = "Audit trail fetched successfully!";

    async fn page(&self, after: Option<AuditId>, limit: Limit) -> StoreResult<PlacedPage<AuditEntry, AuditId>> {
        Ok(self.repository.page(&self.account, Keyset { after, limit }).await?.placed(|entry| entry.id))
    }

    fn row(entry: &AuditEntry) -> impl Data {
        AuditEntryJson::from(entry)
    }
}
