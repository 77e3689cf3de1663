//! Whatever the bytes: rows or a failure, an end, and never a panic.

use proptest::prelude::*;
use roster_domain::Region;
use roster_domain::Tally;
use roster_transfer::{ColumnMap, Hints, Options, SeveralNumbers, Source, SourceFormat};

/// Reads everything every way there is.
fn read(bytes: &[u8]) {
    let options = [
        Options::default(),
        Options {
            map: ColumnMap::parse("number=1,name=2").unwrap(),
            several: SeveralNumbers::OneEach,
            region: Region::parse("NG").ok(),
        },
    ];
    let formats = SourceFormat::ALL.into_iter().map(Some).chain([None]);
    for (format, options) in formats.flat_map(|format| options.iter().map(move |options| (format, options))) {
        let hints = Hints { format, ..Hints::default() };
        let open = || Source::open(bytes, &hints);
        if let Ok(Ok(contacts)) = open().map(|source| source.contacts(options.clone())) {
            let mut tally = Tally::default();
            for row in contacts {
                let Ok(row) = row else { continue };
                tally.read_one();
                assert!(row.at.line > 0 && row.at.part > 0);
                assert!(row.outcome.as_ref().err().is_none_or(|problems| !problems.is_empty()));
                let _ = row.reason();
            }
            assert!(tally.read <= bytes.len() as u64 + 1);
        }
        if let Ok(Ok(users)) = open().map(Source::users) {
            users.for_each(drop);
        }
        if let Ok(Ok(clients)) = open().map(Source::clients) {
            clients.for_each(drop);
        }
        if let Ok(Ok(groups)) = open().map(Source::groups) {
            groups.for_each(drop);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes: Vec<u8>) {
        read(&bytes);
    }

    #[test]
    fn what_looks_like_csv(text in "(name|number|Phone 1 - Value|Labels|_id)[,;\t|](number|Phone|group|survey_sort_id)\r?\n[a0-9'\"=+,;:\t|\r\n. eE\u{202a}é-]{0,80}") {
        read(text.as_bytes());
    }

    #[test]
    fn what_looks_like_a_card(text in "BEGIN:VCARD\r\n((item1\\.)?(FN|N|TEL|ORG|X-ABLabel|PHOTO|AGENT|END|BEGIN|UID|X-ROSTER-NUMBER)(;(CELL|TYPE=\"a,b|waid=1|ENCODING=QUOTED-PRINTABLE|CHARSET=utf-16|PREF))?:?[a0=9\\\\;, :VCARD]{0,10}(\r\n|\n|\r\n |=\r\n)?){0,12}") {
        read(text.as_bytes());
    }

    #[test]
    fn what_looks_like_documents(text in r#"[\[{]?("(_id|number|name|data|transaction|\$oid|\$date|\$numberLong)":([\[{"]?[0-9a.eE+-]{0,4}["}\]]?|null),?){0,5}[}\],\n]{0,4}"#) {
        read(text.as_bytes());
    }

    #[test]
    fn broken_samples(name in prop::sample::select(vec![
        "google-contacts.csv", "outlook.csv", "whatsapp-tool.csv", "apple.vcf", "android.vcf", "modern.vcf",
        "mongoexport.ndjson", "mongoexport-canonical.json", "listing.json", "users.ndjson", "groups.json",
    ]), cut: prop::sample::Index, at: prop::sample::Index, byte: u8) {
        let mut bytes = crate::support::data(name);
        bytes.truncate(cut.index(bytes.len()) + 1);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        read(&bytes);
    }
}
