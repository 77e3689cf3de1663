//! Contacts out.

pub(crate) mod csv;
mod json;
pub(crate) mod snapshot;
mod vcard;

use std::io::{self, Write};

use roster_domain::ports::SnapshotRow;

use crate::ExportFormat;

/// Writes contacts one by one; memory doesn't grow with them.
pub struct Export<W: Write> {
    out: W,
    format: ExportFormat,
    buffer: Vec<u8>,
    is_first: bool,
}

/// So much is gathered before it is written.
const BUFFER: usize = 64 * 1024;

impl<W: Write> Export<W> {
    /// Begins, with whatever comes before the first contact.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn begin(out: W, format: ExportFormat) -> io::Result<Self> {
        let mut buffer = Vec::with_capacity(BUFFER + 4096);
        match format {
            ExportFormat::Csv => csv::begin(&mut buffer),
            ExportFormat::Json => buffer.extend_from_slice(json::BEGIN),
            ExportFormat::JsonArray => buffer.push(b'['),
            ExportFormat::VCard3 | ExportFormat::VCard4 | ExportFormat::Ndjson => {}
        }
        Ok(Self { out, format, buffer, is_first: true })
    }

    /// Writes a contact. What its group is called goes where the format has room for it.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn row(&mut self, row: &SnapshotRow) -> io::Result<()> {
        let buffer = &mut self.buffer;
        match self.format {
            ExportFormat::Csv => csv::row(row, buffer),
            ExportFormat::VCard3 => vcard::card(row, vcard::Version::Three, buffer),
            ExportFormat::VCard4 => vcard::card(row, vcard::Version::Four, buffer),
            ExportFormat::Ndjson => {
                json::contact(&row.contact, buffer)?;
                buffer.push(b'\n');
            }
            ExportFormat::Json | ExportFormat::JsonArray => {
                if !self.is_first {
                    buffer.push(b',');
                }
                json::contact(&row.contact, buffer)?;
            }
        }
        self.is_first = false;
        if self.buffer.len() >= BUFFER { self.hand_on() } else { Ok(()) }
    }

    /// Ends, with whatever comes behind the last contact, and gives the writer back, flushed.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn end(mut self) -> io::Result<W> {
        match self.format {
            ExportFormat::Json => self.buffer.extend_from_slice(json::END),
            ExportFormat::JsonArray => self.buffer.push(b']'),
            _ => {}
        }
        self.hand_on()?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}
