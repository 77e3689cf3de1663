//! Reading answers: no more of HTTP than tells where one ends.

use anyhow::{Context as _, bail};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// How a chunked body ends.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

/// What an answer's head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub status: u16,
    /// Bytes of the head, its blank line included.
    pub length: usize,
    /// Bytes of the body; none where it comes in chunks.
    pub body: Option<usize>,
}

impl Head {
    /// Reads one, if all of it is there.
    pub fn parse(bytes: &[u8]) -> anyhow::Result<Option<Self>> {
        let Some(end) = bytes.windows(BLANK_LINE.len()).position(|window| window == BLANK_LINE) else {
            return Ok(None);
        };
        let head = std::str::from_utf8(&bytes[..end]).context("the head of an answer isn't text")?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
        let status = status.context("what came isn't HTTP/1.1")?;
        let mut body = None;
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("content-length") {
                body = Some(value.parse().context("a length isn't a number")?);
            }
        }
        Ok(Some(Self { status, length: end + BLANK_LINE.len(), body }))
    }
}

/// Reads one answer after the other into the same buffer.
pub struct Reader {
    buffer: Vec<u8>,
    filled: usize,
}

impl Default for Reader {
    fn default() -> Self {
        Self { buffer: vec![0; 32 << 10], filled: 0 }
    }
}

impl Reader {
    /// Waits for the whole of the next answer; its status.
    pub async fn answer(&mut self, stream: &mut TcpStream) -> anyhow::Result<u16> {
        self.filled = 0;
        let mut head = None;
        loop {
            if self.filled == self.buffer.len() {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
            let read = stream.read(&mut self.buffer[self.filled..]).await?;
            if read == 0 {
                bail!("the server closed the connection");
            }
            self.filled += read;
            if head.is_none() {
                head = Head::parse(self.last())?;
            }
            if let Some(head) = head
                && self.is_whole(head)
            {
                return Ok(head.status);
            }
        }
    }

    /// All that was read of the last answer.
    pub fn last(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    fn is_whole(&self, head: Head) -> bool {
        match head.body {
            Some(body) => self.filled >= head.length + body,
            None => self.last().ends_with(LAST_CHUNK),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let answer = b"HTTP/1.1 201 Created\r\nContent-Length: 12\r\nx: y\r\n\r\n{\"status\"";
        let head = Head { status: 201, length: answer.len() - 9, body: Some(12) };
        assert_eq!(Head::parse(answer).unwrap(), Some(head));
        assert_eq!(Head::parse(&answer[..30]).unwrap(), None);
        let chunked = Head::parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").unwrap().unwrap();
        assert_eq!((chunked.status, chunked.body), (200, None));
        assert!(Head::parse(b"SSH-2.0\r\n\r\n").is_err());
    }
}
