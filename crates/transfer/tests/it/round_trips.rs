//! What is written is read back as it was.

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use roster_domain::ports::SnapshotRow;
use roster_domain::{
    Channel, ClientId, Contact, ContactId, ContactName, GroupId, GroupTitle, Number, NumberInfo, ObjectId, Region,
    SurveySortId, Timestamp, Transaction,
};
use roster_transfer::{Candidate, Export, ExportFormat, Hints, Options};
use std::io::Write;

use crate::support::rows;

/// Texts that programs stumble over.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[=+@\\-'\"]{1,3}[0-9a-z!(,;\t\r\n ]{0,12}",
        "[0-9.,eE+ -]{1,14}",
        "[\\\\,;:\"\t\r\n|%a]{1,20}",
        "\\PC{0,300}",
        Just("\u{202e}نص عربي \u{202c}".to_owned()),
        Just("👩‍👩‍👧 e\u{301} \u{200b}".to_owned()),
        Just("=HYPERLINK(\"http://example.org\",\"x\")".to_owned()),
        Just("BEGIN:VCARD".to_owned()),
        Just("'".to_owned()),
        Just("x\u{0}y".to_owned()),
        Just("::: a ::: b".to_owned()),
        Just("tel:+12015550123;ext=1".to_owned()),
        Just("2.34803E+12".to_owned()),
        Just("\u{202a}+234 803 123 4567\u{202c}".to_owned()),
        Just("120363045767536459".to_owned()),
    ]
}

fn bytes() -> impl Strategy<Value = [u8; 12]> {
    prop_oneof![any::<[u8; 12]>(), Just([0x64; 12]), Just(*b"\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12\x34")]
}

fn sort_id() -> impl Strategy<Value = Option<SurveySortId>> {
    prop_oneof![
        Just(None),
        any::<i64>().prop_map(|integer| Some(SurveySortId::Integer(integer))),
        hostile().prop_map(|text| SurveySortId::parse_text(&text).ok()),
        "[0-9 -]{0,3}".prop_map(|text| SurveySortId::parse_text(&text).ok()),
    ]
}

prop_compose! {
    fn contact()(
        (id, client, group) in (bytes(), bytes(), bytes()),
        name in hostile().prop_filter_map("no name", |text| ContactName::parse(&text).ok()),
        number in hostile().prop_filter_map("no number", |text| Number::parse(&text).ok()),
        channel in "whatsapp|telegram|[a-z0-9_]{1,32}",
        survey_id in prop::option::of(bytes()),
        survey_sort_id in sort_id(),
        created in -62_135_596_800_000_i64..253_402_300_800_000,
        updated in 0..253_402_300_800_000_i64,
        legacy_version: i64,
    ) -> Contact {
        Contact {
            id: ContactId::from(ObjectId::from_bytes(id)),
            client_id: ClientId::from(ObjectId::from_bytes(client)),
            group_id: GroupId::from(ObjectId::from_bytes(group)),
            name,
            number,
            channel: Channel::parse(&channel).unwrap(),
            transaction: Transaction { survey_id: survey_id.map(ObjectId::from_bytes), survey_sort_id },
            created_at: Timestamp::from_millis(created),
            updated_at: Timestamp::from_millis(updated),
            legacy_version,
            revision: 1,
        }
    }
}

prop_compose! {
    /// Of a client that is at home nowhere.
    fn row()(
        contact in contact(),
        group_title in hostile().prop_filter_map("no title", |text| GroupTitle::parse(&text).ok()),
    ) -> SnapshotRow {
        let number = NumberInfo::derive(&contact.number, None);
        SnapshotRow { contact, group_title, number }
    }
}

fn written(rows: &[SnapshotRow], format: ExportFormat) -> Vec<u8> {
    let mut export = Export::begin(Vec::new(), format).unwrap();
    for row in rows {
        export.row(row).unwrap();
    }
    export.end().unwrap()
}

