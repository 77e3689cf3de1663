//! A whole list of a million contacts: the server sends it without ever holding it.

use std::fs;
use std::io::{BufRead, BufReader};

use rstest::rstest;
use serde_json::Value;

use crate::api::Api;
use crate::place::{Kind, Place};

const CONTACTS: u64 = 1_000_000;

/// By how many bytes the server's memory may grow meanwhile.
const ROOM: usize = 16 * 1024 * 1024;

/// All in the one group there is, with ids that count from 0 on. Nobody searches here.
const ON_SQLITE: &str = "
PRAGMA synchronous = OFF;
WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 999999)
INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, legacy_version,
                      revision, number_kind, e164, name_key, search_key)
    SELECT user_id, unhex(printf('%024x', n)), client_id, id, 'Contact ' || n, 2348000000000 + n, 'whatsapp', n, n, 0, 0,
           'phone', '+' || (2348000000000 + n), 'contact ' || n, ''
    FROM n, contact_groups;
PRAGMA wal_checkpoint(TRUNCATE);
";

const ON_POSTGRES: &str = "
INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, legacy_version,
                      revision, number_kind, e164, name_key, search_key)
    SELECT user_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), client_id, id, 'Contact ' || n, 2348000000000 + n,
           'whatsapp', 'epoch', 'epoch', 0, 0, 'phone', '+' || 2348000000000 + n, 'contact ' || n, ''
    FROM generate_series(0, 999999) n, contact_groups
";

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[ignore = "takes minutes: cargo test -p roster --test it whole_list -- --ignored --test-threads 1 --nocapture"]
fn a_million_contacts_hardly_take_memory(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let token = Api::signed_up(&place.serve()).token().to_owned();
    place.execute(ON_SQLITE, ON_POSTGRES);
    // Another server, which has hashed no password: what that leaves behind would have room for much of a list.
    let running = place.serve();
    // It has connections from here on, and its code is in memory.
    let (status, page) = Api::of(&running).with_token(&token).get("/contact?limit=10");
    assert_eq!(status, 200, "{page}");
    let memory = Memory::of(running.id());
    let mut answer = ureq::get(format!("{}/contact", running.base()))
        .header("authorization", format!("Bearer {token}"))
        .header("accept", "application/x-ndjson")
        .call()
        .unwrap();
    let mut left = CONTACTS;
    for row in BufReader::new(answer.body_mut().as_reader()).lines() {
        let row: Value = serde_json::from_str(&row.unwrap()).unwrap();
        left = left.checked_sub(1).expect("no more rows than there are contacts");
        assert_eq!(row["_id"], format!("{left:024x}"), "newest first, and each of them");
    }
    assert_eq!(left, 0, "so many never came");

    if let Some((before, peak)) = memory.and_then(Memory::peak) {
        let (grown, mb) = (peak.saturating_sub(before), |bytes: usize| bytes as f64 / 1024.0 / 1024.0);
        println!("{kind:?}: {:.1} MB before, {:.1} MB more at most", mb(before), mb(grown));
        assert!(grown < ROOM, "{grown} bytes more");
    }
}

/// The memory of a process, and how much it is at most from now on: where the system tells it (proc(5)).
struct Memory {
    process: u32,
    before: usize,
}

impl Memory {
    fn of(process: u32) -> Option<Self> {
        // Starting may have taken more than there is now, which would hide what a list takes.
        fs::write(format!("/proc/{process}/clear_refs"), "5").ok()?;
        Some(Self { process, before: field(process, "VmRSS:")? })
    }

    /// What it was before, and its peak since.
    fn peak(self) -> Option<(usize, usize)> {
        Some((self.before, field(self.process, "VmHWM:")?))
    }
}

fn field(process: u32, name: &str) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix(name))?.trim().strip_suffix("kB")?;
    Some(kilobytes.trim().parse::<usize>().ok()? * 1024)
}
