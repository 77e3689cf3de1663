//! `/clients`.

use std::sync::Arc;

use roster_domain::ports::{ClientRepository, Result as StoreResult};
use roster_domain::{Account, Client, Keyset, Limit, ObjectId, Page};
use serde::Serialize;

use crate::answers::{self, ClientJson};
use crate::call::Call;
use crate::error::Code;
use crate::failure::Answer;
use crate::list::{self, Listing};
use crate::requests;

pub async fn create(call: Call) -> Answer {
    let account = call.account()?;
    let (name, region) = requests::clients::create(call.parts()?)?;
    let made = call.one(call.app.identity.create_client(&account, name, region)).await?;
    let (client, access_token) = made.ok_or(Code::Unauthenticated)?;
    let location = format!("{}/clients/{}", call.prefix(), client.id);
    answers::created("Client created successfully!", ClientJson::new(&client, &access_token), &location)
}

pub async fn list(call: Call) -> Answer {
    let account = call.account()?;
    let wanted = list::wanted::<Clients>(&call)?;
    let clients = Clients { repository: Arc::clone(&call.app.store.clients), account };
    list::answer(&call, clients, &wanted).await
}

/// Clients to be listed, oldest first.
struct Clients {
    repository: Arc<dyn ClientRepository>,
    account: Account,
}

impl Listing for Clients {
    type Item = Client;
    type Filter = requests::clients::Chosen;
    const ROUTE: &str = "/clients";
    const ORDER: &str = "oldest first";
    const MESSAGE: &str = "Client fetched successfully!";

    async fn page(&self, after: Option<ObjectId>, limit: Limit) -> StoreResult<Page<Client>> {
        self.repository.page(&self.account, Keyset { after: after.map(Into::into), limit }).await
    }

    fn id(client: &Client) -> ObjectId {
        ObjectId::from_bytes(*client.id.as_bytes())
    }

    fn row(client: &Client) -> impl Serialize {
        ClientJson::from(client)
    }
}
