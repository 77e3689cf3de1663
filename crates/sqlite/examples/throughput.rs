//! How many creates, gets and pages a second, of callers at once: `cargo run --release -p roster-sqlite --example
//! throughput [folder] [callers]`. Figures mean something only beside others of the same run and machine.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement: a surprise ends it, and it prints")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use roster_domain::ports::Store;
use roster_domain::{
    ContactFilter, ContactId, ContactName, ContactOrder, ContactPlace, Keyset, Limit, ObjectId, SearchQuery, Span,
};
use roster_sqlite::{SqliteOptions, SqliteStore, migrations};
use roster_store_tests::{Bench, Owner};

const ROWS: u32 = 100_000;
const EACH: Duration = Duration::from_secs(3);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let callers: usize = arguments.next().map_or(32, |count| count.parse().unwrap());
    let folder = tempfile::tempdir_in(folder).unwrap();
    let path = folder.path().join("roster.db");
    migrations::run(&path).unwrap();
    let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
    let bench = Bench::new(Store::of(store.clone()), ());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let owner = runtime.block_on(bench.account("ada@example.org"));
    let first = runtime.block_on(owner.contact("Amina Bello", "2348000000001"));
    fill(&path, first.id);

    let measure = |name: &str, act: Act| {
        let (count, cpu, [p50, p99, most]) = runtime.block_on(run(&owner, callers, act));
        let wal = std::fs::metadata(path.with_extension("db-wal")).map_or(0, |file| file.len());
        println!(
            "{name:20} {count:>9.0}/s {cpu:>9.1} us of CPU each; p50 {p50}, p99 {p99}, max {most} us; WAL {} KiB",
            wal / 1024
        );
    };
    for turn in 0..2 {
        println!("-- turn {turn}, {callers} callers");
        measure("get", Act::Get);
        measure("page of 50", Act::Page);
        measure("create", Act::Create);
        measure("update", Act::Update);
        measure("search, frequent", Act::Search("amina"));
    }
    measure("search, none found", Act::Search("zzzzq"));
    measure("search, two words", Act::Search("zzzq lmno"));
    measure("get", Act::Get);
    println!("peak memory: {} KiB", peak_kib());
    store.close();
}

#[derive(Clone, Copy)]
enum Act {
    Get,
    Page,
    Create,
    Update,
    Search(&'static str),
}

/// How many a second, microseconds of the process's CPU for each, and what callers waited.
async fn run(owner: &Owner, callers: usize, act: Act) -> (f64, f64, [u128; 3]) {
    let stop = Arc::new(AtomicBool::new(false));
    let (began, cpu) = (Instant::now(), cpu());
    let tasks: Vec<_> = (0..callers as u64)
        .map(|seed| {
            let (owner, stop) = (owner.clone(), stop.clone());
            tokio::spawn(async move {
                let mut waited = Vec::new();
                let mut chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
                while !stop.load(Relaxed) {
                    chance ^= chance << 13;
                    chance ^= chance >> 7;
                    chance ^= chance << 17;
                    let began = Instant::now();
                    once(&owner, act, (chance % u64::from(ROWS)) as u32 + 1).await;
                    waited.push(began.elapsed().as_micros());
                }
                waited
            })
        })
        .collect();
    std::thread::sleep(EACH);
    stop.store(true, Relaxed);
    let mut waited = Vec::new();
    for task in tasks {
        waited.extend(task.await.unwrap());
    }
    let done = waited.len() as f64;
    let rate = done / began.elapsed().as_secs_f64();
    waited.sort_unstable();
    let at = |share: f64| waited[((done - 1.0) * share) as usize];
    (rate, (self::cpu() - cpu) * 1e6 / done, [at(0.5), at(0.99), at(1.0)])
}

async fn once(owner: &Owner, act: Act, n: u32) {
    let contacts = &owner.bench.store.contacts;
    match act {
        Act::Get => assert!(contacts.get(&owner.scope, id(n)).await.unwrap().is_some()),
        Act::Create => {
            let mut contact = owner.bench.new_contact(&format!("234803{n:07}"));
            contact.name = ContactName::parse("Amina Bello").unwrap();
            contacts.create(&owner.scope, contact).await.unwrap();
        }
        Act::Update => {
            let changes = roster_domain::ContactChanges {
                name: Some(ContactName::parse(&format!("Amina {n}")).unwrap()),
                ..Default::default()
            };
            contacts.update(&owner.scope, id(n), changes, Default::default(), owner.bench.now()).await.unwrap();
        }
        Act::Page => page(owner, ContactFilter::default(), Some(n)).await,
        Act::Search(words) => {
            let search = Some(SearchQuery::parse(words).unwrap());
            page(owner, ContactFilter { search, ..ContactFilter::default() }, None).await;
        }
    }
}

async fn page(owner: &Owner, filter: ContactFilter, after: Option<u32>) {
    let keyset = Keyset { after: after.map(|n| ContactPlace::Id(id(n))), limit: Limit::parse("50").unwrap() };
    owner
        .bench
        .store
        .contacts
        .page(&owner.scope, Span::OneClient, &filter, ContactOrder::Newest, keyset)
        .await
        .unwrap();
}

/// Below every id of the bench.
fn id(n: u32) -> ContactId {
    let mut bytes = [0; 12];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    ObjectId::from_bytes(bytes).into()
}

fn fill(path: &std::path::Path, like: ContactId) {
    rusqlite::Connection::open(path)
        .unwrap()
        .execute(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
            INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at,
                legacy_version, revision, number_kind, e164, name_key, search_key)
            SELECT user_id, unhex(printf('%024x', n)), client_id, group_id, name, printf('234800%07d', n), channel,
                created_at, updated_at, 0, 0, 'phone', printf('+234800%07d', n), name_key,
                printf('amina bello%c234800%07d', 10, n)
            FROM contacts, n WHERE id = ?1",
            rusqlite::params![like.as_bytes(), ROWS],
        )
        .unwrap();
}

/// Seconds of CPU by now.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
