//! Values as text: charsets, quoted-printable, escapes.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::property::Property;

/// The value as text, escapes still in it; `None` when it is none.
pub fn of<'a>(property: &Property<'a>) -> Option<Cow<'a, str>> {
    let charset = property.parameter("CHARSET").and_then(|label| Encoding::for_label(label.as_bytes()));
    let is_quoted = property.parameter("ENCODING").is_some_and(|e| e.eq_ignore_ascii_case("QUOTED-PRINTABLE"));
    if is_quoted {
        let bytes = unquoted(property.value);
        return text(&bytes, charset).map(|text| Cow::Owned(text.into_owned()));
    }
    // The file as a whole was decoded already; what is UTF-8 now needs no charset.
    match std::str::from_utf8(property.value) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => decode(property.value, charset?),
    }
}

/// In the charset that is named, else UTF-8, else what old telephones meant.
fn text<'a>(bytes: &'a [u8], charset: Option<&'static Encoding>) -> Option<Cow<'a, str>> {
    match charset {
        Some(charset) => decode(bytes, charset),
        None => decode(bytes, UTF_8).or_else(|| decode(bytes, WINDOWS_1252)),
    }
}

fn decode<'a>(bytes: &'a [u8], charset: &'static Encoding) -> Option<Cow<'a, str>> {
    charset.decode_without_bom_handling_and_without_replacement(bytes)
}

/// Quoted-printable (RFC 2045, 6.7); what isn't stays as it is.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((byte, after)) = rest.split_first() {
        let hex = |at: usize| {
            after.get(at).and_then(|digit| char::from(*digit).to_digit(16)).and_then(|d| u8::try_from(d).ok())
        };
        match (byte, hex(0), hex(1)) {
            (b'=', Some(high), Some(low)) => {
                bytes.push((high << 4) | low);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    bytes
}

/// Without escapes: `\n`, `\,`, `\;`, `\\`.
pub fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('n' | 'N') => plain.push('\n'),
            Some(escaped @ (',' | ';' | ':' | '\\')) => plain.push(escaped),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    Cow::Owned(plain)
}

/// The components of a value, without escapes.
pub fn components(text: &str, separator: char) -> impl Iterator<Item = Cow<'_, str>> {
    let mut is_escaped = false;
    let parts = text.split(move |c: char| {
        let was_escaped = is_escaped;
        is_escaped = c == '\\' && !was_escaped;
        c == separator && !was_escaped
    });
    parts.map(unescaped)
}

/// With escapes, for writing.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', ',', ';', '\n']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\\' | ',' | ';' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB", Some("Zoë"))]
    #[case("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Zo=EB", Some("Zoë"))]
    #[case("FN;QUOTED-PRINTABLE:Zo=EB", Some("Zoë"))]
    #[case("FN;ENCODING=QUOTED-PRINTABLE:a=b=3D", Some("a=b="))]
    #[case("FN;CHARSET=ISO-8859-1:Zoë", Some("Zoë"))]
    #[case("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=EB", None)]
    fn charsets(#[case] line: &str, #[case] expected: Option<&str>) {
        assert_eq!(of(&Property::parse(line.as_bytes()).unwrap()).as_deref(), expected);
    }

    #[test]
    fn bytes_in_the_charset_that_is_named() {
        let line = b"FN;CHARSET=ISO-8859-1:Zo\xeb";
        assert_eq!(of(&Property::parse(line).unwrap()).as_deref(), Some("Zoë"));
        assert_eq!(of(&Property::parse(b"FN:Zo\xeb").unwrap()), None);
    }

    #[test]
    fn components_by_themselves() {
        let parts: Vec<_> = components("Bello;Amina\\; A.;;", ';').map(Cow::into_owned).collect();
        assert_eq!(parts, ["Bello", "Amina; A.", "", ""]);
    }

    proptest! {
        #[test]
        fn escapes_are_undone(text in "[\\\\,;\nnN:a é]{0,20}") {
            prop_assert_eq!(unescaped(&escaped(&text)).into_owned(), text.clone());
            let parts: Vec<_> = components(&escaped(&text), ';').map(Cow::into_owned).collect();
            prop_assert_eq!(parts, [text]);
        }

        #[test]
        fn never_panics(bytes: Vec<u8>, text: String) {
            let _ = (unquoted(&bytes), unescaped(&text), components(&text, ',').count());
        }
    }
}
