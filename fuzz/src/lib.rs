//! What every target does with the bytes it gets.

use roster_domain::{Region, Tally};
use roster_transfer::{ColumnMap, Hints, Options, Row, SeveralNumbers, Source, SourceFormat};

/// Reads the bytes as contacts and as the other collections, each to its end.
pub fn read(format: Option<SourceFormat>, bytes: &[u8]) {
    // The last byte chooses how, so that all ways are found, and a file is a good beginning.
    let Some((choice, bytes)) = bytes.split_last() else { return };
    let hints = Hints { format, ..Hints::default() };
    match choice % 8 {
        5 => drop(Source::open(bytes, &hints).and_then(Source::users).map(Iterator::count)),
        6 => drop(Source::open(bytes, &hints).and_then(Source::clients).map(Iterator::count)),
        7 => drop(Source::open(bytes, &hints).and_then(Source::groups).map(Iterator::count)),
        choice => {
            rows(format, bytes, &options(choice));
        }
    }
}

fn options(choice: u8) -> Options {
    Options {
        map: if choice == 4 { ColumnMap::parse("number=1,name=2").unwrap_or_default() } else { ColumnMap::default() },
        several: if choice & 1 == 1 { SeveralNumbers::OneEach } else { SeveralNumbers::Preferred },
        region: if choice & 2 == 2 { Region::parse("NG").ok() } else { None },
    }
}

/// The rows of a file, as far as it can be read.
///
/// # Panics
/// When what is promised of each row doesn't hold.
pub fn rows(format: Option<SourceFormat>, bytes: &[u8], options: &Options) -> Vec<Row> {
    let hints = Hints { format, ..Hints::default() };
    let Ok(contacts) = Source::open(bytes, &hints).and_then(|source| source.contacts(options.clone())) else {
        return Vec::new();
    };
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    for row in contacts.map_while(Result::ok) {
        tally.read_one();
        assert!(row.at.line > 0 && row.at.part > 0);
        assert!(row.outcome.as_ref().err().is_none_or(|problems| !problems.is_empty()));
        if rows.len() < 100 {
            rows.push(row);
        }
    }
    rows
}
