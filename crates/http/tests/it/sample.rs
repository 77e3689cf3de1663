//! The guide's own listing, stored as it is, comes back as it is.

use roster_domain::ports::{ContactCreation, Store as Ports};
use roster_domain::values::Number;
use roster_domain::{
    Caller, Channel, ClientId, ClientName, ClientSessionId, ContactId, ContactName, GroupId, GroupTitle, NewClient,
    NewContact, NewGroup, SessionId, Timestamp, TokenHash, Transaction, UserId,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Postgres, Roster, Sqlite, Store};

const GUIDE: &str = include_str!("../data/contacts-api-guide.txt");
const SAMPLE: &str = include_str!("../data/sample-listing.json");

fn sample() -> Value {
    serde_json::from_str(SAMPLE).unwrap()
}

fn text<'a>(contact: &'a Value, member: &str) -> &'a str {
    contact[member].as_str().unwrap()
}

fn time(contact: &Value, member: &str) -> Timestamp {
    Timestamp::parse(text(contact, member)).unwrap()
}

/// The client and group that a contact of the sample stands in.
async fn make_client(ports: &Ports, owner: &Caller, contact: &Value) {
    let (client, group) = (text(contact, "client_id"), text(contact, "group_id"));
    let at = time(contact, "createdAt");
    let client = NewClient {
        id: ClientId::parse(client).unwrap(),
        name: ClientName::parse(client).unwrap(),
        session_id: ClientSessionId::parse(client).unwrap(),
        token_hash: TokenHash([7; 32]),
        region: None,
        created_at: at,
        updated_at: at,
        group: NewGroup {
            id: GroupId::parse(group).unwrap(),
            title: GroupTitle::parse("Contacts").unwrap(),
            is_default: true,
            created_at: at,
            updated_at: at,
            legacy_version: 0,
        },
    };
    ports.clients.create(&owner.account().unwrap(), client).await.unwrap().expect("the user exists");
}

async fn make_contact(ports: &Ports, owner: &Caller, contact: &Value) {
    assert_eq!(contact["transaction"], json!({ "survey_id": null, "survey_sort_id": null }));
    let contact = NewContact {
        id: ContactId::parse(text(contact, "_id")).unwrap(),
        group_id: Some(GroupId::parse(text(contact, "group_id")).unwrap()),
        name: ContactName::parse(text(contact, "name")).unwrap(),
        number: Number::parse(text(contact, "number")).unwrap(),
        channel: Channel::parse(text(contact, "channel")).unwrap(),
        transaction: Transaction::default(),
        created_at: time(contact, "createdAt"),
        updated_at: time(contact, "updatedAt"),
        legacy_version: contact["__v"].as_i64().unwrap(),
    };
    let made = ports.contacts.create(&owner.scope(), contact).await.unwrap();
    assert!(matches!(made, ContactCreation::Done(_)), "{made:?}");
}

#[rstest]
fn the_sample_comes_back_as_it_was_printed(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let sample = sample();
    let contacts = sample["data"].as_array().unwrap();
    assert_eq!(contacts.len(), 11);
    let owner = Caller::User {
        user: UserId::parse(&ada.id).unwrap(),
        session: SessionId::from(uuid::Uuid::nil()),
        client: None,
    };
    roster.act(async {
        let ports = roster.ports();
        let mut clients = Vec::new();
        for contact in contacts {
            if !clients.contains(&text(contact, "client_id")) {
                clients.push(text(contact, "client_id"));
                make_client(&ports, &owner, contact).await;
            }
            make_contact(&ports, &owner, contact).await;
        }
        assert_eq!(clients.len(), 2, "two clients of one user");
    });

    assert_eq!(ada.get("/contact?type=all").expect(200).json(), sample);
    assert_eq!(ada.get("/contact?type=all&limit=11").expect(200).data(), sample["data"]);
    for contact in contacts {
        assert_eq!(ada.get(&format!("/contact/{}", text(contact, "_id"))).expect(200).data(), *contact);
    }
    let bob = roster.sign_up("bob@example.org");
    assert_eq!(bob.get("/contact?type=all").expect(200).data(), json!([]));
}

#[test]
fn the_sample_is_the_guides() {
    let start = GUIDE.find("{\n\"status\": true,\n\"message\": \"Contact fetched successfully!\"").unwrap();
    let printed = serde_json::Deserializer::from_str(&GUIDE[start..]).into_iter::<Value>().next();

    assert_eq!(printed.unwrap().unwrap(), sample());
}
