//! The guide that consumers have: every call printed there works as printed.

mod script;

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, text};
use crate::place::{Kind, Place, Said};
use script::{Call, Method};

/// So many curl lines stand in the guide.
const CALLS: usize = 11;

/// Makes real curl silent, and lets it add the status below the body, without a flag that the guide doesn't print.
const CURLRC: &str = "silent\nshow-error\nwrite-out = \"\\n%{http_code}\"\n";

/// What a call answers beside its data.
fn expected(call: &Call) -> (u16, &'static str) {
    match (call.resource(), call.method) {
        ("contact", Method::Post) => (201, "Contact created successfully!"),
        ("contact", Method::Get) => (200, "Contact fetched successfully!"),
        ("contact", Method::Put) => (200, "Contact updated successfully!"),
        ("contact", Method::Delete) => (200, "Contact deleted successfully!"),
        ("contact_groups", Method::Post) => (201, "ContactGroup group created successfully!"),
        ("contact_groups", Method::Get) => (200, "ContactGroup group fetched successfully!"),
        ("contact_groups", Method::Put) => (200, "ContactGroup group updated successfully!"),
        ("contact_groups", Method::Delete) => (200, "ContactGroup group deleted successfully!"),
        (other, _) => panic!("no such resource in the guide: {other}"),
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn every_call_of_the_guide_works_as_printed(#[case] kind: Kind) {
    let place = Place::ready(kind);
    place.write(".curlrc", CURLRC);
    let place = {
        let home = place.folder().to_str().unwrap().to_owned();
        place.with("CURL_HOME", &home)
    };
    let running = place.serve();
    let ada = Api::signed_up(&running);

    let calls = script::calls();
    assert_eq!(calls.len(), CALLS);
    // What the guide prints for one call is the shape for all that answer the same kind of thing.
    let contact = members_of(&calls, "contact");
    let group = members_of(&calls, "contact_groups");

    for call in &calls {
        let group_id = ada.group("Neighbours");
        let id = match call.resource() {
            "contact" => ada.contact("Amina Bello", "2348000000001"),
            _ => group_id.clone(),
        };
        let before = ada.get(&format!("/contact/{id}")).1;

        let command = call.with_ids(&id, &group_id).against(running.base(), ada.token());
        let said = Said::of(place.command("sh").args(["-c", &command]).output().unwrap());
        let (body, status) = said.done().rsplit_once('\n').unwrap();
        let answer: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{command}\n{body}"));

        let (expected_status, message) = expected(call);
        assert_eq!(status, expected_status.to_string(), "{command}\n{answer}");
        assert_eq!(members(&answer), BTreeSet::from(["status", "message", "data"].map(str::to_owned)), "{answer}");
        assert_eq!((&answer["status"], &answer["message"]), (&json!(true), &json!(message)), "{command}");

        let data = &answer["data"];
        let shape = if call.resource() == "contact" { &contact } else { &group };
        match call.method {
            Method::Delete => assert_deletion(call, data),
            _ if call.has_id() || call.method == Method::Post => assert_eq!(&members(data), shape, "{data}"),
            _ => assert_list(data, shape, &id),
        }
        match (call.resource(), call.method) {
            // It holds nothing that a contact has.
            ("contact", Method::Put) => assert_eq!(*data, before["data"]),
            ("contact", Method::Post) => {
                assert_eq!((&data["name"], &data["number"]), (&json!("Banky"), &json!("1234556677")));
                assert_eq!(data["group_id"], json!(group_id));
            }
            ("contact_groups", Method::Post) => assert_eq!(data["title"], "Group Name"),
            ("contact_groups", Method::Put) => assert_eq!(data["title"], "Updated Group Name"),
            (resource, Method::Delete) => assert_eq!(ada.get(&format!("/{resource}/{id}")).0, 404),
            (_, Method::Get) if call.has_id() => assert_eq!(data["_id"], json!(id)),
            _ => {}
        }
    }
}

fn members(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap_or_else(|| panic!("no object: {object}")).keys().cloned().collect()
}

/// The members of one thing of this resource, as the guide prints it; each of its samples has the same.
fn members_of(calls: &[Call], resource: &str) -> BTreeSet<String> {
    let samples = calls.iter().filter(|call| call.resource() == resource && call.method != Method::Delete);
    let things = samples.filter_map(|call| call.sample.as_ref()).flat_map(|sample| match &sample["data"] {
        Value::Array(things) => things.clone(),
        thing => vec![thing.clone()],
    });
    let mut shapes: Vec<BTreeSet<String>> = things.map(|thing| members(&thing)).collect();
    shapes.dedup();
    assert_eq!(shapes.len(), 1, "the guide prints {resource} in several shapes: {shapes:?}");
    shapes.remove(0)
}

fn assert_list(data: &Value, shape: &BTreeSet<String>, id: &str) {
    let things = data.as_array().unwrap_or_else(|| panic!("no list: {data}"));
    assert!(things.iter().any(|thing| text(&thing["_id"]) == id), "{id} isn't in {data}");
    for thing in things {
        assert_eq!(&members(thing), shape, "{thing}");
    }
}

/// As printed; a group's deletion says besides what became of its contacts.
fn assert_deletion(call: &Call, data: &Value) {
    let mut printed = json!({"n": 1, "ok": 1, "deletedCount": 1});
    if let Some(sample) = &call.sample {
        assert_eq!(sample["data"], printed);
    }
    if call.resource() == "contact_groups" {
        printed["contacts"] = json!(0);
    }
    assert_eq!(*data, printed);
}
