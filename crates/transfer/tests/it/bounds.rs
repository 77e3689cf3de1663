//! Files that are too large, too deep, cut off, or none.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use roster_domain::InvalidCode;
use roster_transfer::{ColumnMap, Failure, Hints, Limits, Options, Row, Source, SourceFormat};
use rstest::rstest;

use crate::support::{briefs, rows};

fn failure(bytes: &[u8], hints: &Hints) -> Option<Failure> {
    match Source::open(bytes, hints).and_then(|source| source.contacts(Options::default())) {
        Ok(contacts) => contacts.filter_map(Result::err).last(),
        Err(failure) => Some(failure),
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_cell_of_ten_megabytes_is_a_row_and_no_end() {
    let long = "x".repeat(10 * 1024 * 1024);
    let file = format!("name,number\n\"{long}\",1\nAmina,2\n");
    let rows: Vec<Row> = rows(file.as_bytes(), &Hints::default(), &Options::default());
    assert_eq!(briefs(&rows), ["2.1 ! name too_long", "3.1 Amina: 2"]);
    assert!(rows[0].original.is_cut());
}

#[test]
fn so_is_a_member_of_ten_megabytes() {
    let long = "x".repeat(10 * 1024 * 1024);
    let first = format!(r#"{{"name":"{long}","number":"1"}}"#);
    for file in [format!("{first}\n{{\"number\":\"2\"}}\n"), format!("[{first},\n{{\"number\":\"2\"}}]")] {
        let rows = rows(file.as_bytes(), &Hints::default(), &Options::default());
        assert_eq!(briefs(&rows), ["1.1 ! name too_long", "2.1 -: 2"]);
    }
}

#[test]
fn and_a_line_of_a_card() {
    let long = "x".repeat(10 * 1024 * 1024);
    let file = format!("BEGIN:VCARD\nFN:{long}\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nFN:Amina\nTEL:2\nEND:VCARD\n");
    let rows = rows(file.as_bytes(), &Hints::default(), &Options::default());
    assert_eq!(briefs(&rows), ["1.1 ! FN too_long", "5.1 Amina: 2"]);
}

#[test]
fn a_line_that_never_ends_is_too_long() {
    let file =
        [b"{\"number\":\"1\"}\n".to_vec(), vec![b'x'; 20 * 1024 * 1024], b"\n{\"number\":\"2\"}\n".to_vec()].concat();
    let rows = rows(&file, &Hints::default(), &Options::default());
    assert_eq!(briefs(&rows), ["1.1 -: 1", "2.1 !  too_long", "3.1 -: 2"]);
}

#[test]
fn more_members_than_anything_has() {
    let file = format!("{{\"number\":\"1\"{}}}\n", ",\"a\":{\"b\":1}".repeat(6_000));
    assert_eq!(briefs(&rows(file.as_bytes(), &Hints::default(), &Options::default())), ["1.1 !  malformed"]);
}

#[test]
fn a_bomb_goes_off_nowhere() {
    let bomb = packed(&b"name,number\n".repeat(2_000_000));
    assert!(matches!(failure(&bomb, &Hints::default()), Some(Failure::TooLarge)));
    let limits = Limits { unpacked: 1_000, ratio: 1_000_000 };
    let small = packed(&b"name,number\n".repeat(1_000));
    assert!(matches!(failure(&small, &Hints { limits, ..Hints::default() }), Some(Failure::TooLarge)));
}

#[test]
fn what_is_packed_and_damaged_says_so() {
    let mut file = packed(&b"name,number\nAmina,1\n".repeat(50));
    let at = file.len() - 6;
    file[at] ^= 1;
    assert!(matches!(failure(&file, &Hints::default()), Some(Failure::Damaged)));
}

#[test]
fn several_packed_files_one_after_the_other_are_one() {
    let file = [packed(b"name,number\nA,1\n"), packed(b"B,2\n")].concat();
    assert_eq!(briefs(&rows(&file, &Hints::default(), &Options::default())), ["2.1 A: 1", "3.1 B: 2"]);
}

#[test]
fn what_is_cut_off_says_so() {
    let whole = packed(&b"name,number\nAmina,1\n".repeat(50));
    assert!(matches!(failure(&whole[..whole.len() - 12], &Hints::default()), Some(Failure::Cut)));
    assert!(matches!(failure(br#"{"data":[{"number":"1"},{"nu"#, &Hints::default()), Some(Failure::Cut)));
    assert!(matches!(failure(b"[{\"number\":\"1\"},\n", &Hints::default()), Some(Failure::Cut)));
}

#[test]
fn a_card_that_is_cut_off_is_no_contact() {
    let rows = rows(b"BEGIN:VCARD\nFN:Amina\nTEL:+23480312", &Hints::default(), &Options::default());
    assert_eq!(briefs(&rows), ["1.1 !  malformed"]);
}

/// A card without its beginning is none, but is told of; and files are put one behind the other.
#[test]
fn what_stands_in_no_card_is_told_of() {
    let first = "BEGIN:VCARD\nFN:Amina\nTEL:1\nEND:VCARD";
    let file = format!("TEL:0\n{first}\n\nFN:Bola\nTEL:2\nEND:VCARD\n{first}{first}\r\nVERSION:3.0\nTEL:4\n");
    let rows =
        rows(file.as_bytes(), &Hints { format: Some(SourceFormat::VCard), ..Hints::default() }, &Options::default());
    let expected =
        ["1.1 !  malformed", "2.1 Amina: 1", "7.1 !  malformed", "10.1 Amina: 1", "13.1 Amina: 1", "18.1 !  malformed"];
    assert_eq!(briefs(&rows), expected);
    assert!(rows[2].original.as_str().starts_with("FN:Bola\r\nTEL:2\nEND:VCARD"), "{:?}", rows[2].original);
}

#[rstest]
#[case(b"PK\x03\x04rest", "a workbook or an archive")]
#[case(b"%PDF-1.7", "a PDF")]
fn other_programs_formats(#[case] bytes: &[u8], #[case] what: &str) {
    assert!(matches!(failure(bytes, &Hints::default()), Some(Failure::Foreign(foreign)) if foreign == what));
}

#[test]
fn nothing_is_no_spreadsheet_but_may_be_an_empty_collection() {
    assert!(matches!(failure(b"", &Hints::default()), Some(Failure::Empty)));
    let hints = Hints { file_name: Some("contacts.bson".to_owned()), ..Hints::default() };
    assert_eq!(rows(b"", &hints, &Options::default()), []);
}

#[test]
fn a_file_without_a_header_needs_a_map() {
    let file = b"Amina,2348031234567\nBola,2348031234568\n";
    let refused = failure(file, &Hints::default()).unwrap();
    assert!(matches!(&refused, Failure::NoNumberColumn { columns } if columns.len() == 2));
    assert!(!refused.to_string().contains("2348031234567"));
    let options = Options { map: ColumnMap::parse("name=1,number=2").unwrap(), ..Options::default() };
    let rows = rows(file, &Hints::default(), &options);
    assert_eq!(briefs(&rows), ["1.1 Amina: 2348031234567", "2.1 Bola: 2348031234568"]);
}

#[test]
fn columns_and_members_by_other_names() {
    let options = Options { map: ColumnMap::parse("name=Full_Name,number=Kontakt").unwrap(), ..Options::default() };
    let file = b"Full_Name,Phone,Kontakt\nAmina,1,2\n";
    assert_eq!(briefs(&rows(file, &Hints::default(), &options)), ["2.1 Amina: 2"]);
    let file = br#"{"Full_Name": "Amina", "number": "1", "Kontakt": "2"}"#;
    assert_eq!(briefs(&rows(file, &Hints::default(), &options)), ["1.1 Amina: 2"]);
}

#[test]
fn all_problems_come_at_once() {
    let file =
        br#"{"_id": 1, "name": 2, "number": " ", "group_id": "x", "channel": "A b", "createdAt": "x", "__v": "1"}"#;
    let rows = rows(file, &Hints::default(), &Options::default());
    let problems = rows[0].outcome.as_ref().unwrap_err();
    let found: Vec<_> = problems.iter().map(|problem| (problem.column.as_str(), problem.invalid.code)).collect();
    assert_eq!(
        found,
        [
            ("_id", InvalidCode::WrongType),
            ("name", InvalidCode::WrongType),
            ("number", InvalidCode::Required),
            ("group_id", InvalidCode::Malformed),
            ("channel", InvalidCode::Malformed),
            ("createdAt", InvalidCode::Malformed),
            ("__v", InvalidCode::WrongType),
        ]
    );
}

#[test]
fn bytes_that_are_no_text_spoil_their_row_alone() {
    let file = [&b"name,number\n"[..], "Zoë,1\nChloé,2\n".as_bytes(), b"Ren\xe9,3\nNoel,4\n"].concat();
    let rows = rows(&file, &Hints::default(), &Options::default());
    assert_eq!(briefs(&rows), ["2.1 Zoë: 1", "3.1 Chloé: 2", "4.1 ! name malformed", "5.1 Noel: 4"]);
}

#[test]
fn a_broken_line_is_one_row() {
    let file = b"{\"number\":\"1\"}\n{\"number\":\"2\n{\"number\":\"3\"}\n7\n";
    let rows = rows(file, &Hints::default(), &Options::default());
    assert_eq!(briefs(&rows), ["1.1 -: 1", "2.1 !  malformed", "3.1 -: 3", "4.1 !  wrong_type"]);
}

#[test]
fn blank_lines_are_no_rows() {
    let file = b"\nname,number\n\n,\nAmina,1\n\r\n,,\n";
    assert_eq!(briefs(&rows(file, &Hints::default(), &Options::default())), ["5.1 Amina: 1"]);
}
