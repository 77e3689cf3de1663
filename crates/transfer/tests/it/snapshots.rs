//! What a store's snapshot holds, written to its end.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use roster_domain::ports::{ContactSnapshot, Result, SnapshotRow, StoreError};
use roster_domain::{Channel, Contact, ContactName, GroupTitle, Number, NumberInfo, ObjectId, Timestamp, Transaction};
use roster_transfer::{Export, ExportError, ExportFormat};

/// Pages that were read beforehand, the last of them first, and then perhaps a failure.
struct Pages {
    left: Vec<Vec<SnapshotRow>>,
    fails: bool,
}

#[async_trait]
impl ContactSnapshot for Pages {
    async fn next(&mut self) -> Result<Vec<SnapshotRow>> {
        match self.left.pop() {
            Some(page) => Ok(page),
            None if self.fails => Err(StoreError::unavailable("gone")),
            None => Ok(Vec::new()),
        }
    }
}

fn row(number: usize) -> SnapshotRow {
    let id = ObjectId::from_bytes([7; 12]);
    let contact = Contact {
        id: id.into(),
        client_id: id.into(),
        group_id: id.into(),
        name: ContactName::parse("Amina Bello").unwrap(),
        number: Number::parse(&number.to_string()).unwrap(),
        channel: Channel::default(),
        transaction: Transaction::default(),
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
        legacy_version: 0,
        revision: 0,
    };
    let number = NumberInfo::derive(&contact.number, None);
    SnapshotRow { contact, group_title: GroupTitle::parse("Family").unwrap(), number }
}

fn three_pages(fails: bool) -> (Vec<SnapshotRow>, Box<Pages>) {
    let rows: Vec<_> = (1..=2_500).map(row).collect();
    let left = rows.chunks(1_000).rev().map(<[SnapshotRow]>::to_vec).collect();
    (rows, Box::new(Pages { left, fails }))
}

#[tokio::test]
async fn all_of_it_is_written() {
    for format in ExportFormat::ALL {
        let (rows, pages) = three_pages(false);
        let mut one_by_one = Export::begin(Vec::new(), format).unwrap();
        rows.iter().try_for_each(|row| one_by_one.row(row)).unwrap();
        let whole = Export::begin(Vec::new(), format).unwrap().whole(pages).await.unwrap();
        assert_eq!(whole, one_by_one.end().unwrap(), "{format:?}");
    }
}

/// Notes when it is dropped; takes so many bytes.
struct Room(usize, Arc<AtomicBool>);

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.1.store(true, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn what_is_broken_off_is_told_and_let_go_of() {
    for (room, fails) in [(usize::MAX, true), (100_000, false)] {
        let dropped = Arc::new(AtomicBool::new(false));
        let (_, pages) = three_pages(fails);
        let export = Export::begin(Room(room, dropped.clone()), ExportFormat::Csv).unwrap();
        match export.whole(pages).await {
            Err(ExportError::Store(StoreError::Unavailable(_))) => assert!(fails),
            Err(ExportError::Write(error)) => assert!(!fails && error.kind() == io::ErrorKind::StorageFull),
            other => panic!("{:?}", other.map(|_| ())),
        }
        assert!(dropped.load(Ordering::SeqCst));
    }
}
