//! A whole list, once: its first byte, its end, and what it costs the server's memory.

use std::time::Instant;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::answer::Head;
use crate::cli::StreamArgs;
use crate::cpu::Spent;
use crate::layout::LARGE;
use crate::memory;
use crate::turn::Turn;

/// How every whole list ends.
const END: &[u8] = b"0\r\n\r\n";

pub fn run(args: &StreamArgs) -> anyhow::Result<Turn> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(whole_list(args))
}

async fn whole_list(args: &StreamArgs) -> anyhow::Result<Turn> {
    let accounts = args.data.accounts()?;
    let mut stream = TcpStream::connect(&args.server).await?;
    stream.set_nodelay(true)?;
    let request = format!("GET /contact HTTP/1.1\r\nhost: localhost\r\n{}\r\n", accounts[LARGE].headers(false));
    let server = args.watched.server_pid;
    let stood = server.map(|server| memory::forget_peak(server).and_then(|()| memory::resident(server))).transpose()?;
    let before = Spent::now(&args.watched)?;
    let begun = Instant::now();
    stream.write_all(request.as_bytes()).await?;

    let mut buffer = vec![0; 256 << 10];
    let mut read = stream.read(&mut buffer).await?;
    let first_byte = begun.elapsed();
    let head = Head::parse(&buffer[..read])?.context("the head of the answer comes in pieces")?;
    if head.status != 200 {
        bail!("GET /contact was answered {}", head.status);
    }
    let (mut bytes, mut contacts) = (0, count(&buffer[..read]));
    let mut tail = Vec::new();
    loop {
        bytes += read;
        tail.extend_from_slice(&buffer[read.saturating_sub(END.len())..read]);
        tail.drain(..tail.len().saturating_sub(END.len()));
        if head.body.map_or(tail == END, |body| bytes == head.length + body) {
            break;
        }
        read = stream.read(&mut buffer).await?;
        if read == 0 {
            bail!("the list was cut after {bytes} bytes");
        }
        contacts += count(&buffer[..read]);
    }
    let took = begun.elapsed();
    // A quote may be cut by the edge of a read, once in some thousand contacts; a list that is short is another matter.
    let expected = args.data.layout().end(LARGE);
    if contacts * 100 < expected * 99 {
        bail!("the list holds {contacts} contacts, not {expected}");
    }
    let (server_cpu, postgres, own) = Spent::now(&args.watched)?.each_since(&before, 1);
    let growth = match (server, stood) {
        (Some(server), Some(stood)) => memory::peak(server)? - stood,
        _ => f64::NAN,
    };
    Ok(Turn {
        rate: 1.0 / took.as_secs_f64(),
        p50: took.as_secs_f64() * 1e6,
        p99: first_byte.as_secs_f64() * 1e6,
        server: server_cpu,
        postgres,
        own,
        growth,
    })
}

/// How many contacts begin here.
fn count(bytes: &[u8]) -> u64 {
    const MEMBER: &[u8] = b"\"_id\"";
    let mut found = 0;
    let mut rest = bytes;
    // Few bytes are quotes that begin a member of this name: most are passed by looking at one byte.
    while let Some(at) = rest.iter().position(|&byte| byte == b'_') {
        if at > 0 && rest[at - 1..].starts_with(MEMBER) {
            found += 1;
        }
        rest = &rest[at + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_counted_by_their_ids() {
        assert_eq!(count(br#"[{"_id":"1","client_id":"2"},{"_id":"3","name":"_id"}"#), 3);
        assert_eq!(count(b"_id"), 0);
    }
}
