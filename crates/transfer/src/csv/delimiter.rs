//! What stands between cells.

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::columns;
use crate::ColumnMap;

/// In the order of which is taken when nothing tells them apart.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The delimiter, and how many bytes before the header say nothing else: spreadsheets begin a file with `sep=;`.
pub fn recognise(beginning: &[u8], map: &ColumnMap) -> (u8, usize) {
    if let Some(rest) = beginning.strip_prefix(b"sep=")
        && let Some((delimiter, rest)) = rest.split_first()
        && let Some(newline) = rest.iter().position(|byte| *byte == b'\n')
        && rest[..newline].trim_ascii().is_empty()
        && !matches!(delimiter, b'"' | b'\r' | b'\n')
    {
        return (*delimiter, b"sep=x".len() + newline + 1);
    }
    let score = |delimiter: u8| {
        let cells = first_record(beginning, delimiter);
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        (columns::known(&cells, map), cells.len())
    };
    let mut best = (CANDIDATES[0], score(CANDIDATES[0]));
    for delimiter in CANDIDATES.into_iter().skip(1) {
        let score = score(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    (best.0, 0)
}

/// The cells of the first record, as far as it is seen.
fn first_record(beginning: &[u8], delimiter: u8) -> Vec<String> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let (mut output, mut ends) = (vec![0; beginning.len().max(1)], vec![0; 4096]);
    let (result, read, written, mut count) = reader.read_record(beginning, &mut output, &mut ends);
    if result == ReadRecordResult::InputEmpty && read == beginning.len() {
        count += reader.read_record(&[], &mut output[written..], &mut ends[count..]).3;
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let cells = starts.zip(ends.iter().copied()).take(count);
    cells.map(|(start, end)| String::from_utf8_lossy(output.get(start..end).unwrap_or_default()).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("name,number\nAmina,1;2;3;4\n", b',')]
    #[case("name;number\n\"a,b\";1\n", b';')]
    #[case("Name\tPhone", b'\t')]
    #[case("Name|Phone\n", b'|')]
    #[case("\"Name, whole\";\"Phone\"\n", b';')]
    #[case("number\n1\n", b',')]
    #[case("", b',')]
    fn delimiters(#[case] text: &str, #[case] delimiter: u8) {
        assert_eq!(recognise(text.as_bytes(), &ColumnMap::default()), (delimiter, 0));
    }

    #[test]
    fn a_line_may_say_it() {
        assert_eq!(recognise(b"sep=;\r\nname;number\r\n", &ColumnMap::default()), (b';', 7));
    }

    #[test]
    fn a_mapped_name_counts() {
        let map = ColumnMap::parse("number=Kontakt").unwrap();
        assert_eq!(recognise(b"a,b,c;Kontakt\n", &map).0, b';');
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = recognise(&bytes, &ColumnMap::default());
        }
    }
}
