//! New accounts.

use roster_domain::{
    AuditEvent, Client, ClientName, Email, NewAccount, NewPassword, NewUser, Origin, PersonName, User,
};
use secrecy::SecretString;

use crate::clients::DEFAULT;
use crate::{Identity, Refused};

/// What an account is made from. That the password is neither a common one nor the address
/// ([`refuse_guessable`](crate::refuse_guessable)) has been seen to where it was parsed.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// What the user signs in with.
    pub email: Email,
    /// The password.
    pub password: NewPassword,
    /// May be empty.
    pub firstname: PersonName,
    /// May be empty.
    pub lastname: PersonName,
}

/// A new account.
#[derive(Debug)]
pub struct SignedUp {
    /// The user.
    pub user: User,
    /// The default client.
    pub client: Client,
    /// That client's access token, `rct_…`: told this once.
    pub access_token: SecretString,
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Only the operator makes accounts.
    #[error("registration is closed")]
    RegistrationClosed,
    /// The address belongs to an account already.
    #[error("the address belongs to an account already")]
    EmailTaken,
    /// Too many accounts were asked for from this address, or nothing could be done now.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Identity {
    /// Makes an account for whoever asks, if registration is open: the user, the default client, its default group.
    ///
    /// # Errors
    /// See [`SignUpError`].
    pub async fn sign_up(&self, request: SignUp, origin: &Origin) -> Result<SignedUp, SignUpError> {
        if !self.registration_open() {
            return Err(SignUpError::RegistrationClosed);
        }
        self.book_sign_up(origin).await?;
        self.create_user(request, origin).await
    }

    /// Makes an account at the operator's word, also while registration is closed.
    ///
    /// # Errors
    /// See [`SignUpError`]; never [`SignUpError::RegistrationClosed`] or [`Refused::TooMany`].
    pub async fn create_user(&self, request: SignUp, origin: &Origin) -> Result<SignedUp, SignUpError> {
        self.make_account(request, origin).await?.ok_or(SignUpError::EmailTaken)
    }

    /// An account, unless the address has one.
    async fn make_account(&self, request: SignUp, origin: &Origin) -> Result<Option<SignedUp>, Refused> {
        let SignUp { email, password, firstname, lastname } = request;
        // Saves the hash, no more: between here and there the address can still be taken, and the store decides.
        if self.store.finders.sign_in(&email.key()).await?.is_some() {
            return Ok(None);
        }
        let password_hash = self.passwords.hash(password.expose()).await?;
        let now = self.clock.now();
        let id = self.ids.next(now);
        let user = User { id, email, firstname, lastname, created_at: now, updated_at: now, revision: 0 };
        let (client, access_token) = self.new_client(ClientName::from_stored(DEFAULT.to_owned()), None, now);
        let account = NewAccount { user: NewUser { user, password_hash }, client };
        let entry = self.entry(AuditEvent::AccountCreated, Some(account.user.user.id), origin);
        let made = self.store.users.create_account(account, entry).await?;
        Ok(made.map(|(user, client)| SignedUp { user, client, access_token }))
    }
}
