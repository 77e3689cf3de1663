//! New passwords as the commands take them: never as an argument, where every other user of the machine could read it.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};
use roster_domain::{EmailKey, NewPassword};
use roster_identity::refuse_guessable;
use secrecy::{ExposeSecret, SecretString};

/// Asked for twice on a terminal; else the first line of standard input.
///
/// # Errors
/// When it is no good for this address, or the two differ.
pub fn new(address: &EmailKey) -> anyhow::Result<NewPassword> {
    let typed = if io::stdin().is_terminal() { prompted()? } else { first_line(io::stdin().lock())? };
    let password = NewPassword::parse(typed.expose_secret()).context("the password")?;
    refuse_guessable(&password, Some(address)).context("the password")?;
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
