//! The accounts below which everything is measured: made over HTTP, so that whatever a store keeps of them is right.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use ureq::Agent;

use crate::layout::USERS;

/// A user with its one client.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: [u8; 12],
    pub client: [u8; 12],
    /// The default group first.
    pub groups: Vec<[u8; 12]>,
    pub session_id: String,
    pub access_token: String,
    pub bearer: String,
}

impl Account {
    /// The header lines that a caller shows, as the client or as the user.
    pub fn headers(&self, bearer: bool) -> String {
        if bearer {
            format!("authorization: Bearer {}\r\n", self.bearer)
        } else {
            format!("x-client-session: {}\r\nx-client-token: {}\r\n", self.session_id, self.access_token)
        }
    }
}

const PASSWORD: &str = "tide pool at noon";

/// Groups of a client beside its default group.
const MORE_GROUPS: [&str; 2] = ["Customers", "Neighbours"];

pub fn sign_up(server: &str, file: &Path) -> anyhow::Result<()> {
    let agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut lines = String::new();
    for user in 0..USERS {
        let account = one(&agent, server, user).with_context(|| format!("account {user}"))?;
        let groups: Vec<String> = account.groups.iter().map(|group| hex(group)).collect();
        writeln!(
            lines,
            "{}\t{}\t{}\t{}\t{}\t{}",
            hex(&account.user),
            hex(&account.client),
            groups.join(","),
            account.session_id,
            account.access_token,
            account.bearer
        )?;
    }
    std::fs::write(file, lines)?;
    Ok(())
}

fn one(agent: &Agent, server: &str, user: usize) -> anyhow::Result<Account> {
    let credentials = json!({"email": format!("ada-{user}@example.org"), "password": PASSWORD});
    // A proxy would say this of callers from many places; from one place so many sign-ups would be slowed down.
    let from = format!("192.0.2.{}", user % 250 + 1);
    let post = |path: &str, bearer: Option<&str>, body: &Value| -> anyhow::Result<Value> {
        let mut request = agent.post(format!("http://{server}{path}")).header("x-forwarded-for", &from);
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let mut answer = request.send_json(body)?;
        let status = answer.status();
        let body: Value = answer.body_mut().read_json()?;
        if !status.is_success() {
            bail!("POST {path} was answered {status}: {body}");
        }
        Ok(body["data"].clone())
    };
    let made = post("/users", None, &credentials)?;
    let bearer = text(&post("/sessions", None, &credentials)?, "accessToken")?;
    let mut listed = agent
        .get(format!("http://{server}/contact_groups"))
        .header("authorization", format!("Bearer {bearer}"))
        .call()?;
    let listed: Value = listed.body_mut().read_json()?;
    let mut groups = vec![id(&listed["data"][0], "_id")?];
    for title in MORE_GROUPS {
        groups.push(id(&post("/contact_groups", Some(&bearer), &json!({"title": title}))?, "_id")?);
    }
    let client = &made["client"];
    Ok(Account {
        user: id(&made, "_id")?,
        client: id(client, "_id")?,
        groups,
        session_id: text(client, "session_id")?,
        access_token: text(client, "access_token")?,
        bearer,
    })
}

fn text(value: &Value, member: &str) -> anyhow::Result<String> {
    value[member].as_str().map(str::to_owned).with_context(|| format!("the answer has no {member}"))
}

fn id(value: &Value, member: &str) -> anyhow::Result<[u8; 12]> {
    unhex(&text(value, member)?)
}

pub fn read(file: &Path) -> anyhow::Result<Vec<Account>> {
    let accounts: Vec<Account> = std::fs::read_to_string(file)?.lines().map(parse).collect::<Result<_, _>>()?;
    if accounts.len() != USERS {
        bail!("{} holds {} accounts, not {USERS}", file.display(), accounts.len());
    }
    Ok(accounts)
}

fn parse(line: &str) -> anyhow::Result<Account> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [user, client, groups, session_id, access_token, bearer] = fields[..] else {
        bail!("no account: {} fields", fields.len());
    };
    Ok(Account {
        user: unhex(user)?,
        client: unhex(client)?,
        groups: groups.split(',').map(unhex).collect::<Result<_, _>>()?,
        session_id: session_id.to_owned(),
        access_token: access_token.to_owned(),
        bearer: bearer.to_owned(),
    })
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> anyhow::Result<[u8; 12]> {
    let number =
        u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 24).context("an id isn't 24 hex digits")?;
    let mut id = [0; 12];
    id.copy_from_slice(&number.to_be_bytes()[4..]);
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        let id = *b"\x64\xa8\x72\x71\xec\xcf\x5b\x76\xca\x8e\x15\xee";
        assert_eq!(hex(&id), "64a87271eccf5b76ca8e15ee");
        assert_eq!(unhex(&hex(&id)).unwrap(), id);
        assert!(unhex("64a8").is_err());
    }
}
