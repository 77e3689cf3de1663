//! Which format a file is, by what it begins with.

use serde::de::IgnoredAny;

use super::Hints;
use crate::SourceFormat;

/// The format that somebody said, or that the file's name or media type says.
pub fn hinted(hints: &Hints) -> Option<SourceFormat> {
    let by_name = || hints.file_name.as_deref().and_then(SourceFormat::of_file_name);
    let by_type = || hints.content_type.as_deref().and_then(SourceFormat::of_content_type);
    hints.format.or_else(by_name).or_else(by_type)
}

/// What can't be read, though people send it.
pub fn foreign(beginning: &[u8]) -> Option<&'static str> {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "a workbook or an archive"),
        (b"\xd0\xcf\x11\xe0", "an old workbook"),
        (b"%PDF-", "a PDF"),
        (b"SQLite format 3\0", "a database"),
        (b"BZh", "an archive"),
        (b"\xfd7zXZ\0", "an archive"),
        (b"\x28\xb5\x2f\xfd", "an archive"),
        (b"\x6d\xe2\x99\x81", "an archive of MongoDB"),
    ];
    KNOWN.iter().find(|(magic, _)| beginning.starts_with(magic)).map(|(_, what)| *what)
}

/// Whether it begins with a BSON document: its length, a known type, and a zero at its end, as far as that is seen.
/// No text begins like that: four letters are too large a length.
pub fn is_bson(beginning: &[u8], is_whole: bool) -> bool {
    let Some((length, rest)) = beginning.split_first_chunk::<4>() else { return false };
    let Ok(length) = usize::try_from(i32::from_le_bytes(*length)) else { return false };
    let Some(kind) = rest.first() else { return false };
    if !(5..=crate::LONGEST_ROW).contains(&length) {
        return false;
    }
    match beginning.get(length - 1) {
        Some(end) => *end == 0 && (*kind == 0) == (length == 5),
        // Text in UTF-16 may be as long as that, but has letters here.
        None => !is_whole && matches!(kind, 1..=8 | 10..=19),
    }
}

/// What decoded text is. What looks like nothing else is CSV, unless something was said of it.
pub fn of_text(beginning: &[u8], is_whole: bool, hinted: Option<SourceFormat>) -> SourceFormat {
    let text = beginning.trim_ascii_start();
    if starts_with_ignoring_case(text, b"BEGIN:VCARD") {
        return SourceFormat::VCard;
    }
    match text.first() {
        Some(b'[') if hinted != Some(SourceFormat::Csv) => SourceFormat::Json,
        Some(b'{') if hinted != Some(SourceFormat::Csv) => {
            if is_envelope(text) {
                SourceFormat::Json
            } else if hinted == Some(SourceFormat::Ndjson) || is_object_a_line(text, is_whole) {
                SourceFormat::Ndjson
            } else {
                SourceFormat::Json
            }
        }
        _ => hinted.filter(|format| *format != SourceFormat::Bson).unwrap_or(SourceFormat::Csv),
    }
}

fn starts_with_ignoring_case(text: &[u8], beginning: &[u8]) -> bool {
    text.get(..beginning.len()).is_some_and(|text| text.eq_ignore_ascii_case(beginning))
}

/// Whether the first line is an object, or at least the second one begins one. (Of an object over several lines, the
/// second one begins with a member.)
fn is_object_a_line(text: &[u8], is_whole: bool) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let second = lines.next();
    if second.is_none() && !is_whole {
        return false;
    }
    serde_json::from_slice::<IgnoredAny>(first).is_ok() || second.is_some_and(|line| line.starts_with(b"{"))
}

/// Whether it is an object that has `data`, a list or an object, as one of its own members: an answer of the API.
pub fn is_envelope(beginning: &[u8]) -> bool {
    let text = beginning.trim_ascii_start();
    if text.first() != Some(&b'{') {
        return false;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return false;
                }
            }
            b'"' => {
                let end = end_of_string(text, at);
                if depth == 1 && text.get(at..end) == Some(b"\"data\"") && begins_list_or_object(&text[end..]) {
                    return true;
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// Where the string that begins here has ended.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

fn begins_list_or_object(text: &[u8]) -> bool {
    let value = text.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
    matches!(value.and_then(<[u8]>::first), Some(b'[' | b'{'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("begin:vcard\r\n", SourceFormat::VCard)]
    #[case("\n[{\"_id\": 1}]", SourceFormat::Json)]
    #[case("[]", SourceFormat::Json)]
    #[case("{\"status\": true, \"data\": []}", SourceFormat::Json)]
    #[case("{\"status\": true, \"message\": \"\\\"\", \"data\": [{\"number\": \"1\"}]}", SourceFormat::Json)]
    #[case("{\"number\": \"1\", \"x\": {\"data\": []}}\n", SourceFormat::Ndjson)]
    #[case("{\"number\": \"1\"}\n{\"number\": \"2\"}\n", SourceFormat::Ndjson)]
    #[case("{\"number\": \"1\n{\"number\": \"2\"}\n", SourceFormat::Ndjson)]
    #[case("{\n  \"number\": \"1\"\n}\n{\n", SourceFormat::Json)]
    #[case("name,number\n", SourceFormat::Csv)]
    #[case("", SourceFormat::Csv)]
    fn texts(#[case] text: &str, #[case] format: SourceFormat) {
        assert_eq!(of_text(text.as_bytes(), true, None), format);
    }

    #[test]
    fn what_was_said_decides_where_the_beginning_does_not() {
        assert_eq!(of_text(b"", true, Some(SourceFormat::Json)), SourceFormat::Json);
        assert_eq!(of_text(b"[name],number\n", true, Some(SourceFormat::Csv)), SourceFormat::Csv);
    }

    #[rstest]
    #[case(b"\x05\0\0\0\0", true)]
    #[case(b"\x0c\0\0\0\x10a\0\x01\0\0\0\0", true)]
    #[case(b"\x0c\0\0\0\x10a\0\x01\0\0\0\x01", false)]
    #[case(b"name,number\n", false)]
    #[case(b"n\0a\0m\0e\0,\0", false)]
    fn bson(#[case] beginning: &[u8], #[case] is_bson: bool) {
        assert_eq!(super::is_bson(beginning, true), is_bson);
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, is_whole: bool) {
            let _ = (foreign(&bytes), is_bson(&bytes, is_whole), of_text(&bytes, is_whole, None));
        }

        #[test]
        fn never_panics_on_what_looks_like_an_envelope(text in r#"\{[\[\]{}":,\\data ]{0,60}"#) {
            let _ = of_text(text.as_bytes(), true, None);
        }
    }
}
