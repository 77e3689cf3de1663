//! The curl lines of the guide, and the answers it prints below some of them.

use serde_json::Value;

const GUIDE: &str = include_str!("../../../../http/tests/data/contacts-api-guide.txt");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// One curl line, which goes over several lines of text.
#[derive(Clone, Debug)]
pub struct Call {
    command: String,
    path: String,
    pub method: Method,
    /// The answer printed below it.
    pub sample: Option<Value>,
}

/// All of them, in order.
pub fn calls() -> Vec<Call> {
    let lines: Vec<&str> = GUIDE.lines().collect();
    let begins = |at: &usize| lines[*at].starts_with("curl");
    (0..lines.len()).filter(begins).map(|at| Call::read(&lines[at..])).collect()
}

impl Call {
    /// Reads the call that begins here and the answer behind it.
    fn read(lines: &[&str]) -> Self {
        let mut command = String::new();
        let mut rest = lines.iter();
        for line in rest.by_ref() {
            command.push_str(line);
            command.push('\n');
            // Goes on behind a backslash and within quotes.
            if !line.ends_with('\\') && command.matches('\'').count().is_multiple_of(2) {
                break;
            }
        }
        let answer = rest.as_slice().join("\n");
        let sample = answer.starts_with('{').then(|| {
            serde_json::Deserializer::from_str(&answer).into_iter().next().unwrap().expect("the guide's sample is JSON")
        });

        let path = command.split('\'').find(|quoted| quoted.starts_with('/')).expect("no path in the call").to_owned();
        let method = match command.split_once("--request ").map(|(_, rest)| rest.split(' ').next().unwrap()) {
            // With a body, and no other method given.
            None => Method::Post,
            Some("GET") => Method::Get,
            Some("PUT") => Method::Put,
            Some("DELETE") => Method::Delete,
            Some(other) => panic!("{other} is no method of the guide"),
        };
        Self { command, path, method, sample }
    }

    /// `contact` or `contact_groups`.
    pub fn resource(&self) -> &str {
        self.path.split(['/', '?']).nth(1).unwrap()
    }

    /// Whether it is about one thing.
    pub fn has_id(&self) -> bool {
        self.path.split('/').nth(2).is_some()
    }

    /// With ids of things that exist: this one in the path, this group in the body.
    pub fn with_ids(&self, id: &str, group_id: &str) -> Self {
        let mut call = self.clone();
        if let Some(printed) = self.path.split('/').nth(2) {
            call.command = call.command.replace(printed, id);
        }
        if let Some((_, behind)) = self.command.split_once("\"group_id\": \"") {
            call.command = call.command.replace(&behind[..24], group_id);
        }
        call
    }

    /// With the base address put before the path, and the token.
    pub fn against(&self, base: &str, token: &str) -> String {
        let command =
            self.command.replace(&format!("'{}", self.resource_path()), &format!("'{base}{}", self.resource_path()));
        command.replacen("curl ", &format!("curl --header 'Authorization: Bearer {token}' "), 1)
    }

    fn resource_path(&self) -> String {
        format!("/{}", self.resource())
    }
}
