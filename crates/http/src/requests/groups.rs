//! What calls on contact groups ask for.

use roster_domain::{ContactsFate, GroupChanges, GroupId, GroupTitle, NewGroup, Timestamp};

use super::fields::{Fields, flag, text};
use super::lists::{self, ListFilter};
use crate::failure::Failure;
use crate::input::Read;
use crate::problems::Problems;
use crate::query::Query;

/// `POST /contact_groups`. The query is left alone, as in `POST /contact`.
pub fn create(read: Read<'_>, id: GroupId, now: Timestamp) -> Result<NewGroup, Failure> {
    let mut fields = Fields::of(read.body);
    let title = fields.required("title", text(GroupTitle::parse));
    let is_default = fields.optional("is_default", flag).unwrap_or(false);
    let problems = fields.into_problems();
    let (Some(title), true) = (title, problems.is_empty()) else { return Err(problems.into()) };
    Ok(NewGroup { id, title, is_default, created_at: now, updated_at: now, legacy_version: 0 })
}

/// `PUT /contact_groups/{id}`.
pub fn update(read: Read<'_>) -> Result<GroupChanges, Failure> {
    let mut fields = Fields::of(read.body);
    let changes = GroupChanges {
        title: fields.optional("title", text(GroupTitle::parse)),
        is_default: fields.optional("is_default", flag),
    };
    fields.into_problems().none()?;
    Ok(changes)
}

/// `DELETE /contact_groups/{id}?contacts=move|delete|refuse`.
pub fn delete(read: Read<'_>) -> Result<ContactsFate, Failure> {
    let mut problems = Problems::default();
    read.query.check(&["contacts"], &mut problems);
    let fate = read.query.get("contacts").and_then(|text| problems.take("contacts", ContactsFate::parse(text)));
    problems.none()?;
    Ok(fate.unwrap_or_default())
}

/// Which groups a list is of: those of one client or of all (`type=all`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub all_clients: bool,
}

impl ListFilter for Chosen {
    const PARAMETERS: &[&str] = &["type"];

    fn read(query: &Query, problems: &mut Problems) -> Self {
        Self { all_clients: lists::type_all(query, problems) }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        self.all_clients.then(|| ("type", "all".to_owned())).into_iter().collect()
    }
}
