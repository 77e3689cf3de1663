//! Exports of real products, in their shapes.

use roster_domain::{GroupTitle, Region};
use roster_transfer::{Hints, NoteKind, Options, SeveralNumbers, Source, SourceFormat};
use rstest::rstest;

use crate::support::{briefs, data, rows, sample};

fn title(row: &roster_transfer::Row) -> Option<&str> {
    let group = row.outcome.as_ref().ok()?.group.as_ref()?;
    group.title.as_ref().map(GroupTitle::as_str)
}

#[test]
fn google_contacts() {
    let rows = sample("google-contacts.csv", &Options::default());
    assert_eq!(
        briefs(&rows),
        [
            "2.1 Amina Bello: +234 803 123 4567",
            "3.1 Dr. Zoë Marie Müller: +1 201-555-0124 [other_group] [other_number] [other_number]",
            "4.1 Night Pharmacy: 08031234567",
            "5.1 ! Phone 1 - Value required",
        ]
    );
    assert_eq!(title(&rows[0]), Some("Family"));
    assert_eq!(title(&rows[1]), Some("Work"));
    assert_eq!(title(&rows[2]), None);
    assert_eq!(rows[1].notes[1].kind, NoteKind::OtherNumber("+1 201-555-0125".to_owned()));
    assert!(rows[0].original.as_str().starts_with("Amina,,Bello"));
}

#[test]
fn google_contacts_one_each() {
    let options = Options { several: SeveralNumbers::OneEach, ..Options::default() };
    let rows = sample("google-contacts.csv", &options);
    assert_eq!(
        briefs(&rows)[1..4],
        [
            "3.1 Dr. Zoë Marie Müller: +1 201-555-0124 [other_group]",
            "3.2 Dr. Zoë Marie Müller: +1 201-555-0125 [other_group]",
            "3.3 Dr. Zoë Marie Müller: +1 201-555-0123 [other_group]",
        ]
    );
}

#[test]
fn google_contacts_before_2024() {
    let rows = sample("google-contacts-old.csv", &Options::default());
    assert_eq!(briefs(&rows), ["2.1 Amina Bello: +234 803 123 4567 [other_number]"]);
    assert_eq!(title(&rows[0]), Some("Family"));
}

#[test]
fn outlook() {
    let bytes = data("outlook.csv");
    let source = Source::open(&bytes[..], &Hints::default()).unwrap();
    assert_eq!((source.format(), source.encoding()), (SourceFormat::Csv, Some("windows-1252")));
    assert_eq!(
        briefs(&sample("outlook.csv", &Options::default())),
        [
            "2.1 José Núñez: +1 (201) 555-0123 [other_group] [other_number]",
            "3.1 Renée Lefèvre: 07700 900123",
            "4.1 Müller & Söhne: +1 (201) 555-0126",
        ]
    );
}

#[test]
fn tools_around_whatsapp() {
    assert_eq!(
        briefs(&sample("whatsapp-tool.csv", &Options::default())),
        [
            "3.1 Amina Bello: +234 803 123 4567",
            "4.1 Bola; the second: +2348031234568 [apostrophe]",
            "5.1 ~Chidi~: +234 803 123 4569 [invisible]",
        ]
    );
}

#[test]
fn what_spreadsheets_did() {
    let options = Options { region: Region::parse("NG").ok(), ..Options::default() };
    assert_eq!(
        briefs(&sample("spreadsheet.csv", &options)),
        [
            "2.1 ! number malformed",
            "3.1 Whole: 2348031234567 [written_out]",
            "4.1 Decimal: 2348031234567 [decimals]",
            "5.1 Lost: 08031234567 [lost_zero]",
            "6.1 Apostrophe: 08031234567 [apostrophe]",
            "7.1 Sound: 08031234567",
            "8.1 Group: 120363045767536459",
            "9.1 !  malformed",
        ]
    );
}

#[test]
fn apple() {
    let rows = sample("apple.vcf", &Options::default());
    assert_eq!(
        briefs(&rows),
        ["1.1 Amina Bello: +234 803 123 4567 [other_number]", "53.1 Müller & Söhne, Ltd.: +1 201-555-0125",]
    );
    let original = rows[0].original.as_str();
    assert!(original.contains("TEL;type=CELL") && original.contains("PHOTO:(left out)") && !original.contains("JFIF"));
}

#[test]
fn android() {
    assert_eq!(
        briefs(&sample("android.vcf", &Options::default())),
        [
            "1.1 Zoë Müller: +2348031234567 [other_number]",
            "12.1 Bola: +2348031234568 [no_end]",
            "17.1 Chidi: +2348031234569",
        ]
    );
}

#[test]
fn a_card_in_parts_has_one_id() {
    let file = b"BEGIN:VCARD\nUID:64a87271eccf5b76ca8e15ee\nFN:Amina\nTEL:1\nTEL;CELL:2\nTEL:1\nEND:VCARD\n";
    let options = Options { several: SeveralNumbers::OneEach, ..Options::default() };
    let rows = rows(file, &Hints::default(), &options);
    assert_eq!(briefs(&rows), ["1.1 Amina: 2", "1.2 Amina: 1"]);
    let ids: Vec<_> = rows.iter().map(|row| row.outcome.as_ref().unwrap().id.is_some()).collect();
    assert_eq!(ids, [true, false]);
}

#[test]
fn a_country_code_in_a_column_of_its_own() {
    let file = b"Name,CountryCode,Phone\nAmina,234,8031234567\nBola,234,2348031234568\n";
    assert_eq!(
        briefs(&rows(file, &Hints::default(), &Options::default())),
        ["2.1 Amina: +2348031234567 [country_code]", "3.1 Bola: 2348031234568",]
    );
}

#[test]
fn one_number_in_two_columns_is_one() {
    let file = b"Name,Mobile Phone,Primary Phone,Home Phone\nAmina,1,1,2\n";
    assert_eq!(briefs(&rows(file, &Hints::default(), &Options::default())), ["2.1 Amina: 1 [other_number]"]);
}

#[test]
fn shared_in_whatsapp() {
    let rows = sample("whatsapp.vcf", &Options::default());
    assert_eq!(briefs(&rows), ["1.1 Amina: +234 803 123 4567 [other_number]"]);
}

#[test]
fn vcard_4() {
    let rows = sample("modern.vcf", &Options::default());
    assert_eq!(
        briefs(&rows),
        ["1.1 Amina Bello: +234-803-123-4567 [other_group] [other_number]", "11.1 !  malformed, TEL required",]
    );
    assert_eq!(title(&rows[0]), Some("Family"));
}

#[rstest]
#[case("google-contacts.csv", SourceFormat::Csv)]
#[case("outlook.csv", SourceFormat::Csv)]
#[case("apple.vcf", SourceFormat::VCard)]
#[case("mongoexport.ndjson", SourceFormat::Ndjson)]
#[case("mongoexport-canonical.json", SourceFormat::Json)]
#[case("listing.json", SourceFormat::Json)]
fn formats_are_known_by_what_is_in_them(#[case] name: &str, #[case] format: SourceFormat) {
    let bytes = data(name);
    for file_name in [None, Some("x.txt".to_owned()), Some("x.csv".to_owned())] {
        let hints = Hints { file_name, content_type: Some("application/octet-stream".to_owned()), ..Hints::default() };
        if hints.file_name.as_deref() == Some("x.csv") && format != SourceFormat::VCard {
            continue;
        }
        assert_eq!(Source::open(&bytes[..], &hints).unwrap().format(), format);
    }
}
