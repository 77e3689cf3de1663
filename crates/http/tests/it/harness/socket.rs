//! Bytes on a connection, for what no HTTP library would send.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::Answer;

/// A connection. Reading gives up long after any deadline a test sets.
pub struct Socket(BufReader<TcpStream>);

impl Socket {
    pub fn to(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Self(BufReader::new(stream))
    }

    /// Sends these bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.0.get_mut().write_all(bytes.as_ref()).expect("the server reads");
        self
    }

    /// Sends nothing more, or takes nothing more.
    pub fn shutdown(&mut self, how: Shutdown) {
        self.0.get_mut().shutdown(how).expect("the connection is there");
    }

    /// Reads and examines one answer.
    #[track_caller]
    pub fn answer(&mut self) -> Answer {
        let (status, headers) = self.head();
        let body = if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            self.chunks()
        } else if let Some(length) = headers.get("content-length") {
            self.bytes(length.to_str().unwrap().parse().unwrap())
        } else {
            self.rest()
        };
        Answer::examined(&Method::GET, "bytes on a connection".to_owned(), status, headers, body)
    }

    /// Reads an answer's status and headers.
    #[track_caller]
    pub fn head(&mut self) -> (u16, HeaderMap) {
        let start = self.line();
        let status = start.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status line: {start:?}"));
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else {
                assert_eq!(line, "", "the end of the head");
                return (status, headers);
            };
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            headers.append(name, HeaderValue::from_str(value.trim()).expect("a value"));
        }
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk() {
            body.extend(chunk);
        }
        body
    }

    /// Reads one chunk of a body; `None` is its end.
    #[track_caller]
    pub fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(&self.line(), 16).expect("a chunk's size");
        let chunk = self.bytes(size);
        assert_eq!(self.line(), "", "the end of the chunk");
        (size > 0).then_some(chunk)
    }

    /// Reads so many bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).expect("as many bytes");
        bytes
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.truncate(line.trim_end().len());
        line
    }

    /// Everything until the server closes the connection, in whatever way it does.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(failure) if failure.kind() == std::io::ErrorKind::ConnectionReset => {}
            Err(failure) => panic!("the connection isn't closed: {failure}"),
        }
        bytes
    }
}
