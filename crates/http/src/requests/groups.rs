//! What calls on contact groups ask for.

use roster_domain::{ContactFilter, ContactsFate, GroupChanges, GroupId, GroupTitle, InvalidCode, NewGroup, Timestamp};

use super::contact_filter;
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

/// The parameters of [`delete`].
pub const DELETED: &[&[&str]] = &[&["contacts"]];

/// `DELETE /contact_groups/{id}?contacts=move|delete|refuse`.
pub fn delete(read: Read<'_>) -> Result<ContactsFate, Failure> {
    let mut problems = Problems::default();
    read.query.check(DELETED, &mut problems);
    let fate = read.query.get("contacts").and_then(|text| problems.take("contacts", ContactsFate::parse(text)));
    problems.none()?;
    Ok(fate.unwrap_or_default())
}

/// Which groups a list is of: those of one client or of all (`type=all`); and which of their contacts are to be counted,
/// if any (`with=counts`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub all_clients: bool,
    pub counted: Option<ContactFilter>,
}

impl ListFilter for Chosen {
    const PARAMETERS: &[&[&str]] = &[&["type", "with"], contact_filter::WITHIN_GROUPS];

    fn read(query: &Query, problems: &mut Problems) -> Self {
        let with_counts = match query.get("with") {
            None => false,
            Some("counts") => true,
            Some(_) => {
                problems.say("with", InvalidCode::Malformed, "must be counts, or left out");
                false
            }
        };
        let filter = contact_filter::read_within_groups(query, problems);
        if query.get("with").is_none() {
            for name in contact_filter::WITHIN_GROUPS.iter().copied().filter(|name| query.get(name).is_some()) {
                problems.say(name, InvalidCode::NotAllowed, "is allowed only together with with=counts");
            }
        }
        Self { all_clients: lists::type_all(query, problems), counted: with_counts.then_some(filter) }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let all = self.all_clients.then(|| ("type", "all".to_owned()));
        let with = self.counted.as_ref().map(|_| ("with", "counts".to_owned()));
        let filters = self.counted.iter().flat_map(contact_filter::parameters);
        all.into_iter().chain(with).chain(filters).collect()
    }
}
