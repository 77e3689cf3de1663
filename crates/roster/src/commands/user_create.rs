//! `roster user create`

use anyhow::{Context, bail};
use roster_domain::Origin;
use roster_identity::{SignUp, SignUpError, SignedUp};
use secrecy::ExposeSecret;

use super::password;
use super::with_store::with_store;
use crate::cli::{SignUpFields, UserCreateArgs};
use crate::entropy::SystemEntropy;
use crate::output::say;
use crate::services::services;
use crate::{keys, telemetry};

/// Makes an account, also where strangers may not, and shows the credentials of its client this once.
///
/// # Errors
/// When the password is no good, the address is taken, or the store can't be reached or isn't migrated.
pub fn run(args: UserCreateArgs) -> anyhow::Result<()> {
    let settings = super::settings(args.settings, Vec::new())?;
    telemetry::start(&settings.log)?;
    let SignUpFields { email, firstname, lastname } = args.fields;
    let password = password::new(&email.key())?;
    let keys = keys::ring(&settings.auth, &settings.store.url, &SystemEntropy)?;
    let SignedUp { user, client, access_token } = with_store(&settings.store, async |store| {
        let identity = services(store, keys, &settings.auth).identity;
        let request = SignUp { email, password, firstname, lastname };
        match identity.create_user(request, &Origin::default()).await {
            Err(SignUpError::EmailTaken) => bail!("that address has an account already"),
            made => made.context("the account can't be made"),
        }
    })?;
    say(format_args!("user          {}", user.id));
    say(format_args!("client        {}", client.id));
    say(format_args!("session_id    {}", client.session_id.as_str()));
    say(format_args!("access_token  {}  (shown this once)", access_token.expose_secret()));
    Ok(())
}
