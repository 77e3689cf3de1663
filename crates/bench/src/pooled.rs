//! What one caller would wait for a contact that is read through a pool of connections: the statement alone, or behind
//! the barest HTTP, which knows neither credentials nor logs.

use std::net::SocketAddr;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, Row as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::accounts::{Account, hex};
use crate::chance::Chance;
use crate::cli::PooledArgs;
use crate::cpu::Spent;
use crate::latency::Latencies;
use crate::layout::Layout;
use crate::scripts::{COLUMNS, SETTINGS};
use crate::turn::Turn;

/// A connection idle for longer is asked whether it lives, as the server's own pool does.
const FRESH: Duration = Duration::from_secs(1);

pub fn run(args: &PooledArgs) -> anyhow::Result<Option<Turn>> {
    let (accounts, layout) = (args.data.accounts()?, args.data.layout());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let reader = Reader { pool: pool(&args.store)?, layout };
        match &args.listen {
            Some(listen) => serve(listen.parse()?, reader, accounts).await.map(|()| None),
            None => alone(args, &reader, &accounts).await.map(Some),
        }
    })
}

fn pool(url: &str) -> anyhow::Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?.options(SETTINGS);
    let pool = PgPoolOptions::new()
        .max_connections(10)
        .test_before_acquire(false)
        .before_acquire(|connection, state| {
            Box::pin(async move { Ok(state.idle_for <= FRESH || connection.ping().await.is_ok()) })
        })
        .after_release(|connection, _| {
            Box::pin(async move { connection.execute("BEGIN; ROLLBACK").await.map(|_| true) })
        });
    Ok(pool.connect_lazy_with(options))
}

#[derive(Clone)]
struct Reader {
    pool: PgPool,
    layout: Layout,
}

impl Reader {
    /// The contact as JSON, of about the length of the server's.
    async fn read(&self, account: &Account, id: [u8; 12]) -> anyhow::Result<String> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM contacts WHERE user_id = $1 AND id >= $2 AND id <= $2 ORDER BY id"
        )))
        .bind(account.user.as_slice())
        .bind(id.as_slice())
        .fetch_one(&self.pool)
        .await?;
        let group: Vec<u8> = row.try_get("group_id")?;
        let (name, number): (String, String) = (row.try_get("name")?, row.try_get("number")?);
        let at = row.try_get::<chrono::DateTime<chrono::Utc>, _>("created_at")?.to_rfc3339();
        Ok(format!(
            r#"{{"status":true,"message":"Contact fetched successfully!","data":{{"_id":"{}","name":"{name}","number":"{number}","client_id":"{}","group_id":"{}","channel":"whatsapp","transaction":{{"survey_id":null,"survey_sort_id":null}},"createdAt":"{at}","updatedAt":"{at}","__v":0}}}}"#,
            hex(&id),
            hex(&account.client),
            hex(&group),
        ))
    }
}

/// One caller, without HTTP.
async fn alone(args: &PooledArgs, reader: &Reader, accounts: &[Account]) -> anyhow::Result<Turn> {
    let mut chance = Chance::new(3);
    let mut latencies = Latencies::default();
    let before = Spent::now(&args.watched)?;
    let end = Instant::now() + Duration::from_secs_f64(args.seconds);
    let mut sent = Instant::now();
    while sent < end {
        let contact = chance.below(reader.layout.contacts);
        reader.read(&accounts[reader.layout.user_of(contact)], Layout::id_of(contact)).await?;
        let done = Instant::now();
        latencies.add(done - sent);
        sent = done;
    }
    let (_, postgres, own) = Spent::now(&args.watched)?.each_since(&before, latencies.len());
    Ok(Turn {
        rate: latencies.len() as f64 / args.seconds,
        p50: latencies.percentile(50.0),
        p99: latencies.percentile(99.0),
        postgres,
        own,
        ..Turn::NOTHING
    })
}

async fn serve(listen: SocketAddr, reader: Reader, accounts: Vec<Account>) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    crate::say(&format!("http://{}", listener.local_addr()?))?;
    let accounts = std::sync::Arc::new(accounts);
    loop {
        let (stream, _) = listener.accept().await?;
        let (reader, accounts) = (reader.clone(), std::sync::Arc::clone(&accounts));
        // A caller that goes away ends only its own connection.
        tokio::spawn(async move { answer(stream, &reader, &accounts).await });
    }
}

/// Answers one request after the other; each comes in one piece, without a body.
async fn answer(mut stream: TcpStream, reader: &Reader, accounts: &[Account]) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 8 << 10];
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let request = std::str::from_utf8(&buffer[..read])?;
        let id = request.strip_prefix("GET /contact/").and_then(|rest| rest.get(8..24)).context("no such route")?;
        let contact = u64::from_str_radix(id, 16)?;
        let body = reader.read(&accounts[reader.layout.user_of(contact)], Layout::id_of(contact)).await?;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
        stream.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
    }
}
