//! Who is calling, and what that lets them reach.

use crate::{ClientId, SessionId, UserId};

/// Somebody who proved who they are, or whom the operator's command line acts for. Nothing else makes one, and only from
/// one come the rights below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in user.
    User {
        /// Whose token it was.
        user: UserId,
        /// The session the token is of.
        session: SessionId,
        /// The client whose credentials came along: the call is narrowed to it.
        client: Option<ClientId>,
    },
    /// A client's credentials without a user's token: that client alone.
    Client {
        /// Whose client it is.
        user: UserId,
        /// The client.
        client: ClientId,
    },
}

/// The call needs a user, and only a client's credentials came: 403 `client_scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a client's credentials reach that client alone")]
pub struct ClientOnly;

impl Caller {
    /// The user in whose name the call is made.
    #[must_use]
    pub const fn user(&self) -> UserId {
        match self {
            Self::User { user, .. } | Self::Client { user, .. } => *user,
        }
    }

    /// The client the call is narrowed to, if any.
    #[must_use]
    pub const fn client(&self) -> Option<ClientId> {
        match self {
            Self::User { client, .. } => *client,
            Self::Client { client, .. } => Some(*client),
        }
    }

    /// What single ids, creates and "my" lists reach.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        Scope { user: self.user(), client: self.client() }
    }

    /// What `type=all` reaches: all the user's clients, whichever client's credentials came along.
    ///
    /// # Errors
    /// When only a client's credentials came.
    pub const fn whole_scope(&self) -> Result<Scope, ClientOnly> {
        match self {
            Self::User { user, .. } => Ok(Scope { user: *user, client: None }),
            Self::Client { .. } => Err(ClientOnly),
        }
    }

    /// The account itself, for the routes about users, sessions and clients.
    ///
    /// # Errors
    /// When only a client's credentials came.
    pub const fn account(&self) -> Result<Account, ClientOnly> {
        match self {
            Self::User { user, .. } => Ok(Account { user: *user }),
            Self::Client { .. } => Err(ClientOnly),
        }
    }
}

/// What a call reaches among contacts and groups: one client's, or those of all clients of one user. Never more than
/// one user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    user: UserId,
    client: Option<ClientId>,
}

impl Scope {
    /// The user, first in every key.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The one client it is narrowed to; `None` reaches all the user's.
    #[must_use]
    pub const fn client(&self) -> Option<ClientId> {
        self.client
    }
}

/// A user's own account: what below it isn't contacts and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    user: UserId,
}

impl Account {
    /// The user.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }
}

/// How much of its scope a list covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// One client: the scope's, or, where it isn't narrowed, the user's default client.
    OneClient,
    /// `type=all`: every client the scope reaches.
    AllClients,
}
