//! Contacts as vCards.

use std::fmt::Display;
use std::io::Write;

use roster_domain::ports::SnapshotRow;
use roster_domain::{Channel, Contact, SurveySortId};

use crate::vcard::ours;
use crate::vcard::text::escaped;

/// Which vCard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Three,
    Four,
}

/// Appends a card.
pub fn card(row: &SnapshotRow, version: Version, to: &mut Vec<u8>) {
    let contact = &row.contact;
    let name = escaped(contact.name.as_str());
    line(to, "BEGIN", &"VCARD");
    line(to, "VERSION", &if version == Version::Three { "3.0" } else { "4.0" });
    line(to, "FN", &name);
    // Which part of a name is which isn't known. Phones show this one.
    folded(to, format_args!("N:;{name};;;"));
    telephone(row, to);
    line(to, "CATEGORIES", &escaped(row.group_title.as_str()));
    line(to, "UID", &contact.id);
    let revised = contact.updated_at.to_string();
    match version {
        Version::Three => line(to, "REV", &revised),
        // 4.0 knows the short form only (RFC 6350, 4.3.5).
        Version::Four => {
            let short: String =
                revised.split('.').next().unwrap_or_default().chars().filter(|c| !"-:".contains(*c)).collect();
            folded(to, format_args!("REV:{short}Z"));
        }
    }
    ours(contact, to);
    line(to, "END", &"VCARD");
}

fn telephone(row: &SnapshotRow, to: &mut Vec<u8>) {
    let number = row.contact.number.as_str();
    let waid = row.number.e164.as_ref().and_then(|e164| e164.as_str().strip_prefix('+'));
    let waid = waid.map(|digits| format!(";waid={digits}")).unwrap_or_default();
    // Else it would be taken for a link.
    let is_scheme = number.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    let kind = if is_scheme { ";VALUE=text" } else { "" };
    let visible = number.replace('\r', "");
    folded(to, format_args!("TEL;type=CELL{waid}{kind}:{}", escaped(&visible)));
    if number.contains('\r') {
        line(to, ours::NUMBER, &escaped(&ours::encoded(number)));
    }
}

/// What vCard has no place for.
fn ours(contact: &Contact, to: &mut Vec<u8>) {
    line(to, ours::CLIENT_ID, &contact.client_id);
    line(to, ours::GROUP_ID, &contact.group_id);
    if contact.channel != Channel::default() {
        line(to, ours::CHANNEL, &contact.channel.as_str());
    }
    if let Some(survey_id) = contact.transaction.survey_id {
        line(to, ours::SURVEY_ID, &survey_id);
    }
    match &contact.transaction.survey_sort_id {
        Some(SurveySortId::Integer(integer)) => line(to, ours::SURVEY_SORT_INTEGER, integer),
        Some(SurveySortId::Text(text)) => line(to, ours::SURVEY_SORT_TEXT, &escaped(&ours::encoded(text))),
        None => {}
    }
    line(to, ours::CREATED, &contact.created_at);
    line(to, ours::UPDATED, &contact.updated_at);
    if contact.legacy_version != 0 {
        line(to, ours::VERSION, &contact.legacy_version);
    }
}

fn line(to: &mut Vec<u8>, name: &str, value: &impl Display) {
    folded(to, format_args!("{name}:{value}"));
}

/// Bytes a line may have without its end (RFC 6350, 3.2).
const LONGEST: usize = 75;

/// Appends a line, folded between characters.
fn folded(to: &mut Vec<u8>, content: std::fmt::Arguments<'_>) {
    let start = to.len();
    // Writing into memory doesn't fail.
    let _ = to.write_fmt(content);
    if to.len() - start > LONGEST {
        let content = to.split_off(start);
        let mut room = LONGEST;
        for character in String::from_utf8_lossy(&content).chars() {
            if character.len_utf8() > room {
                to.extend_from_slice(b"\r\n ");
                room = LONGEST - 1;
            }
            room -= character.len_utf8();
            to.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    to.extend_from_slice(b"\r\n");
}
