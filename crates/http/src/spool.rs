//! Answers that are written to their end before they are sent: each in a temporary file that has no name, with so much
//! room for all of them, half of it for those of one user, so that one who reads slowly doesn't keep the others out.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::sync::Arc;

use bytes::Bytes;
use roster_domain::UserId;
use tokio::task::spawn_blocking;

use crate::shares::Shares;

/// A piece that is sent has so many bytes.
const PIECE: usize = 256 * 1024;

/// The room there is, in bytes, and what is taken of it.
pub struct Spool(Shares);

/// There is no room left in the spool, or in a user's share of it. The disk may have some.
#[derive(Debug, thiserror::Error)]
#[error("the spool is full")]
struct Full;

impl Spool {
    pub fn new(room: u64) -> Arc<Self> {
        Arc::new(Self(Shares::new(room, room / 2)))
    }

    /// An empty file for this user, in the system's folder for them.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn file(self: &Arc<Self>, user: UserId) -> io::Result<SpoolFile> {
        let file = tempfile::tempfile()?;
        // It has no name, but whoever may look into processes finds it.
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(SpoolFile { file, user, length: 0, spool: Arc::clone(self) })
    }
}

/// Whether it wasn't written because the spool is full.
pub fn is_full(error: &io::Error) -> bool {
    error.get_ref().and_then(|cause| cause.downcast_ref::<Full>()).is_some()
}

/// A file that takes up room until it is dropped.
pub struct SpoolFile {
    file: File,
    user: UserId,
    length: u64,
    spool: Arc<Spool>,
}

impl Write for SpoolFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len() as u64;
        if !self.spool.0.take(self.user, length) {
            return Err(io::Error::other(Full));
        }
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
        self.spool.0.give_back(self.user, self.length);
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
    use roster_domain::ObjectId;

    fn user(n: u8) -> UserId {
        UserId::from(ObjectId::from_bytes([n; 12]))
    }

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
            let mut file = Spool::new(u64::MAX).file(user(1)).unwrap();
            file.write_all(&written[..length]).unwrap();
            assert_eq!(file.length(), length as u64);
            assert_eq!(file.file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            assert!(read(file).await == written[..length], "{length}");
        }
    }

    #[tokio::test]
    async fn room_is_shared_and_given_back() {
        let spool = Spool::new(10);
        let file = |n| spool.file(user(n)).unwrap();
        let (mut one, mut other, mut third) = (file(1), file(2), file(3));
        one.write_all(b"12345").unwrap();
        other.write_all(b"123").unwrap();
        third.write_all(b"12").unwrap();
        assert!(is_full(&other.write_all(b"4").unwrap_err()));
        assert_eq!(read(one).await, b"12345");
        other.write_all(b"45").unwrap();
        assert_eq!(read(other).await, b"12345", "what was refused isn't there");
        assert_eq!(read(third).await, b"12");
        assert!(file(1).write_all(&[0; 5]).is_ok() && file(2).write_all(&[0; 5]).is_ok(), "all of it is free again");
    }

    #[test]
    fn one_user_has_half_of_it() {
        let spool = Spool::new(10);
        let file = |n| spool.file(user(n)).unwrap();
        let (mut one, mut another, mut of_another_user) = (file(1), file(1), file(2));
        one.write_all(b"123").unwrap();
        another.write_all(b"12").unwrap();
        assert!(is_full(&another.write_all(b"3").unwrap_err()));
        of_another_user.write_all(b"12345").unwrap();
        drop(one);
        another.write_all(b"345").unwrap();
    }

    #[test]
    fn a_full_disk_is_another_matter() {
        assert!(!is_full(&io::Error::from(io::ErrorKind::StorageFull)));
    }
}
