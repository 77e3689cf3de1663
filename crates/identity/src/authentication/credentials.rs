//! A client's credentials.

use roster_domain::ports::Result;
use roster_domain::{ClientCredential, ClientId, ClientSessionId, TokenHash, UserId};

use super::Presented;
use crate::Identity;
use crate::tokens::{hash, same};

/// What a caller's client credentials are worth.
pub(super) enum Credentials {
    /// Neither half came.
    Absent,
    /// They are those of this client.
    Valid { user: UserId, client: ClientId },
    /// They are nobody's; half a pair is a wrong pair.
    Wrong,
}

/// Compared with where there is no such client: the hash of nothing that anybody knows.
const NOBODY: TokenHash = TokenHash([0; 32]);

impl Identity {
    /// Whose client credentials these are.
    pub(super) async fn client_credentials(&self, presented: &Presented<'_>) -> Result<Credentials> {
        let (session, token) = match (presented.client_session, presented.client_token) {
            (None, None) => return Ok(Credentials::Absent),
            (Some(session), Some(token)) => (session, token),
            (Some(_), None) | (None, Some(_)) => return Ok(Credentials::Wrong),
        };
        let found = match ClientSessionId::parse(session) {
            Ok(session) => self.find_credential(session).await?,
            Err(_) => None,
        };
        let expected = found.as_ref().map_or(&NOBODY, |found| &found.token_hash);
        let right = same(expected, &hash(token));
        Ok(match found {
            Some(found) if right => Credentials::Valid { user: found.user, client: found.client },
            _ => Credentials::Wrong,
        })
    }

    /// As it is, or as it was a moment ago.
    async fn find_credential(&self, session: ClientSessionId) -> Result<Option<ClientCredential>> {
        let now = self.clock.now();
        if let Some(known) = self.memory.credential(&session, now) {
            return Ok(Some(known));
        }
        let moment = self.memory.moment(now);
        let found = self.store.finders.client_credential(&session).await?;
        if let Some(found) = &found {
            self.memory.remember_credential(session, found.clone(), moment);
        }
        Ok(found)
    }
}
