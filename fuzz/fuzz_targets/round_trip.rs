#![no_main]

use libfuzzer_sys::fuzz_target;
use roster_domain::ports::SnapshotRow;
use roster_domain::{ClientId, Contact, ContactId, ContactName, GroupId, GroupTitle, NumberInfo, ObjectId, Timestamp};
use roster_transfer::{Candidate, Export, ExportFormat, Options, SourceFormat};

// Whatever was read is written in every format, and read again as the same.
fuzz_target!(|bytes: &[u8]| {
    let contacts: Vec<Contact> = roster_fuzz::rows(None, bytes, &Options::default())
        .into_iter()
        .filter_map(|row| row.outcome.ok())
        .map(contact)
        .collect();
    for format in ExportFormat::ALL {
        let Ok(mut export) = Export::begin(Vec::new(), format) else { panic!("memory can be written") };
        for contact in &contacts {
            let row = SnapshotRow {
                contact: contact.clone(),
                group_title: GroupTitle::from_stored("Friends".to_owned()),
                number: NumberInfo::derive(&contact.number, None),
            };
            assert!(export.row(&row).is_ok());
        }
        let Ok(file) = export.end() else { panic!("memory can be written") };
        let source = match format {
            ExportFormat::Csv => SourceFormat::Csv,
            ExportFormat::VCard3 | ExportFormat::VCard4 => SourceFormat::VCard,
            ExportFormat::Ndjson => SourceFormat::Ndjson,
            ExportFormat::Json | ExportFormat::JsonArray => SourceFormat::Json,
        };
        let again = roster_fuzz::rows(Some(source), &file, &Options::default());
        let again: Vec<Contact> = again.into_iter().filter_map(|row| row.outcome.ok()).map(contact).collect();
        assert_eq!(again, contacts, "{format:?}");
    }
});

fn contact(candidate: Candidate) -> Contact {
    let nobody = ObjectId::from_bytes([0; 12]);
    Contact {
        id: candidate.id.unwrap_or(ContactId::from(nobody)),
        client_id: candidate.client.unwrap_or(ClientId::from(nobody)),
        group_id: candidate.group.and_then(|group| group.id).unwrap_or(GroupId::from(nobody)),
        name: candidate.name.unwrap_or_else(|| ContactName::from_stored(String::new())),
        number: candidate.number,
        channel: candidate.channel.unwrap_or_default(),
        transaction: candidate.transaction,
        created_at: candidate.created_at.unwrap_or(Timestamp::from_millis(0)),
        updated_at: candidate.updated_at.unwrap_or(Timestamp::from_millis(0)),
        legacy_version: candidate.legacy_version.unwrap_or(0),
        revision: 1,
    }
}
