//! Calls over HTTP/1.1, as cheap as can be, since caller and server share the machine: one thread, connections that are
//! kept, one request at a time on each, requests made of parts prepared beforehand, and of an answer only its status
//! and its length are looked at.

mod answer;
mod requests;
pub mod stream;

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::{LocalSet, spawn_local};

use crate::cli::LoadArgs;
use crate::cpu::Spent;
use crate::latency::Latencies;
use crate::turn::Turn;
use answer::Reader;
use requests::Requests;

/// Calls go on for this long before they count: connections are opened, statements prepared, credentials remembered.
const WARM_UP: Duration = Duration::from_millis(300);

/// What all connections share.
struct Run {
    requests: Requests,
    latencies: RefCell<Latencies>,
    begun: Cell<Instant>,
    until: Cell<Instant>,
}

/// One turn.
pub fn run(args: &LoadArgs) -> anyhow::Result<Turn> {
    let server: SocketAddr = args.server.parse().context("the server isn't given as address:port")?;
    if !server.ip().is_loopback() {
        bail!("{server} isn't this machine");
    }
    let requests = Requests::new(args.call, &args.data.accounts()?, args.data.layout(), args.bearer);
    let now = Instant::now();
    let run = Rc::new(Run {
        requests,
        latencies: RefCell::default(),
        begun: Cell::new(now + WARM_UP),
        until: Cell::new(now + WARM_UP + Duration::from_secs_f64(args.seconds)),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let callers: Vec<_> = (0..args.connections)
            .map(|at| spawn_local(call(Rc::clone(&run), server, args.seed * 1_000 + at as u64)))
            .collect();
        tokio::time::sleep_until(run.begun.get().into()).await;
        let before = Spent::now(&args.watched)?;
        for caller in callers {
            caller.await??;
        }
        let (server, postgres, own) = Spent::now(&args.watched)?.each_since(&before, run.latencies.borrow().len());
        let mut latencies = run.latencies.borrow_mut();
        Ok(Turn {
            rate: latencies.len() as f64 / args.seconds,
            p50: latencies.percentile(50.0),
            p99: latencies.percentile(99.0),
            server,
            postgres,
            own,
            ..Turn::NOTHING
        })
    })
}

/// One connection's calls, one after the other. Whatever isn't answered with success ends the turn: a measurement of
/// errors would be none.
async fn call(run: Rc<Run>, server: SocketAddr, seed: u64) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let mut asker = run.requests.asker(seed);
    let mut reader = Reader::default();
    let mut latencies = Latencies::default();
    let mut request = Vec::with_capacity(1_024);
    let mut sent = Instant::now();
    while sent < run.until.get() {
        asker.write(&mut request);
        stream.write_all(&request).await?;
        let status = reader.answer(&mut stream).await?;
        if !(200..300).contains(&status) {
            let (asked, told) = (String::from_utf8_lossy(&request), String::from_utf8_lossy(reader.last()));
            let line = asked.lines().next().unwrap_or_default();
            bail!("{line} was answered {status}: {}", told.lines().last().unwrap_or_default());
        }
        let done = Instant::now();
        if sent >= run.begun.get() && done <= run.until.get() {
            latencies.add(done - sent);
        }
        sent = done;
    }
    run.latencies.borrow_mut().append(&mut latencies);
    Ok(())
}
