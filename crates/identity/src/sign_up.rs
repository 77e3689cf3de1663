//! New accounts.

use roster_domain::ports::StoreError;
use roster_domain::{Client, ClientName, Email, NewAccount, NewPassword, NewUser, PersonName, User};
use secrecy::SecretString;

use crate::Identity;
use crate::clients::DEFAULT;
use crate::passwords::HashingError;

/// What an account is made from. That the password isn't a common one ([`refuse_common`](crate::refuse_common)) has
/// been seen to where it was parsed.
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
    /// Too many passwords wait to be hashed. Nothing was begun; trying again later may help.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HashingError> for SignUpError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            HashingError::Defect(_) | HashingError::Lost => Self::Store(StoreError::failed(error)),
        }
    }
}

impl Identity {
    /// Makes an account for whoever asks, if registration is open: the user, the default client, its default group.
    ///
    /// # Errors
    /// See [`SignUpError`].
    pub async fn sign_up(&self, request: SignUp) -> Result<SignedUp, SignUpError> {
        if !self.registration_open() {
            return Err(SignUpError::RegistrationClosed);
        }
        self.create_user(request).await
    }

    /// Makes an account at the operator's word, also while registration is closed.
    ///
    /// # Errors
    /// See [`SignUpError`]; never [`SignUpError::RegistrationClosed`].
    pub async fn create_user(&self, request: SignUp) -> Result<SignedUp, SignUpError> {
        let SignUp { email, password, firstname, lastname } = request;
        // Saves the hash, no more: between here and there the address can still be taken, and the store decides.
        if self.store.finders.sign_in(&email.key()).await?.is_some() {
            return Err(SignUpError::EmailTaken);
        }
        let password_hash = self.passwords.hash(&password).await?;
        let now = self.clock.now();
        let user = User { id: self.ids.next(now), email, firstname, lastname, created_at: now, updated_at: now };
        let (client, access_token) = self.new_client(ClientName::from_stored(DEFAULT.to_owned()), None, now);
        let account = NewAccount { user: NewUser { user, password_hash }, client };
        let made = self.store.users.create_account(account).await?;
        let (user, client) = made.ok_or(SignUpError::EmailTaken)?;
        Ok(SignedUp { user, client, access_token })
    }
}
