//! What the OpenAPI document says of answers: each that passes through here is held to it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use roster_http::Document;
use serde_json::{Value, json};

use super::Answer;

/// The document, in which objects hold nothing but what it names: for others it leaves room for what is to come.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::from_str(&Document::get().expect("a document").text).expect("JSON");
    close(&mut document);
    document
});

/// Headers that not every answer has.
const HEADERS: [&str; 7] =
    ["etag", "location", "link", "content-disposition", "retry-after", "www-authenticate", "allow"];

fn close(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("type") == Some(&json!("object")) && members.contains_key("properties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        _ => {}
    }
}

/// Fails unless an answer to `GET /contact?x=1` (or whatever it was) is one that the document tells of.
#[track_caller]
pub fn examine(call: &str, answer: &Answer) {
    // Of bytes on a connection nobody knows what they asked for.
    let Some((method, path)) = call.split_once(' ').filter(|(_, path)| path.starts_with('/')) else { return };
    // Of a path that there is, another prefix may have been called.
    let may_be_nowhere = answer.status == 404 && answer.code() != "not_found";
    let Some(pattern) = pattern(path).filter(|_| !may_be_nowhere) else {
        assert_eq!(answer.status, 404, "the document has no such path: {answer}");
        return;
    };
    // HEAD is as GET, but for the body.
    let (is_head, method) = if method == "HEAD" { (true, "get") } else { (false, &*method.to_lowercase()) };
    let operation = &DOCUMENT["paths"][pattern][method];
    if operation.is_null() {
        let is_told = answer.status == 405 || method == "options";
        assert!(is_told, "the document has no such call: {answer}");
        return;
    }
    let described = resolved(&operation["responses"][answer.status.to_string()]);
    assert!(!described.is_null(), "the document doesn't tell of this status: {answer}");
    for name in HEADERS.iter().filter(|name| answer.header(name).is_some()) {
        let headers = described["headers"].as_object().expect("headers").keys();
        assert!(headers.map(|told| told.to_lowercase()).any(|told| told == *name), "{name} isn't told of: {answer}");
    }
    let Some(media_type) = answer.header("content-type") else { return };
    let essence = media_type.split(';').next().unwrap_or_default();
    let schema = &described["content"][essence]["schema"];
    assert!(!schema.is_null(), "the document doesn't tell of {essence}: {answer}");
    if essence == "application/json" && !is_head {
        let examples = &described["content"][essence]["examples"];
        assert!(
            examples.is_null() || !examples[answer.code()].is_null(),
            "the document doesn't tell of the code: {answer}"
        );
        let example = &described["content"][essence]["example"]["message"];
        assert!(example.is_null() || *example == answer.json()["message"], "another message than {example}: {answer}");
        let wrong = validator(schema).iter_errors(&answer.json()).map(|error| error.to_string()).collect::<Vec<_>>();
        assert!(wrong.is_empty(), "not as the document says: {wrong:#?}\n{answer}");
    }
}

/// The path of the document that a path is of.
fn pattern(path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let asked: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &str| {
        let there: Vec<&str> = pattern.split('/').collect();
        let mut pairs = there.iter().zip(&asked);
        there.len() == asked.len() && pairs.all(|(there, asked)| there == asked || there.starts_with('{'))
    };
    let patterns = DOCUMENT["paths"].as_object().expect("paths").keys().map(String::as_str);
    // Words go before ids.
    patterns.filter(|pattern| fits(pattern)).min_by_key(|pattern| pattern.contains('{'))
}

fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).expect("what is referred to"),
        None => value,
    }
}

/// Made once for each schema.
fn validator(schema: &'static Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<usize, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().expect("no validator panics");
    let one = made.entry(std::ptr::from_ref(schema) as usize).or_insert_with(|| {
        let mut whole = schema.clone();
        whole["components"] = json!({ "schemas": DOCUMENT["components"]["schemas"] });
        Arc::new(jsonschema::draft202012::new(&whole).expect("a schema"))
    });
    Arc::clone(one)
}
