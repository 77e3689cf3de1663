//! How much rounds save: the same calls through the ports, and singly on a pool. Ratios of one run, on a server that
//! syncs; no test, since nothing here may depend on how fast a machine is.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use roster_domain::ports::Store;
use roster_domain::{ContactFilter, ContactId, ContactOrder, Keyset, Limit, Precondition, Span};
use roster_postgres::{PostgresOptions, PostgresStore, migrations};
use roster_store_tests::Bench;
use roster_testkit::postgres::{Options, Server};
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions, PgPool};

use super::scene::named;

const CROWD: usize = 32;
const SECONDS: u64 = 4;

const ROWS: &str = "
INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, legacy_version,
                      revision, number_kind, e164, name_key, search_key)
    SELECT user_id, decode(lpad(to_hex(n), 24, '0'), 'hex'), client_id, id, 'Name ' || n, 234800000000 + n, 'whatsapp',
           'epoch', 'epoch', 0, 0, 'phone', '+' || 234800000000 + n, 'name ' || n,
           'name ' || n || E'\\n' || 234800000000 + n
    FROM contact_groups, generate_series(1, 100000) n";

/// So many calls a second.
async fn measure<F: Future<Output = ()> + Send + 'static>(
    callers: usize,
    call: impl Fn(usize) -> F + Send + Sync + 'static,
) -> f64 {
    let (call, count) = (Arc::new(call), Arc::new(AtomicUsize::new(0)));
    let began = Instant::now();
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let (call, count) = (call.clone(), count.clone());
            tokio::spawn(async move {
                while began.elapsed() < Duration::from_secs(SECONDS) {
                    call(count.fetch_add(1, Ordering::Relaxed)).await;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    count.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}

fn id(n: usize) -> ContactId {
    let n = n.wrapping_mul(7_919) % 100_000 + 1;
    ContactId::parse(&format!("{n:024x}")).unwrap()
}

#[tokio::test]
#[ignore = "a measurement: cargo test --release -p roster-postgres --test it rounds::speed -- --ignored --nocapture"]
async fn rounds_and_a_pool() {
    let server = Server::start(Options { durable: true }).await;
    migrations::run(server.url()).await.unwrap();
    let store = PostgresStore::connect(server.url(), &PostgresOptions::default()).await.unwrap();
    let bench = Bench::new(Store::of(store), ());
    let ada = bench.account("ada@example.org").await;
    let url: sqlx::postgres::PgConnectOptions = server.url().parse().unwrap();
    let url = url.disable_statement_logging();
    let pool: PgPool = PgPoolOptions::new().max_connections(10).test_before_acquire(false).connect_lazy_with(url);
    sqlx::query(ROWS).execute(&pool).await.unwrap();
    sqlx::query("VACUUM ANALYZE").execute(&pool).await.unwrap();

    let (user, group, client) = (*ada.user.id.as_bytes(), *ada.group.id.as_bytes(), *ada.client.id.as_bytes());
    let scope = ada.scope;
    for callers in [1, CROWD] {
        let here = bench.clone();
        let rounds = measure(callers, move |n| {
            let contacts = here.store.contacts.clone();
            async move { assert!(contacts.get(&scope, id(n)).await.unwrap().is_some()) }
        });
        let rounds = rounds.await;
        let here = pool.clone();
        let singly = measure(callers, move |n| {
            let pool = here.clone();
            async move {
                let query = sqlx::query("SELECT * FROM contacts WHERE user_id = $1 AND id = $2");
                query.bind(user.as_slice()).bind(id(n).as_bytes().as_slice()).fetch_one(&pool).await.unwrap();
            }
        });
        report(&format!("get, {callers} callers"), rounds, singly.await);
    }

    let here = bench.clone();
    let rounds = measure(CROWD, move |n| {
        let contacts = here.store.contacts.clone();
        async move {
            let after = Some(roster_domain::ContactPlace::Id(id(n)));
            let keyset = Keyset { after, limit: Limit::parse("50").unwrap() };
            let filter = ContactFilter::default();
            contacts.page(&scope, Span::OneClient, &filter, ContactOrder::Newest, keyset).await.unwrap();
        }
    });
    let rounds = rounds.await;
    let here = pool.clone();
    let singly = measure(CROWD, move |n| {
        let pool = here.clone();
        async move {
            let query = sqlx::query(
                "SELECT * FROM contacts WHERE user_id = $1 AND client_id = $2 AND id < $3 ORDER BY id DESC LIMIT 51",
            );
            let query = query.bind(user.as_slice()).bind(client.as_slice());
            query.bind(id(n).as_bytes().as_slice()).fetch_all(&pool).await.unwrap();
        }
    });
    report("page of 50", rounds, singly.await);

    let here = bench.clone();
    let rounds = measure(CROWD, move |n| {
        let (contacts, new) = (here.store.contacts.clone(), here.new_contact(&format!("23480{n:08}")));
        async move {
            contacts.create(&scope, new).await.unwrap();
        }
    });
    let rounds = rounds.await;
    let (here, ids) = (pool.clone(), bench.clone());
    let singly = measure(CROWD, move |n| {
        let (pool, id) = (here.clone(), ids.id::<ContactId>());
        async move {
            let number = format!("23481{n:08}");
            let query = sqlx::query(
                "INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, \
                                       updated_at, legacy_version, revision, number_kind, e164, name_key, search_key) \
                 VALUES ($1, $2, $3, $4, '', $5, 'whatsapp', 'epoch', 'epoch', 0, 0, 'phone', '+' || $5, '', \
                         E'\\n' || $5)",
            );
            let query = query.bind(user.as_slice()).bind(id.as_bytes().as_slice());
            let query = query.bind(client.as_slice()).bind(group.as_slice()).bind(number);
            query.execute(&pool).await.unwrap();
        }
    });
    report("create", rounds, singly.await);

    let here = bench.clone();
    let rounds = measure(CROWD, move |n| {
        let (contacts, at) = (here.store.contacts.clone(), here.now());
        async move {
            let changes = named(&format!("Other {n}"));
            contacts.update(&scope, id(n), changes, Precondition::Exists, at).await.unwrap();
        }
    });
    let rounds = rounds.await;
    let here = pool.clone();
    let singly = measure(CROWD, move |n| {
        let pool = here.clone();
        async move {
            let query = sqlx::query(
                "UPDATE contacts SET name = $3, name_key = $4, \
                        search_key = $4 || substr(search_key, strpos(search_key, E'\\n')), revision = revision + 1 \
                 WHERE user_id = $1 AND id = $2 RETURNING *",
            );
            let query = query.bind(user.as_slice()).bind(id(n).as_bytes().as_slice().to_vec());
            query.bind(format!("Another {n}")).bind(format!("another {n}")).fetch_one(&pool).await.unwrap();
        }
    });
    report("update of a name", rounds, singly.await);
}

#[expect(clippy::print_stdout, reason = "what it is for")]
fn report(what: &str, rounds: f64, singly: f64) {
    println!("{what}: {:.2} times the pool ({rounds:.0} and {singly:.0} a second)", rounds / singly);
}
