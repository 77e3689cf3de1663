//! `/clients`.

use std::sync::Arc;

use roster_domain::ports::{ClientDeletion, ClientRepository, ClientUpdate, Result as StoreResult};
use roster_domain::{Account, Client, ClientId, Keyset, Limit, PlacedPage};

use crate::answers::{self, ClientJson, Data, Deleted};
use crate::call::Call;
use crate::conditional::{Tag, precondition};
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::list::{self, Listing};
use crate::requests::{self, lists::Unfiltered};

const FETCHED: &str = "Client fetched successfully!";

pub async fn create(call: Call) -> Answer {
    let account = call.account()?;
    let (name, region) = requests::clients::create(call.parts()?)?;
    let made = call.one(call.app.identity.create_client(&account, name, region)).await?;
    let (client, access_token) = made.ok_or_else(Failure::gone)?;
    let location = format!("{}/clients/{}", call.prefix(), client.id);
    answers::created_in(
        "Client created successfully!",
        ClientJson::new(&client, &access_token),
        &location,
        &Tag::of(client.version()),
    )
}

pub async fn list(call: Call) -> Answer {
    let account = call.account()?;
    let asked = list::asked::<Clients>(&call)?;
    let clients = Clients { repository: Arc::clone(&call.app.store.clients), account };
    list::answer(&call, clients, &asked).await
}

pub async fn get(call: Call) -> Answer {
    let (account, id) = (call.account()?, call.id()?);
    requests::nothing(call.parts()?)?;
    call.reach_client(id)?;
    let client = call.one(call.app.store.clients.get(&account, id)).await?.ok_or(Code::NotFound)?;
    answers::state(&call, FETCHED, ClientJson::from(&client), &Tag::of(client.version()))
}

pub async fn update(call: Call) -> Answer {
    let (account, id) = (call.account()?, call.id()?);
    let precondition = precondition(call.request.headers())?;
    let changes = requests::clients::update(call.parts()?)?;
    call.reach_client(id)?;
    let (clients, now) = (&call.app.store.clients, call.app.clock.now());
    match call.one(clients.update(&account, id, changes, precondition, now)).await? {
        ClientUpdate::Done(client) => {
            answers::ok_in("Client updated successfully!", ClientJson::from(&client), &Tag::of(client.version()))
        }
        ClientUpdate::Absent => Err(Code::NotFound.into()),
        ClientUpdate::DefaultClient => Err(Code::DefaultClient.into()),
        ClientUpdate::Stale => Err(Code::PreconditionFailed.into()),
    }
}

pub async fn delete(call: Call) -> Answer {
    let (actor, id) = (call.actor()?, call.id()?);
    let precondition = precondition(call.request.headers())?;
    let with_contacts = requests::clients::delete(call.parts()?)?;
    call.reach_client(id)?;
    match call.bulk(call.app.identity.delete_client(&actor, id, with_contacts, precondition)).await? {
        ClientDeletion::Done { contacts } => {
            answers::ok("Client deleted successfully!", Deleted::with_contacts(contacts))
        }
        ClientDeletion::Absent => Err(Code::NotFound.into()),
        ClientDeletion::DefaultClient => Err(Code::DefaultClient.into()),
        ClientDeletion::NotEmpty => Err(Code::NotEmpty.into()),
        ClientDeletion::Stale => Err(Code::PreconditionFailed.into()),
    }
}

pub async fn replace_credentials(call: Call) -> Answer {
    let (actor, id) = (call.actor()?, call.id()?);
    requests::nothing(call.parts()?)?;
    call.reach_client(id)?;
    let replaced = call.one(call.app.identity.replace_credentials(&actor, id)).await?;
    let (client, access_token) = replaced.ok_or(Code::NotFound)?;
    let location = format!("{}/clients/{id}", call.prefix());
    answers::created("Client credentials created successfully!", ClientJson::new(&client, &access_token), &location)
}

/// Clients to be listed, oldest first.
struct Clients {
    repository: Arc<dyn ClientRepository>,
    account: Account,
}

impl Listing for Clients {
    type Item = Client;
    type Filter = Unfiltered;
    type Place = ClientId;
    const ROUTE: &str = "/clients";
    const ORDER: &str = "oldest first";
    const MESSAGE: &str = FETCHED;

    async fn page(&self, after: Option<ClientId>, limit: Limit) -> StoreResult<PlacedPage<Client, ClientId>> {
        Ok(self.repository.page(&self.account, Keyset { after, limit }).await?.placed(|client| client.id))
    }

    fn row(client: &Client) -> impl Data {
        ClientJson::from(client)
    }
}
