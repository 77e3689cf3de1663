//! How a download says what it wants to be called.

use std::fmt::Write;

/// The value of `Content-Disposition` for a file of this name (RFC 6266): a plain ASCII form for old readers, and the
/// name itself in UTF-8 (RFC 8187). Whatever the name holds, it can't end the header, name a folder or hide.
#[must_use]
pub fn content_disposition(name: &str) -> String {
    let name = harmless(name);
    let ascii: String = name.chars().map(|c| if c.is_ascii() && c != '%' { c } else { '_' }).collect();
    let mut value = format!("attachment; filename=\"{ascii}\"");
    if ascii != name {
        value.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            // `attr-char` of RFC 8187, 3.2.1.
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                value.push(char::from(byte));
            } else {
                let _ = write!(value, "%{byte:02X}");
            }
        }
    }
    value
}

/// At most 100 characters, none of which file systems, shells or headers give a meaning.
fn harmless(name: &str) -> String {
    let plain = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | ';' => '_',
        c if c.is_control() || turns_direction(c) => '_',
        c => c,
    };
    let name: String = name.trim_start_matches(['.', ' ']).chars().map(plain).take(100).collect();
    let name = name.trim_end_matches(['.', ' ']);
    if name.is_empty() { "contacts".to_owned() } else { name.to_owned() }
}

/// Characters by which `fdp.exe` is shown as `exe.pdf`.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("contacts.csv", "attachment; filename=\"contacts.csv\"")]
    #[case("a\"; x=\r\n.csv", "attachment; filename=\"a__ x=__.csv\"")]
    #[case("../../.profile", "attachment; filename=\"_.._.profile\"")]
    #[case("Büro.csv", "attachment; filename=\"B_ro.csv\"; filename*=UTF-8''B%C3%BCro.csv")]
    #[case("50%.csv", "attachment; filename=\"50_.csv\"; filename*=UTF-8''50%25.csv")]
    #[case("", "attachment; filename=\"contacts\"")]
    fn values(#[case] name: &str, #[case] value: &str) {
        assert_eq!(content_disposition(name), value);
    }

    proptest! {
        #[test]
        fn is_one_header_with_one_file_in_no_folder(name: String) {
            let value = content_disposition(&name);
            prop_assert!(value.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            prop_assert_eq!(value.matches('"').count(), 2);
            prop_assert!(!value.contains(['/', '\\']));
            prop_assert!(value.len() < 1_300);
        }
    }
}
