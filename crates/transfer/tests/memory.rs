//! Memory doesn't grow with the file. A test binary of its own, because it counts what is allocated.
#![expect(unsafe_code, reason = "an allocator that counts can't be written without")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};

use roster_domain::ports::SnapshotRow;
use roster_domain::{
    Channel, ClientId, Contact, ContactId, ContactName, GroupId, GroupTitle, Number, NumberInfo, ObjectId, Timestamp,
    Transaction,
};
use roster_transfer::{Export, ExportFormat, Hints, Options, Source, SourceFormat};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything on to the system's allocator, and only counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A beginning, and then the same again and again.
struct Endless {
    beginning: Vec<u8>,
    again: Vec<u8>,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = match self.at.checked_sub(self.beginning.len()) {
            None => &self.beginning[self.at..],
            Some(at) => &self.again[at % self.again.len()..],
        };
        let length = left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&left[..length]);
        self.at += length;
        Ok(length)
    }
}

const MEGABYTE: usize = 1024 * 1024;

/// How much more was allocated at once than before.
fn most(what: impl FnOnce()) -> usize {
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    what();
    MOST.load(Ordering::Relaxed).saturating_sub(before)
}

fn read(format: SourceFormat, beginning: &str, again: &[u8], length: usize) -> u64 {
    let endless = Endless { beginning: beginning.as_bytes().to_vec(), again: again.to_vec(), at: 0 };
    let hints = Hints { format: Some(format), ..Hints::default() };
    let source = Source::open(endless.take(length as u64), &hints).unwrap();
    source.contacts(Options::default()).unwrap().map_while(Result::ok).count() as u64
}

/// One after the other, in one test: the count is of the whole process.
#[test]
fn is_bounded() {
    let card = "BEGIN:VCARD\r\nFN:Amina Bello\r\nTEL:2348031234567\r\nEND:VCARD\r\n";
    let long = 20 * MEGABYTE;
    let notes = format!("Amina Bello,2348031234567,{}\n", "x".repeat(4_000));
    let rows: [(SourceFormat, &str, Vec<u8>, usize); 6] = [
        (SourceFormat::Csv, "name,number,notes\n", notes.into_bytes(), 200 * MEGABYTE),
        (SourceFormat::Ndjson, "", b"{\"name\":\"Amina Bello\",\"number\":\"2348031234567\"}\n".to_vec(), 8 * MEGABYTE),
        (SourceFormat::Json, "[", b"{\"name\":\"Amina Bello\",\"number\":\"2348031234567\"},".to_vec(), 8 * MEGABYTE),
        (SourceFormat::VCard, "", card.as_bytes().to_vec(), 8 * MEGABYTE),
        (SourceFormat::Bson, "", b"\x13\0\0\0\x02number\0\x02\0\0\x001\0\0".to_vec(), 4 * MEGABYTE),
        // Letters of two bytes in another encoding.
        (SourceFormat::Csv, "name,number\n", b"Zo\xeb,2348031234567\n".to_vec(), 8 * MEGABYTE),
    ];
    for (format, beginning, again, length) in rows {
        let grown = most(|| assert!(read(format, beginning, &again, length) > 50_000));
        assert!(grown < 2 * MEGABYTE, "{format:?}: {grown}");
    }
    // What never ends: a quote, a line, a picture, a list of numbers, a string.
    let never_ending: [(SourceFormat, &str, &[u8], usize); 7] = [
        (SourceFormat::Csv, "name,number\n\"", b"Amina,1\n", 2 * long),
        (SourceFormat::Csv, "Name,Phone 1 - Value\nAmina,1", b" ::: 2", long),
        (SourceFormat::Csv, "name,number\n", b",", long),
        (SourceFormat::Ndjson, "", b"{\"a\":", 2 * long),
        (SourceFormat::Json, "[\"", b"aaaaaaa", 2 * long),
        (SourceFormat::VCard, "BEGIN:VCARD\nPHOTO:", b"AAAA\n ", 2 * long),
        (SourceFormat::VCard, "BEGIN:VCARD\n", b"TEL:1\nCATEGORIES:a,b\nX-ABLABEL:a\nFN:x\nX-ROSTER-CHANNEL:A\n", long),
    ];
    for (format, beginning, again, length) in never_ending {
        let grown = most(|| assert!(read(format, beginning, again, length) < 10));
        assert!(grown < 60 * MEGABYTE, "{format:?}: {grown}");
    }
    for format in ExportFormat::ALL {
        let row = row();
        let grown = most(|| {
            let mut export = Export::begin(io::sink(), format).unwrap();
            for _ in 0..10_000 {
                export.row(&row).unwrap();
            }
            export.end().unwrap();
        });
        assert!(grown < MEGABYTE, "{format:?}: {grown}");
    }
}

fn row() -> SnapshotRow {
    let id = ObjectId::from_bytes([7; 12]);
    let contact = Contact {
        id: ContactId::from(id),
        client_id: ClientId::from(id),
        group_id: GroupId::from(id),
        name: ContactName::parse("Amina Bello").unwrap(),
        number: Number::parse("2348031234567").unwrap(),
        channel: Channel::default(),
        transaction: Transaction::default(),
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
        legacy_version: 0,
        revision: 1,
    };
    let number = NumberInfo::derive(&contact.number, None);
    SnapshotRow { contact, group_title: GroupTitle::parse("Everyone").unwrap(), number }
}
