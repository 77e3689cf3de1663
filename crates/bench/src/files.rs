//! Files of contacts: made, handed over, and taken back.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use ureq::{Agent, SendBody};

use crate::accounts::Account;
use crate::chance::Chance;
use crate::people::People;

/// From one look at an import to the next.
const PAUSE: Duration = Duration::from_millis(20);

/// Writes a CSV file with so many people to standard output.
pub fn people(rows: u64, seed: u64) -> anyhow::Result<()> {
    let (people, mut chance) = (People::new(), Chance::new(seed));
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "Full Name,Phone")?;
    for _ in 0..rows {
        // No piece of a name or a number needs quotes.
        let name = people.name(&mut chance);
        writeln!(out, "{name},{}", People::number(&mut chance))?;
    }
    Ok(out.flush()?)
}

/// Hands a file over as the first account's client, and waits until it is in.
pub fn upload(server: &str, account: &Account, file: &Path, rows: u64) -> anyhow::Result<()> {
    let agent = agent();
    let mut file = File::open(file)?;
    let mut answer = agent
        .post(format!("http://{server}/imports"))
        .header("x-client-session", &account.session_id)
        .header("x-client-token", &account.access_token)
        .content_type("text/csv")
        .send(SendBody::from_reader(&mut file))?;
    let mut import: Value = answer.body_mut().read_json()?;
    ensure!(answer.status() == 202, "it was answered {}: {import}", answer.status());
    loop {
        let data = &import["data"];
        match data["state"].as_str() {
            Some("completed") => {
                let read = data["counts"]["read"].as_u64();
                ensure!(read == Some(rows), "{read:?} rows were read of {rows}");
                return Ok(());
            }
            Some("receiving" | "waiting" | "running") => sleep(PAUSE),
            _ => bail!("the import has come to nothing: {import}"),
        }
        let id = data["_id"].as_str().context("an import has an _id")?.to_owned();
        let mut answer = get(&agent, server, account, &format!("/imports/{id}"))?;
        import = answer.body_mut().read_json()?;
    }
}

/// Takes all contacts of the first account's client as a CSV file. None of their fields has a line end in it.
pub fn download(server: &str, account: &Account, rows: u64) -> anyhow::Result<()> {
    let mut answer = get(&agent(), server, account, "/contact/export?format=csv")?;
    ensure!(answer.status() == 200, "it was answered {}", answer.status());
    let (mut reader, mut buffer, mut lines) = (answer.body_mut().as_reader(), vec![0; 256 << 10], 0_u64);
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            read => lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64,
        }
    }
    // The first line names the columns.
    ensure!(lines == rows + 1, "{lines} lines came for {rows} contacts");
    Ok(())
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().new_agent()
}

fn get(agent: &Agent, server: &str, account: &Account, path: &str) -> anyhow::Result<ureq::http::Response<ureq::Body>> {
    let request = agent
        .get(format!("http://{server}{path}"))
        .header("x-client-session", &account.session_id)
        .header("x-client-token", &account.access_token);
    Ok(request.call()?)
}
