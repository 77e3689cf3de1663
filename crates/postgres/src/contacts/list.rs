//! Which contacts a list holds: each case has its own statement, so that each can use its own index.

use roster_domain::{ClientId, ContactFilter, GroupId, Scope, Span, UserId};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::rows::id;

/// A list as it was asked for.
#[derive(Clone, Copy)]
pub(crate) enum List {
    /// All the user's.
    User,
    /// One client's.
    Client(ClientId),
    /// The default client's.
    DefaultClient,
    /// One group's, if it is this client's.
    GroupOf(ClientId, GroupId),
    /// One group's, of whichever of the user's clients.
    Group(GroupId),
}

impl List {
    pub(crate) fn of(scope: &Scope, span: Span, filter: &ContactFilter) -> Self {
        match (scope.client(), filter.group_id, span) {
            (Some(client), Some(group), _) => Self::GroupOf(client, group),
            (Some(client), None, _) => Self::Client(client),
            (None, Some(group), _) => Self::Group(group),
            (None, None, Span::OneClient) => Self::DefaultClient,
            (None, None, Span::AllClients) => Self::User,
        }
    }

    /// The same list with its client looked up, for acts of several statements; `None`: there is no such group or
    /// client, so the list is empty.
    pub(crate) async fn extent(self, connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Extent>> {
        let user = user.as_bytes().as_slice();
        Ok(match self {
            Self::User => Some(Extent::User),
            Self::Client(client) => Some(Extent::Client(client)),
            Self::GroupOf(client, group) => Some(Extent::Group(client, group)),
            Self::DefaultClient => {
                let client = sqlx::query_scalar!("SELECT id FROM clients WHERE user_id = $1 AND is_default", user)
                    .fetch_optional(connection)
                    .await?;
                client.map(|client| id(&client, "clients.id").map(Extent::Client)).transpose()?
            }
            Self::Group(group) => {
                let client = sqlx::query_scalar!(
                    "SELECT client_id FROM contact_groups WHERE user_id = $1 AND id = $2",
                    user,
                    group.as_bytes().as_slice(),
                )
                .fetch_optional(connection)
                .await?;
                let client = client.map(|client| id(&client, "contact_groups.client_id")).transpose()?;
                client.map(|client| Extent::Group(client, group))
            }
        })
    }
}

/// A stretch of an index: all of a user's contacts, a client's, or a group's.
#[derive(Clone, Copy)]
pub(crate) enum Extent {
    User,
    Client(ClientId),
    Group(ClientId, GroupId),
}

impl Extent {
    /// Adds the condition that a contact `c` is in it.
    pub(super) fn push(self, query: &mut QueryBuilder<Postgres>, user: UserId) {
        query.push("c.user_id = ").push_bind(user.as_bytes().to_vec());
        if let Self::Client(client) | Self::Group(client, _) = self {
            query.push(" AND c.client_id = ").push_bind(client.as_bytes().to_vec());
        }
        if let Self::Group(_, group) = self {
            query.push(" AND c.group_id = ").push_bind(group.as_bytes().to_vec());
        }
    }
}
