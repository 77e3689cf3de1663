//! Dumps of the system behind the guide, and the API's own answers.

use bson::{RawDocumentBuf, rawdoc};
use roster_domain::{ClientId, ClientName, ContactId, GroupId, ObjectId, SurveySortId, Timestamp};
use roster_transfer::{Failure, Hints, Options, Source, SourceFormat};
use secrecy::ExposeSecret;

use crate::support::{briefs, data, rows, sample};

#[test]
fn what_mongoexport_writes_line_by_line() {
    let rows = sample("mongoexport.ndjson", &Options::default());
    assert_eq!(
        briefs(&rows),
        ["1.1 Amina Bello: 2348031234567", "2.1 Group: 120363045767536459", "3.1 Double: 2348031234567 [decimals]",]
    );
    let candidate = rows[0].outcome.as_ref().unwrap();
    assert_eq!(candidate.id, ContactId::parse("64a87271eccf5b76ca8e15e1").ok());
    assert_eq!(candidate.client, ClientId::parse("649ff7e0e6046617c8aeabf0").ok());
    assert_eq!(candidate.group.as_ref().unwrap().id, GroupId::parse("64a00ec7c5e487d95dcb0d5c").ok());
    assert_eq!(candidate.created_at, Timestamp::parse("2023-07-07T20:15:45.962Z").ok());
    assert_eq!(candidate.updated_at, Timestamp::parse("2023-07-08T20:15:45.962Z").ok());
    assert_eq!(candidate.legacy_version, Some(1));
}

#[test]
fn what_it_writes_canonically_in_an_array() {
    let rows = sample("mongoexport-canonical.json", &Options::default());
    assert_eq!(briefs(&rows), ["1.1 Amina Bello: 2348031234567", "36.1 Long: 2348031234568"]);
    let candidate = rows[0].outcome.as_ref().unwrap();
    assert_eq!(candidate.transaction.survey_sort_id, Some(SurveySortId::Integer(7)));
    assert_eq!(candidate.transaction.survey_id, ObjectId::parse("64a00ec7c5e487d95dcb0d5d").ok());
    assert_eq!(candidate.created_at, Some(Timestamp::from_millis(1_688_760_945_962)));
    assert_eq!(candidate.legacy_version, Some(3));
}

#[test]
fn an_answer_of_the_api() {
    let rows = sample("listing.json", &Options::default());
    assert_eq!(briefs(&rows), ["5.1 Amina Bello: 2348031234567", "20.1 : status"]);
    assert_eq!(rows[1].outcome.as_ref().unwrap().transaction.survey_sort_id, Some(SurveySortId::Text("b".to_owned())));
}

fn dumped(number: impl Into<bson::raw::RawBson>) -> RawDocumentBuf {
    let mut document = rawdoc! {
        "_id": bson::oid::ObjectId::from_bytes([7; 12]),
        "name": "Amina Bello",
        "group_id": bson::oid::ObjectId::from_bytes([8; 12]),
        "createdAt": bson::DateTime::from_millis(1_688_760_945_962),
        "__v": 2,
    };
    document.append(bson::cstr!("number"), number.into());
    document
}

#[test]
fn bson_document_by_document() {
    let long = 120_363_045_767_536_459_i64;
    let documents = [dumped("2348031234567"), dumped(long), dumped(2_348_031_234_567.0), dumped(1e17), dumped(true)];
    let bytes: Vec<u8> = documents.iter().flat_map(|document| document.as_bytes().to_vec()).collect();
    let source = Source::open(&bytes[..], &Hints::default()).unwrap();
    assert_eq!(source.format(), SourceFormat::Bson);
    let rows = rows(&bytes, &Hints::default(), &Options::default());
    assert_eq!(
        briefs(&rows),
        [
            "1.1 Amina Bello: 2348031234567",
            "2.1 Amina Bello: 120363045767536459",
            "3.1 Amina Bello: 2348031234567 [decimals]",
            "4.1 ! number malformed",
            "5.1 ! number wrong_type",
        ]
    );
    let candidate = rows[0].outcome.as_ref().unwrap();
    assert_eq!(candidate.id, Some(ContactId::from(ObjectId::from_bytes([7; 12]))));
    assert_eq!(candidate.created_at, Some(Timestamp::from_millis(1_688_760_945_962)));
    assert_eq!(candidate.legacy_version, Some(2));
    assert!(rows[0].original.as_str().starts_with(r#"{"_id":"070707070707070707070707","name":"Amina Bello""#));
}

#[test]
fn a_dump_that_is_cut_off_says_so_behind_its_last_whole_document() {
    let bytes = [dumped("1").as_bytes(), &dumped("2").as_bytes()[..40]].concat();
    let source = Source::open(&bytes[..], &Hints::default()).unwrap();
    let mut contacts = source.contacts(Options::default()).unwrap();
    assert!(matches!(contacts.next(), Some(Ok(row)) if row.outcome.is_ok()));
    assert!(matches!(contacts.next(), Some(Err(Failure::Cut))));
    assert!(contacts.next().is_none());
}

#[test]
fn users_with_their_hashes() {
    let bytes = data("users.ndjson");
    let users: Vec<_> =
        Source::open(&bytes[..], &Hints::default()).unwrap().users().unwrap().map(Result::unwrap).collect();
    let user = users[0].outcome.as_ref().unwrap();
    assert_eq!((user.email.as_str(), user.firstname.as_str()), ("amina@example.org", "Amina"));
    assert!(user.password_hash.expose_secret().starts_with("$2b$10$"));
    assert!(!format!("{user:?}").contains("$2b$"));
    let problems: Vec<_> = users[1].outcome.as_ref().unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["email must be an e-mail address", "password must be a hash of bcrypt"]);
    assert_eq!(users[1].id, ObjectId::parse("649ff7e0e6046617c8aeab02").ok());
}

#[test]
fn clients_with_their_credentials() {
    let bytes = data("clients.ndjson");
    let source = Source::open(&bytes[..], &Hints::default()).unwrap();
    let clients: Vec<_> = source.clients().unwrap().map(Result::unwrap).collect();
    let client = clients[0].outcome.as_ref().unwrap();
    assert_eq!(client.session_id.as_str(), "shop-1");
    assert_eq!(client.access_token.expose_secret(), "invented-token-1");
    assert_eq!(client.name.as_ref().map(ClientName::as_str), Some("Shop"));
    let columns: Vec<_> =
        clients[1].outcome.as_ref().unwrap_err().iter().map(|problem| problem.column.as_str()).collect();
    assert_eq!(columns, ["session_id", "access_token"]);
}

#[test]
fn groups_of_an_answer() {
    let bytes = data("groups.json");
    let source = Source::open(&bytes[..], &Hints::default()).unwrap();
    let groups: Vec<_> = source.groups().unwrap().map(Result::unwrap).collect();
    let group = groups[0].outcome.as_ref().unwrap();
    assert_eq!((group.title.as_str(), group.is_default, group.legacy_version), ("Everybody", true, Some(2)));
}

#[test]
fn a_collection_is_no_spreadsheet() {
    let bytes = data("outlook.csv");
    let source = Source::open(&bytes[..], &Hints::default()).unwrap();
    assert!(matches!(source.users().err(), Some(Failure::NotDocuments)));
}
