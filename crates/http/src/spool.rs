//! Answers that are written to their end before they are sent: each in a temporary file that has no name, and so much
//! room for all of them.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::task::spawn_blocking;

/// A piece that is sent has so many bytes.
const PIECE: usize = 256 * 1024;

/// The room there is, and what is taken of it.
pub struct Spool {
    room: u64,
    taken: AtomicU64,
}

/// There is no room left in the spool. The disk may have some.
#[derive(Debug, thiserror::Error)]
#[error("the spool is full")]
struct Full;

impl Spool {
    pub fn new(room: u64) -> Arc<Self> {
        Arc::new(Self { room, taken: AtomicU64::new(0) })
    }

    /// An empty file, in the system's folder for them.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn file(self: &Arc<Self>) -> io::Result<SpoolFile> {
        let file = tempfile::tempfile()?;
        // It has no name, but whoever may look into processes finds it.
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(SpoolFile { file, length: 0, spool: Arc::clone(self) })
    }

    fn take(&self, bytes: u64) -> io::Result<()> {
        let more = |taken: u64| taken.checked_add(bytes).filter(|taken| *taken <= self.room);
        let taken = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.map(drop).map_err(|_| io::Error::other(Full))
    }
}

/// Whether it wasn't written because the spool is full.
pub fn is_full(error: &io::Error) -> bool {
    error.get_ref().and_then(|cause| cause.downcast_ref::<Full>()).is_some()
}

/// A file that takes up room until it is dropped.
pub struct SpoolFile {
    file: File,
    length: u64,
    spool: Arc<Spool>,
}

impl Write for SpoolFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len() as u64;
        self.spool.take(length)?;
        self.length += length;
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        self.spool.taken.fetch_sub(self.length, Ordering::Relaxed);
    }
}

impl SpoolFile {
    /// How many bytes were written.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Reads it from the beginning.
    pub fn reader(self) -> SpoolReader {
        SpoolReader { file: self, at: 0 }
    }
}

/// A file that is read piece by piece.
pub struct SpoolReader {
    file: SpoolFile,
    at: u64,
}

impl SpoolReader {
    /// The next piece, and the rest; `None` behind the last.
    ///
    /// # Errors
    /// When it can't be read.
    pub async fn piece(self) -> io::Result<Option<(Bytes, Self)>> {
        let left = self.file.length - self.at;
        if left == 0 {
            return Ok(None);
        }
        let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let read = spawn_blocking(move || {
            let mut piece = vec![0; length];
            self.file.file.read_exact_at(&mut piece, self.at)?;
            Ok((piece.into(), Self { at: self.at + length as u64, ..self }))
        });
        read.await.unwrap_or_else(|_| Err(io::Error::other("reading panicked"))).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(file: SpoolFile) -> Vec<u8> {
        let (mut all, mut reader) = (Vec::new(), file.reader());
        while let Some((piece, rest)) = reader.piece().await.unwrap() {
            all.extend_from_slice(&piece);
            reader = rest;
        }
        all
    }

    #[tokio::test]
    async fn what_was_written_is_read() {
        let written: Vec<u8> = (0..=250).cycle().take(2 * PIECE + 7).collect();
        for length in [0, 1, PIECE, written.len()] {
            let mut file = Spool::new(u64::MAX).file().unwrap();
            file.write_all(&written[..length]).unwrap();
            assert_eq!(file.length(), length as u64);
            assert_eq!(file.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            assert!(read(file).await == written[..length], "{length}");
        }
    }

    #[tokio::test]
    async fn room_is_shared_and_given_back() {
        let spool = Spool::new(10);
        let (mut one, mut other) = (spool.file().unwrap(), spool.file().unwrap());
        one.write_all(b"123456").unwrap();
        other.write_all(b"1234").unwrap();
        assert!(is_full(&other.write_all(b"5").unwrap_err()));
        assert_eq!(read(one).await, b"123456");
        other.write_all(b"56").unwrap();
        assert_eq!(read(other).await, b"123456", "what was refused isn't there");
        assert!(spool.file().unwrap().write_all(&[0; 10]).is_ok(), "all of it is free again");
    }

    #[test]
    fn a_full_disk_is_another_matter() {
        assert!(!is_full(&io::Error::from(io::ErrorKind::StorageFull)));
    }
}
