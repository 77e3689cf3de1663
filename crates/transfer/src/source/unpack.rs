//! Gzip, unwrapped as it is read, and not without end.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::Limits;
use crate::failure::UnpacksToTooMuch;

/// Small files may unpack to any multiple: a megabyte hurts nobody.
const HARMLESS: u64 = 1024 * 1024;

/// What is packed, unpacked.
pub struct Unpack<R> {
    inner: MultiGzDecoder<Counted<R>>,
    unpacked: u64,
    limits: Limits,
}

struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

impl<R: Read> Unpack<R> {
    pub fn new(inner: R, limits: Limits) -> Self {
        Self { inner: MultiGzDecoder::new(Counted { inner, count: 0 }), unpacked: 0, limits }
    }
}

impl<R: Read> Read for Unpack<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.unpacked += read as u64;
        let allowed = self.inner.get_ref().count.saturating_mul(self.limits.ratio).max(HARMLESS);
        if self.unpacked > allowed.min(self.limits.unpacked) {
            return Err(io::Error::other(UnpacksToTooMuch));
        }
        Ok(read)
    }
}
