//! A file that is read: unpacked, decoded, and its format known.

mod decode;
mod detect;
mod unpack;

use std::io::{BufRead, BufReader, Cursor, Read};
use std::sync::{Arc, OnceLock};

use encoding_rs::Encoding;

use crate::documents::{self, Documents, Shape};
use crate::{Failure, Options, Records, Row, SourceFormat, SystemClient, SystemGroup, SystemUser};
use crate::{csv, vcard};
use decode::Decode;
use unpack::Unpack;

/// What is read through.
pub type Input<'a> = BufReader<Box<dyn Read + Send + 'a>>;

/// So much is looked at before anything is read.
const PEEK: usize = 64 * 1024;

/// So much is read at a time.
const BUFFER: usize = 128 * 1024;

/// What is known of a file beforehand.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// The format, where somebody said it: then it isn't guessed.
    pub format: Option<SourceFormat>,
    /// The encoding by any of its names, where somebody said it. A byte order mark knows better.
    pub encoding: Option<String>,
    /// What the file is called. What it begins with knows better.
    pub file_name: Option<String>,
    /// Its media type. What it begins with knows better.
    pub content_type: Option<String>,
    /// How far it may unpack.
    pub limits: Limits,
}

/// How far a packed file may unpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So many bytes at most.
    pub unpacked: u64,
    /// So many times what is packed, at most.
    pub ratio: u64,
}

impl Default for Limits {
    /// 10 GiB, 200 times.
    fn default() -> Self {
        Self { unpacked: 10 * 1024 * 1024 * 1024, ratio: 200 }
    }
}

/// A file whose format is known.
pub struct Source<'a> {
    input: Input<'a>,
    format: SourceFormat,
    is_packed: bool,
    encoding: Arc<OnceLock<&'static Encoding>>,
    /// What it begins with.
    beginning: Vec<u8>,
    /// Whether the beginning is all there is.
    is_whole: bool,
}

impl<'a> Source<'a> {
    /// Looks at the beginning of a file: unwraps gzip, recognises the encoding and the format.
    ///
    /// # Errors
    /// When it can't be read, is empty, or is another program's own format.
    pub fn open(input: impl Read + Send + 'a, hints: &Hints) -> Result<Self, Failure> {
        let mut input: Box<dyn Read + Send + 'a> = Box::new(input);
        let (mut beginning, mut is_whole) = peek(&mut input, PEEK)?;
        let is_packed = beginning.starts_with(&[0x1f, 0x8b]);
        if is_packed {
            input = Box::new(Unpack::new(rejoin(beginning, input), hints.limits));
            (beginning, is_whole) = peek(&mut input, PEEK)?;
        }
        if let Some(foreign) = detect::foreign(&beginning) {
            return Err(Failure::Foreign(foreign));
        }
        let hinted = detect::hinted(hints);
        if beginning.is_empty() && hinted.is_none_or(|format| format == SourceFormat::Csv) {
            return Err(Failure::Empty);
        }
        let encoding = Arc::new(OnceLock::new());
        let format = match hints.format {
            None if detect::is_bson(&beginning, is_whole) => Some(SourceFormat::Bson),
            // A collection with nothing in it.
            None if beginning.is_empty() => hinted,
            format => format,
        };
        let format = match format {
            Some(SourceFormat::Bson) => SourceFormat::Bson,
            format => {
                let label = hints.encoding.as_deref();
                let decode = Decode::new(rejoin(beginning, input), label, Arc::clone(&encoding))?;
                input = Box::new(decode);
                (beginning, is_whole) = peek(&mut input, PEEK)?;
                format.unwrap_or_else(|| detect::of_text(&beginning, is_whole, hinted))
            }
        };
        let input = BufReader::with_capacity(BUFFER, rejoin(beginning.clone(), input));
        Ok(Self { input, format, is_packed, encoding, beginning, is_whole })
    }

    /// What it is.
    #[must_use]
    pub const fn format(&self) -> SourceFormat {
        self.format
    }

    /// Whether it is a dump of MongoDB: BSON, or JSON with ids as MongoDB's tools write them.
    #[must_use]
    pub fn is_dump(&self) -> bool {
        match self.format {
            SourceFormat::Bson => true,
            SourceFormat::Json | SourceFormat::Ndjson => memchr::memmem::find(&self.beginning, b"\"$oid\"").is_some(),
            SourceFormat::Csv | SourceFormat::VCard => false,
        }
    }

