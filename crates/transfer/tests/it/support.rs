//! Reading in a line.

use roster_transfer::{Hints, Options, Place, Row, Source};

/// All rows of a file that can be read to its end.
pub fn rows(bytes: &[u8], hints: &Hints, options: &Options) -> Vec<Row> {
    let source = Source::open(bytes, hints).unwrap();
    source.contacts(options.clone()).unwrap().map(Result::unwrap).collect()
}

/// All rows of a file of this name.
pub fn sample(name: &str, options: &Options) -> Vec<Row> {
    rows(&data(name), &Hints { file_name: Some(name.to_owned()), ..Hints::default() }, options)
}

pub fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A row in short: its place, the name and the number it came to, or the columns that are wrong; and its notes.
pub fn brief(row: &Row) -> String {
    let Place { line, part } = row.at;
    let outcome = match &row.outcome {
        Ok(candidate) => {
            let name = candidate.name.as_ref().map_or("-", |name| name.as_str());
            format!("{name}: {}", candidate.number.as_str())
        }
        Err(problems) => {
            let problems: Vec<_> = problems
                .iter()
                .map(|problem| format!("{} {}", problem.column, problem.invalid.code.as_str()))
                .collect();
            format!("! {}", problems.join(", "))
        }
    };
    let notes: String = row.notes.iter().map(|note| format!(" [{}]", note.kind.as_str())).collect();
    format!("{line}.{part} {outcome}{notes}")
}

pub fn briefs(rows: &[Row]) -> Vec<String> {
    rows.iter().map(brief).collect()
}
