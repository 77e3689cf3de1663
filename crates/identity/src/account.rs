//! A user's own account: changed and erased, at the word of whoever knows its password.

use roster_domain::ports::{StoreError, UserErasure, UserUpdate};
use roster_domain::{
    AuditEntry, AuditEvent, Email, Invalid, NewPassword, PasswordChange, PersonName, Precondition, User, UserChanges,
};
use secrecy::{ExposeSecret, SecretString};

use crate::attempts::Outcome;
use crate::identity::Actor;
use crate::{Identity, Refused, refuse_guessable};

/// What is to be changed of an account: only what is given.
#[derive(Clone, Debug, Default)]
pub struct UserRequest {
    /// What the user signs in with.
    pub email: Option<Email>,
    /// First name.
    pub firstname: Option<PersonName>,
    /// Last name.
    pub lastname: Option<PersonName>,
    /// A new password.
    pub password: Option<NewPassword>,
    /// The password as it is: needed for a new address or a new password.
    pub current_password: Option<SecretString>,
}

/// Why an account wasn't changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The user is gone or disabled.
    #[error("the user is gone")]
    Gone,
    /// The current password isn't the one, or wasn't given where it is needed.
    #[error("the password is wrong")]
    WrongPassword,
    /// The new password is too easy to guess.
    #[error("the new password is refused")]
    NewPassword(Invalid),
    /// The address belongs to another account.
    #[error("the address belongs to another account")]
    EmailTaken,
    /// The user has changed since the caller looked.
    #[error("the user has changed")]
    Stale,
    /// Nobody looked at the password, or nothing could be done now.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl Identity {
    /// Changes an account. A new password ends all its sessions but the one it is changed in.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn update_user(
        &self,
        actor: &Actor,
        request: UserRequest,
        precondition: Precondition,
    ) -> Result<User, AccountError> {
        let user = self.store.users.get(&actor.account).await?.ok_or(AccountError::Gone)?;
        let UserRequest { email, firstname, lastname, password, current_password } = request;
        let verified = if email.is_some() || password.is_some() {
            let current = current_password.ok_or(AccountError::WrongPassword)?;
            Some(self.verified_hash(actor, &user, &current).await?)
        } else {
            None
        };
        let mut entries = Vec::new();
        if email.as_ref().is_some_and(|email| *email != user.email) {
            entries.push(self.entry_of(AuditEvent::EmailChanged, actor));
        }
        let password = match password {
            Some(password) => {
                let address = email.as_ref().unwrap_or(&user.email).key();
                refuse_guessable(&password, Some(&address)).map_err(AccountError::NewPassword)?;
                entries.push(self.entry_of(AuditEvent::PasswordChanged, actor));
                let hash = self.passwords.hash(password.expose()).await.map_err(Refused::from)?;
                Some(PasswordChange { hash, keep: actor.session })
            }
            None => None,
        };
        let ends_sessions = password.is_some();
        let changes = UserChanges { email, firstname, lastname, password };
        let now = self.clock.now();
        let users = &self.store.users;
        let updated = users.update(&actor.account, changes, verified.as_deref(), precondition, now, entries).await;
        if ends_sessions {
            self.revoke(actor.account.user());
        }
        match updated? {
            UserUpdate::Done(user) => Ok(user),
            UserUpdate::Absent => Err(AccountError::Gone),
            UserUpdate::EmailTaken => Err(AccountError::EmailTaken),
            UserUpdate::PasswordChanged => Err(AccountError::WrongPassword),
            UserUpdate::Stale => Err(AccountError::Stale),
        }
    }

    /// Erases an account with everything below it: for callers at once, in the store step by step.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn erase_user(
        &self,
        actor: &Actor,
        password: &SecretString,
        precondition: Precondition,
    ) -> Result<(), AccountError> {
        let user = self.store.users.get(&actor.account).await?.ok_or(AccountError::Gone)?;
        let verified = self.verified_hash(actor, &user, password).await?;
        // Nobody's, since the account's own entries go with it.
        let entry = self.entry(AuditEvent::AccountErased, None, &actor.origin);
        let entry = AuditEntry { subject: Some(user.id.to_string()), ..entry };
        let erased = self.store.users.erase(&actor.account, &verified, precondition, self.clock.now(), entry).await;
        self.revoke(user.id);
        match erased? {
            UserErasure::Done => Ok(()),
            UserErasure::Absent => Err(AccountError::Gone),
            UserErasure::PasswordChanged => Err(AccountError::WrongPassword),
            UserErasure::Stale => Err(AccountError::Stale),
        }
    }

    /// The stored hash, once it is seen that this is its password. It counts as a guess like any other.
    async fn verified_hash(&self, actor: &Actor, user: &User, password: &SecretString) -> Result<String, AccountError> {
        let booked = self.book_guess(&user.email.key(), &actor.origin).await?;
        let looked = self.look_at_own(actor, password).await;
        self.settle(booked, Outcome::of(&looked)).await;
        looked?.ok_or(AccountError::WrongPassword)
    }

    /// The stored hash, if this is its password.
    async fn look_at_own(&self, actor: &Actor, password: &SecretString) -> Result<Option<String>, Refused> {
        let hash = self.store.users.password_hash(&actor.account).await?;
        let right = self.passwords.verify(password.expose_secret(), hash.as_deref()).await?;
        if !right {
            self.store.audit.append(self.entry_of(AuditEvent::PasswordRefused, actor)).await?;
        }
        Ok(hash.filter(|_| right))
    }
}
