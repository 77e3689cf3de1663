//! What a record tells of a contact, its number apart.

use roster_domain::{
    Channel, ClientId, ContactId, ContactName, GroupId, GroupTitle, Number, ObjectId, SurveySortId, Timestamp,
    Transaction,
};

use crate::names::NamePart;
use crate::{Candidate, GroupReference, Problem};

/// The parts of the candidate.
#[derive(Default)]
pub struct Parts<'r> {
    pub id: Option<ContactId>,
    pub client: Option<ClientId>,
    pub name: Option<ContactName>,
    pub whole: Option<&'r str>,
    pub pieces: [&'r str; NamePart::ALL.len()],
    pub organisation: &'r str,
    pub nickname: &'r str,
    pub country_code: &'r str,
    pub channel: Option<Channel>,
    pub group_id: Option<GroupId>,
    pub title: Option<GroupTitle>,
    pub survey_id: Option<ObjectId>,
    pub survey_sort_id: Option<SurveySortId>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub version: Option<i64>,
}

impl Parts<'_> {
    /// For another number of the same record.
    pub fn clone_without_id(&self) -> Self {
        Self {
            id: None,
            name: self.name.clone(),
            channel: self.channel.clone(),
            title: self.title.clone(),
            survey_sort_id: self.survey_sort_id.clone(),
            ..*self
        }
    }

    /// With its number, if nothing was wrong.
    pub fn candidate(self, number: Option<Number>, problems: Vec<Problem>) -> Result<Candidate, Vec<Problem>> {
        match number {
            Some(number) if problems.is_empty() => Ok(Candidate {
                id: self.id,
                client: self.client,
                name: self.name,
                number,
                channel: self.channel,
                group: GroupReference::of(self.group_id, self.title),
                transaction: Transaction { survey_id: self.survey_id, survey_sort_id: self.survey_sort_id },
                created_at: self.created_at,
                updated_at: self.updated_at,
                legacy_version: self.version,
            }),
            _ => Err(problems),
        }
    }
}
