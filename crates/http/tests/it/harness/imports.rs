//! Imports, from a file that is sent to what became of it.

use roster_testkit::eventually;
use serde_json::Value;

use super::{Answer, Consumer, Form, id};

/// Where an import goes no further by itself.
const ENDS: [&str; 3] = ["completed", "failed", "cancelled"];

impl Consumer {
    /// Sends a file, with these parameters.
    #[track_caller]
    pub fn send_file(&self, query: &str, file: impl Into<Vec<u8>>) -> Answer {
        self.call("POST", &format!("/imports?{query}")).body(file).send()
    }

    /// Sends a form.
    #[track_caller]
    pub fn send_form(&self, form: Form) -> Answer {
        self.call("POST", "/imports").header("content-type", Form::CONTENT_TYPE).body(form.end()).send()
    }

    /// An import of this file, as it was accepted.
    #[track_caller]
    pub fn import(&self, query: &str, file: impl Into<Vec<u8>>) -> Value {
        self.send_file(query, file).expect(202).data()
    }

    /// An import as it is now.
    #[track_caller]
    pub fn import_now(&self, import: &Value) -> Value {
        self.get(&format!("/imports/{}", id(import))).expect(200).data()
    }

    /// An import once it is at its end.
    #[track_caller]
    pub fn import_ended(&self, import: &Value) -> Value {
        self.import_once(import, &ENDS)
    }

    /// An import once it is undone.
    #[track_caller]
    pub fn import_undone(&self, import: &Value) -> Value {
        self.import_once(import, &["undone"])
    }

    #[track_caller]
    fn import_once(&self, import: &Value, states: &[&str]) -> Value {
        eventually("an import's end", || {
            Some(self.import_now(import)).filter(|import| states.contains(&import["state"].as_str().unwrap()))
        })
    }

    /// An import of this file, once it is at its end.
    #[track_caller]
    pub fn imported(&self, query: &str, file: impl Into<Vec<u8>>) -> Value {
        self.import_ended(&self.import(query, file))
    }

    /// What the report of an import says; `of` is a query.
    #[track_caller]
    pub fn report_of(&self, import: &Value, of: &str) -> String {
        let answer = self.get(&format!("/imports/{}/report{of}", id(import))).expect(200);
        String::from_utf8(answer.body).expect("UTF-8")
    }
}