/// What the file says of a contact must come to this again.
fn again(candidate: &Candidate, revision: i64) -> Contact {
    Contact {
        id: candidate.id.unwrap(),
        client_id: candidate.client.unwrap(),
        group_id: candidate.group.as_ref().unwrap().id.unwrap(),
        name: candidate.name.clone().unwrap_or_else(|| ContactName::from_stored(String::new())),
        number: candidate.number.clone(),
        channel: candidate.channel.clone().unwrap_or_default(),
        transaction: candidate.transaction.clone(),
        created_at: candidate.created_at.unwrap(),
        updated_at: candidate.updated_at.unwrap(),
        legacy_version: candidate.legacy_version.unwrap_or(0),
        revision,
    }
}

fn has_titles(format: ExportFormat) -> bool {
    matches!(format, ExportFormat::Csv | ExportFormat::VCard3 | ExportFormat::VCard4)
}

/// What a file of no contact, or of one short line, doesn't tell itself.
fn hints(format: ExportFormat) -> Hints {
    Hints { file_name: Some(format!("x.{}", format.extension())), ..Hints::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn in_every_format(exported in prop::collection::vec(row(), 0..5), is_packed: bool) {
        for format in ExportFormat::ALL {
            let mut file = written(&exported, format);
            if is_packed {
                let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
                packed.write_all(&file).unwrap();
                file = packed.finish().unwrap();
            }
            let rows = rows(&file, &hints(format), &Options::default());
            let read: Vec<_> = rows.iter().map(|row| again(row.outcome.as_ref().unwrap(), 1)).collect();
            let expected: Vec<_> = exported.iter().map(|row| row.contact.clone()).collect();
            prop_assert_eq!(read, expected, "{:?}", format);
            prop_assert!(rows.iter().all(|row| row.notes.is_empty()));
            if has_titles(format) {
                let titles = rows.iter().map(|row| row.outcome.as_ref().unwrap().group.clone().unwrap().title);
                prop_assert!(titles.eq(exported.iter().map(|row| Some(row.group_title.clone()))), "{:?}", format);
            }
        }
    }

    #[test]
    fn no_cell_is_a_formula(row in row()) {
        let file = written(&[row], ExportFormat::Csv);
        let mut reader = csv_core::Reader::new();
        let (mut cells, mut ends) = (vec![0; 8192], vec![0; 64]);
        let (_, header, ..) = reader.read_record(&file, &mut cells, &mut ends);
        let (_, _, written, count) = reader.read_record(&file[header..], &mut cells, &mut ends);
        prop_assert_eq!(count, 12);
        let text = std::str::from_utf8(&cells[..written]).unwrap();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        for (start, end) in starts.zip(ends.iter().copied()).take(count) {
            let cell = &text[start..end];
            let is_number = cell.parse::<i64>().is_ok();
            prop_assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{}", cell);
        }
    }

    #[test]
    fn cards_keep_to_their_lines(row in row()) {
        for format in [ExportFormat::VCard3, ExportFormat::VCard4] {
            let file = String::from_utf8(written(std::slice::from_ref(&row), format)).unwrap();
            prop_assert!(file.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
            prop_assert_eq!(file.lines().filter(|line| *line == "BEGIN:VCARD").count(), 1);
        }
    }
}

fn amina() -> Contact {
    let time = Timestamp::parse("2023-07-07T20:15:45.962Z").unwrap();
    Contact {
        id: ContactId::parse("64a87271eccf5b76ca8e15ee").unwrap(),
        client_id: ClientId::parse("649ff7e0e6046617c8aeabf0").unwrap(),
        group_id: GroupId::parse("64a00ec7c5e487d95dcb0d5c").unwrap(),
        name: ContactName::parse("Bello, Amina").unwrap(),
        number: Number::parse("+234 803 123 4567").unwrap(),
        channel: Channel::default(),
        transaction: Transaction::default(),
        created_at: time,
        updated_at: time,
        legacy_version: 0,
        revision: 1,
    }
}

fn exported(format: ExportFormat) -> String {
    String::from_utf8(written(&[stored(amina(), None)], format)).unwrap()
}

/// In a group called Family, of a client that is at home there.
fn stored(contact: Contact, region: Option<&str>) -> SnapshotRow {
    let region = region.map(|code| Region::parse(code).unwrap());
    let number = NumberInfo::derive(&contact.number, region.as_ref());
    SnapshotRow { contact, group_title: GroupTitle::parse("Family").unwrap(), number }
}

#[test]
fn as_csv() {
    assert_eq!(
        exported(ExportFormat::Csv),
        concat!(
            "\u{feff}name,number,group,channel,_id,client_id,group_id,survey_id,survey_sort_id,createdAt,updatedAt,__v\r\n",
            "\"Bello, Amina\",'+234 803 123 4567,Family,whatsapp,64a87271eccf5b76ca8e15ee,649ff7e0e6046617c8aeabf0,",
            "64a00ec7c5e487d95dcb0d5c,,,2023-07-07T20:15:45.962Z,2023-07-07T20:15:45.962Z,0\r\n",
        )
    );
}

#[test]
fn as_cards() {
    let card = |version: &str, kind: &str, revised: &str| {
        [
            "BEGIN:VCARD",
            version,
            "FN:Bello\\, Amina",
            "N:;Bello\\, Amina;;;",
            kind,
            "CATEGORIES:Family",
            "UID:64a87271eccf5b76ca8e15ee",
            revised,
            "X-ROSTER-CLIENT-ID:649ff7e0e6046617c8aeabf0",
            "X-ROSTER-GROUP-ID:64a00ec7c5e487d95dcb0d5c",
            "X-ROSTER-CREATED:2023-07-07T20:15:45.962Z",
            "X-ROSTER-UPDATED:2023-07-07T20:15:45.962Z",
            "END:VCARD",
            "",
        ]
        .join("\r\n")
    };
    let telephone = "TEL;type=CELL;waid=2348031234567:+234 803 123 4567";
    assert_eq!(exported(ExportFormat::VCard3), card("VERSION:3.0", telephone, "REV:2023-07-07T20:15:45.962Z"));
    assert_eq!(exported(ExportFormat::VCard4), card("VERSION:4.0", telephone, "REV:20230707T201545Z"));
}

/// What a number stands for is what the store says, whichever client's it is.
#[test]
fn a_national_number_is_an_account_too() {
    let national = Contact { number: Number::parse("020 7946 0018").unwrap(), ..amina() };
    let card = |region| String::from_utf8(written(&[stored(national.clone(), region)], ExportFormat::VCard3)).unwrap();
    assert!(card(Some("GB")).contains("TEL;type=CELL;waid=442079460018:020 7946 0018\r\n"), "{}", card(Some("GB")));
    assert!(card(None).contains("TEL;type=CELL:020 7946 0018\r\n"), "{}", card(None));
}

#[test]
fn as_json() {
    let contact = concat!(
        r#"{"_id":"64a87271eccf5b76ca8e15ee","name":"Bello, Amina","number":"+234 803 123 4567","#,
        r#""client_id":"649ff7e0e6046617c8aeabf0","group_id":"64a00ec7c5e487d95dcb0d5c","channel":"whatsapp","#,
        r#""transaction":{"survey_id":null,"survey_sort_id":null},"createdAt":"2023-07-07T20:15:45.962Z","#,
        r#""updatedAt":"2023-07-07T20:15:45.962Z","__v":0}"#
    );
    assert_eq!(exported(ExportFormat::Ndjson), format!("{contact}\n"));
    let answer = r#"{"status":true,"message":"Contact fetched successfully!","data":["#;
    assert_eq!(exported(ExportFormat::Json), format!("{answer}{contact}]}}"));
}
