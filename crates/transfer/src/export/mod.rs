//! Contacts out.

pub(crate) mod csv;
mod json;
pub(crate) mod stored;
mod vcard;

use std::io::{self, Write};

use roster_domain::{Contact, GroupTitle, Region};

use crate::ExportFormat;

/// Writes contacts one by one; memory doesn't grow with them.
pub struct Export<W: Write> {
    out: W,
    format: ExportFormat,
    region: Option<Region>,
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
        Ok(Self { out, format, region: None, buffer, is_first: true })
    }

    /// Of a client at home there: then cards tell of national numbers too which WhatsApp account they are.
    #[must_use]
    pub fn in_region(mut self, region: Option<Region>) -> Self {
        self.region = region;
        self
    }

    /// Writes a contact. The title of its group goes where the format has room for one.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn row(&mut self, contact: &Contact, group: Option<&GroupTitle>) -> io::Result<()> {
        let buffer = &mut self.buffer;
        match self.format {
            ExportFormat::Csv => csv::row(contact, group, buffer),
            ExportFormat::VCard3 => vcard::card(contact, group, vcard::Version::Three, self.region.as_ref(), buffer),
            ExportFormat::VCard4 => vcard::card(contact, group, vcard::Version::Four, self.region.as_ref(), buffer),
            ExportFormat::Ndjson => {
                json::contact(contact, buffer)?;
                buffer.push(b'\n');
            }
            ExportFormat::Json | ExportFormat::JsonArray => {
                if !self.is_first {
                    buffer.push(b',');
                }
                json::contact(contact, buffer)?;
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

impl Export<Vec<u8>> {
    /// Takes what was written so far, for whoever sends it on piece by piece.
    ///
    /// # Errors
    /// Never: memory takes it all.
    pub fn take(&mut self) -> io::Result<Vec<u8>> {
        self.hand_on()?;
        Ok(std::mem::take(&mut self.out))
    }
}
