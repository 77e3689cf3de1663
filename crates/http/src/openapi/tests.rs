use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::*;
use crate::error::Code;
use crate::routes;

fn document() -> Value {
    serde_json::from_str(&Document::get().unwrap().text).unwrap()
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    })
}

/// Whatever stands at a member of this name, anywhere.
fn all_at<'a>(name: &str, value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| all_at(name, item, found)),
        Value::Object(members) => {
            found.extend(members.get(name));
            members.values().for_each(|member| all_at(name, member, found));
        }
        _ => {}
    }
}

#[test]
fn it_has_every_route_and_no_other() {
    let described: BTreeSet<String> = operations(&document()).map(|(call, _)| call).collect();
    // HEAD is wherever GET is, and OPTIONS is everywhere: both are said once, for all.
    let served = routes::places().into_iter().flat_map(|place| {
        let methods = place.served().methods.clone();
        let path = place.served().path;
        methods.into_iter().filter(|method| *method != "HEAD").map(move |method| format!("{method} {path}"))
    });
    assert_eq!(described, served.collect());
}

#[test]
fn each_code_has_an_example_that_an_answer_shows() {
    for (at, code) in Code::ALL.into_iter().enumerate() {
        assert_eq!(code as usize, at, "the table of codes is in order");
    }
    assert_eq!(Code::ALL.len(), Code::StoreUnavailable as usize + 1, "the last code");
    let document = document();
    let mut references = Vec::new();
    all_at("$ref", &document["components"]["responses"], &mut references);
    for code in Code::ALL {
        let example = &document["components"]["examples"][code.as_str()];
        assert_eq!(example["value"]["error"]["code"], code.as_str());
        // These are reasons that operations of batches are refused for, and never an answer of their own.
        if !matches!(code, Code::Ambiguous | Code::IdTaken) {
            let reference = format!("#/components/examples/{}", code.as_str());
            assert!(references.iter().any(|shown| **shown == reference), "{reference}");
        }
    }
}

#[test]
fn each_status_has_the_codes_of_its_own() {
    let statuses: BTreeMap<&str, u16> =
        Code::ALL.into_iter().map(|code| (code.as_str(), code.status().as_u16())).collect();
    let document = document();
    for (call, operation) in operations(&document) {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let Some(name) = answer["$ref"].as_str() else { continue };
            let answer = document.pointer(name.trim_start_matches('#')).unwrap();
            for code in answer["content"]["application/json"]["examples"].as_object().unwrap().keys() {
                assert_eq!(statuses[code.as_str()].to_string(), *status, "{code} of {call}");
            }
        }
    }
}

#[test]
fn each_call_and_each_parameter_has_words() {
    let document = document();
    let mut names = BTreeSet::new();
    for (call, operation) in operations(&document) {
        assert!(operation["summary"].as_str().is_some_and(|words| !words.is_empty()), "{call}");
        assert!(names.insert(operation["operationId"].to_string()), "the name of {call} is taken");
        for parameter in operation["parameters"].as_array().unwrap() {
            let shared = parameter["$ref"].as_str().map(|name| document.pointer(name.trim_start_matches('#')).unwrap());
            let parameter = shared.unwrap_or(parameter);
            let words = parameter["description"].as_str().unwrap_or_default();
            assert!(!words.is_empty(), "{} of {call}", parameter["name"]);
        }
    }
}

#[test]
fn each_reference_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    all_at("$ref", &document, &mut references);
    assert!(references.len() > 100);
    for reference in references {
        let pointer = reference.as_str().unwrap().trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn the_copy_in_docs_is_fresh() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json"));
    let text = &Document::get().unwrap().text;
    if std::env::var_os("RENEW").is_some() {
        fs::write(path, text).unwrap();
    }
    let there = fs::read_to_string(path).unwrap_or_default();
    assert!(there == *text, "docs/openapi.json is stale; renew it by: RENEW=1 cargo test --workspace the_copy_in_docs");
}
