//! Clients: what of them has to do with credentials.

use roster_domain::ports::{ClientDeletion, StoreError};
use roster_domain::{
    Account, AuditEvent, Client, ClientId, ClientName, ClientSessionId, Entropy, GroupTitle, IdSource, NewClient,
    NewCredentials, NewGroup, Precondition, Region, Timestamp,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::Identity;
use crate::identity::Actor;
use crate::tokens::new_client_token;

/// What a client that nobody named is called, and the group that every client begins with.
pub(crate) const DEFAULT: &str = "Default";

impl Identity {
    /// Makes a client with new credentials and its default group; answers it with its access token, which nobody can
    /// ever tell again. `None`: the user is gone.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn create_client(
        &self,
        account: &Account,
        name: ClientName,
        region: Option<Region>,
    ) -> Result<Option<(Client, SecretString)>, StoreError> {
        let (client, access_token) = self.new_client(name, region, self.clock.now());
        let client = self.store.clients.create(account, client).await?;
        Ok(client.map(|client| (client, access_token)))
    }

    /// Gives a client new credentials, of which nobody can ever tell the secret half again; the old ones are worth
    /// nothing from then on. `None`: there is no such client.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn replace_credentials(
        &self,
        actor: &Actor,
        id: ClientId,
    ) -> Result<Option<(Client, SecretString)>, StoreError> {
        let (access_token, token_hash) = new_client_token(&*self.entropy);
        let credentials = NewCredentials { session_id: new_session_id(&*self.entropy), token_hash };
        let entry = self.entry_on(AuditEvent::CredentialsReplaced, id, actor);
        let now = self.clock.now();
        let replaced = self.store.clients.replace_credentials(&actor.account, id, credentials, now, entry).await;
        self.revoke(actor.account.user());
        Ok(replaced?.map(|client| (client, access_token)))
    }

    /// Deletes a client with its groups, and with its contacts if they may go.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_client(
        &self,
        actor: &Actor,
        id: ClientId,
        with_contacts: bool,
        precondition: Precondition,
    ) -> Result<ClientDeletion, StoreError> {
        let entry = self.entry_on(AuditEvent::ClientDeleted, id, actor);
        let deleted = self.store.clients.delete(&actor.account, id, with_contacts, precondition, entry).await;
        self.revoke(actor.account.user());
        deleted
    }

    /// A client to be made, and the secret half of its credentials.
    pub(crate) fn new_client(
        &self,
        name: ClientName,
        region: Option<Region>,
        now: Timestamp,
    ) -> (NewClient, SecretString) {
        new_client(&self.ids, &*self.entropy, name, region, now)
    }
}

/// A client to be made that nobody has named, in an account that comes without one. Nobody knows the secret half of its
/// credentials: to be used, they are replaced.
#[must_use]
pub fn new_default_client(ids: &IdSource, entropy: &dyn Entropy, now: Timestamp) -> NewClient {
    new_client(ids, entropy, ClientName::from_stored(DEFAULT.to_owned()), None, now).0
}

fn new_client(
    ids: &IdSource,
    entropy: &dyn Entropy,
    name: ClientName,
    region: Option<Region>,
    now: Timestamp,
) -> (NewClient, SecretString) {
    let (access_token, token_hash) = new_client_token(entropy);
    let id = ids.next(now);
    let group = NewGroup {
        id: ids.next(now),
        title: GroupTitle::from_stored(DEFAULT.to_owned()),
        is_default: true,
        created_at: now,
        updated_at: now,
        legacy_version: 0,
    };
    let session_id = new_session_id(entropy);
    let client = NewClient { id, name, session_id, token_hash, region, created_at: now, updated_at: now, group };
    (client, access_token)
}

/// The public half of new credentials: a UUID v4.
fn new_session_id(entropy: &dyn Entropy) -> ClientSessionId {
    let mut random = [0; 16];
    entropy.fill(&mut random);
    let uuid: Uuid = uuid::Builder::from_random_bytes(random).into_uuid();
    ClientSessionId::from_stored(uuid.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_name_is_a_good_one() {
        assert!(ClientName::parse(DEFAULT).is_ok());
        assert!(GroupTitle::parse(DEFAULT).is_ok());
    }
}
