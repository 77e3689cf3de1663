//! What the operator does to accounts, on the command line.

use roster_domain::ports::StoreError;
use roster_domain::{AuditEvent, NewPassword, Origin, UserId};

use crate::{Identity, Refused};

impl Identity {
    /// Sets a user's password, which ends all their sessions; `false`: the user is gone.
    ///
    /// # Errors
    /// [`Refused::Busy`] and [`Refused::Store`] only.
    pub async fn set_password(&self, user: UserId, password: &NewPassword) -> Result<bool, Refused> {
        let hash = self.passwords.hash(password.expose()).await?;
        let entry = self.entry(AuditEvent::PasswordChanged, Some(user), &Origin::default());
        let set = self.store.operator.set_password(user, &hash, self.clock.now(), entry).await;
        self.revoke(user);
        Ok(set?)
    }

    /// Shuts a user out, which ends all their sessions, or lets one in again; `false`: the user is gone.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_disabled(&self, user: UserId, disabled: bool) -> Result<bool, StoreError> {
        let event = if disabled { AuditEvent::AccountDisabled } else { AuditEvent::AccountEnabled };
        let entry = self.entry(event, Some(user), &Origin::default());
        let set = self.store.operator.set_disabled(user, disabled, self.clock.now(), entry).await;
        self.revoke(user);
        set
    }
}