    /// Whether it was gzip.
    #[must_use]
    pub const fn is_packed(&self) -> bool {
        self.is_packed
    }

    /// The encoding, as far as it is known: see [`Contacts::encoding`].
    #[must_use]
    pub fn encoding(&self) -> Option<&'static str> {
        self.encoding.get().map(|encoding| encoding.name())
    }

    /// Its contacts.
    ///
    /// # Errors
    /// When a CSV file's header doesn't say which column holds the numbers.
    pub fn contacts(self, options: Options) -> Result<Contacts<'a>, Failure> {
        let encoding = Arc::clone(&self.encoding);
        let rows: Rows<'a> = match self.format {
            SourceFormat::Csv => Box::new(csv::reader::Reader::open(self.input, &self.beginning, options)?),
            SourceFormat::VCard => Box::new(vcard::reader::Reader::new(self.input, options.several)),
            SourceFormat::Json | SourceFormat::Ndjson | SourceFormat::Bson => {
                Box::new(documents::contacts::Contacts::new(self.documents()?, options.map))
            }
        };
        Ok(Contacts { rows: Some(rows), encoding })
    }

    /// The users of a dump.
    ///
    /// # Errors
    /// When it is neither JSON nor BSON.
    pub fn users(self) -> Result<Records<'a, SystemUser>, Failure> {
        self.records()
    }

    /// The clients of a dump.
    ///
    /// # Errors
    /// When it is neither JSON nor BSON.
    pub fn clients(self) -> Result<Records<'a, SystemClient>, Failure> {
        self.records()
    }

    /// The contact groups of a dump, or of the API's own answer.
    ///
    /// # Errors
    /// When it is neither JSON nor BSON.
    pub fn groups(self) -> Result<Records<'a, SystemGroup>, Failure> {
        self.records()
    }

    fn records<T: documents::system::FromDocument>(self) -> Result<Records<'a, T>, Failure> {
        Ok(Records::new(self.documents()?))
    }

    fn documents(self) -> Result<Documents<'a>, Failure> {
        let shape = match self.format {
            SourceFormat::Bson => Shape::Bson,
            SourceFormat::Ndjson => Shape::Lines,
            SourceFormat::Json if detect::is_envelope(&self.beginning) => Shape::Envelope,
            SourceFormat::Json => match detect::of_text(&self.beginning, self.is_whole, None) {
                SourceFormat::Ndjson => Shape::Lines,
                _ => Shape::Values,
            },
            SourceFormat::Csv | SourceFormat::VCard => return Err(Failure::NotDocuments),
        };
        Ok(Documents::new(self.input, shape))
    }
}

type Rows<'a> = Box<dyn Iterator<Item = Result<Row, Failure>> + Send + 'a>;

/// The rows of a file, one after the other. After a failure there is nothing more.
pub struct Contacts<'a> {
    rows: Option<Rows<'a>>,
    encoding: Arc<OnceLock<&'static Encoding>>,
}

impl Contacts<'_> {
    /// The encoding. `None` as long as there was nothing but ASCII, which is the same in all of them, and for BSON.
    /// What is neither UTF-8 nor UTF-16 was told from how often which letters occur: worth showing to whoever sent it.
    #[must_use]
    pub fn encoding(&self) -> Option<&'static str> {
        self.encoding.get().map(|encoding| encoding.name())
    }
}

impl Iterator for Contacts<'_> {
    type Item = Result<Row, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.rows.as_mut()?.next();
        if !matches!(next, Some(Ok(_))) {
            self.rows = None;
        }
        next
    }
}

/// Reads so many bytes, or all there are, and says whether it was all.
fn peek(input: &mut impl Read, length: usize) -> Result<(Vec<u8>, bool), Failure> {
    let mut beginning = Vec::new();
    let read = input.by_ref().take(length as u64).read_to_end(&mut beginning)?;
    Ok((beginning, read < length))
}

fn rejoin<'a>(beginning: Vec<u8>, input: Box<dyn Read + Send + 'a>) -> Box<dyn Read + Send + 'a> {
    Box::new(Cursor::new(beginning).chain(input))
}

/// The next byte, not taken.
pub fn next_byte(input: &mut impl BufRead) -> Result<Option<u8>, Failure> {
    Ok(input.fill_buf()?.first().copied())
}
