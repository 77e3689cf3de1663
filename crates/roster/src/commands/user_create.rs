//! `roster user create`

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};
use roster_domain::NewPassword;
use roster_identity::{SignUp, SignUpError, SignedUp, refuse_common};
use secrecy::{ExposeSecret, SecretString};

use crate::cli::{SignUpFields, UserCreateArgs};
use crate::entropy::SystemEntropy;
use crate::keys;
use crate::output::say;
use crate::services::services;
use crate::store::{OpenStore, Pending};
use crate::telemetry;

/// Makes an account, also where strangers may not, and shows the credentials of its client this once.
///
/// # Errors
/// When the password is no good, the address is taken, or the store can't be reached or isn't migrated.
pub fn run(args: UserCreateArgs) -> anyhow::Result<()> {
    let settings = super::settings(args.settings, Vec::new())?;
    telemetry::start(&settings.log)?;
    let password = new_password()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let SignedUp { user, client, access_token } = runtime.block_on(async {
        let keys = keys::ring(&settings.auth, &settings.store.url, &SystemEntropy)?;
        let store = OpenStore::open(&settings.store, Pending::Refuse).await?;
        let identity = services(store.ports(), keys, &settings.auth).identity;
        let SignUpFields { email, firstname, lastname } = args.fields;
        let made = identity.create_user(SignUp { email, password, firstname, lastname }).await;
        store.close().await;
        match made {
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

/// Asked for twice on a terminal; else the first line of standard input.
fn new_password() -> anyhow::Result<NewPassword> {
    let typed = if io::stdin().is_terminal() { prompted()? } else { first_line(io::stdin().lock())? };
    let password = NewPassword::parse(typed.expose_secret()).context("the password")?;
    refuse_common(&password).context("the password")?;
    Ok(password)
}

fn prompted() -> anyhow::Result<SecretString> {
    let first = SecretString::from(rpassword::prompt_password("Password: ")?);
    let again = SecretString::from(rpassword::prompt_password("Once more: ")?);
    if first.expose_secret() != again.expose_secret() {
        bail!("those were two different passwords");
    }
    Ok(first)
}

fn first_line(input: impl BufRead) -> anyhow::Result<SecretString> {
    // More than any password, and no endless line.
    let mut line = String::with_capacity(4096);
    input.take(4096).read_line(&mut line).context("can't read the password from standard input")?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])))
}
