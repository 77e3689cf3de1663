//! What numbers stand for, held against another implementation: `data/numbers.csv`, made by the script beside it.
//!
//! Of these 2,000, and of 100,000 others that were tried, none is read differently. Where a newer version of our library
//! brings newer numbering plans, so does one of the other: the table is then made anew with that.

use roster_domain::{Number, NumberInfo, NumberKind, Region};

const TABLE: &str = include_str!("../data/numbers.csv");

/// A number as somebody wrote it, their client's region, and the phone number that it stands for.
struct Row {
    text: &'static str,
    region: &'static str,
    e164: Option<&'static str>,
}

fn rows() -> Vec<Row> {
    let parse = |line: &'static str| {
        let mut members = line.split(',');
        let [Some(text), Some(region), Some(e164), None] = std::array::from_fn(|_| members.next()) else {
            panic!("a row has three members: {line:?}");
        };
        Row { text, region, e164: Some(e164).filter(|e164| !e164.is_empty()) }
    };
    TABLE.lines().skip(1).map(parse).collect()
}

fn derived(text: &str, region: &str) -> NumberInfo {
    NumberInfo::derive(&Number::parse(text).unwrap(), Region::parse(region).ok().as_ref())
}

#[test]
fn numbers_stand_for_what_others_say() {
    let rows = rows();
    assert_eq!(rows.len(), 2_000);
    let mut differing = Vec::new();
    for Row { text, region, e164 } in &rows {
        let info = derived(text, region);
        assert_eq!(info.kind == NumberKind::Phone, info.e164.is_some(), "{text:?} in {region:?}");
        let found = info.e164.as_ref().map(|e164| e164.as_str().to_owned());
        if found.as_deref() != *e164 {
            differing.push((*text, *region, *e164, found));
        }
    }
    let count = differing.len();
    assert!(differing.is_empty(), "{count} differ: {differing:#?}");
}
