//! Which group a row's contact goes to.

use std::collections::HashMap;

use roster_domain::{ContactGroup, GroupId, GroupTitle};

use super::ImportError;
use crate::GroupReference;

/// The client's groups, as they were when the import began, and those that it made.
pub struct Groups {
    target: Option<Destination>,
    ids: HashMap<GroupId, GroupTitle>,
    /// Of several with one title the oldest.
    by_title: HashMap<String, GroupId>,
}

/// Where a contact is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Where nobody says: the default group.
    Default,
    /// The default group, though the file names this one, which isn't there.
    Lost(String),
    /// This one.
    Group(GroupId),
    /// One that isn't there yet.
    New(GroupTitle),
}

impl Groups {
    /// These, oldest first.
    pub fn of(groups: impl IntoIterator<Item = ContactGroup>) -> Self {
        let mut known = Self { target: None, ids: HashMap::new(), by_title: HashMap::new() };
        groups.into_iter().for_each(|group| known.add(group));
        known
    }

    /// There is one more.
    pub fn add(&mut self, group: ContactGroup) {
        self.by_title.entry(group.title.as_str().to_owned()).or_insert(group.id);
        self.ids.insert(group.id, group.title);
    }

    /// Has all contacts go to the group of this id or title, whatever their rows say.
    pub fn aim(&mut self, named: &str, is_made: bool) -> Result<(), ImportError> {
        self.target = Some(self.named(named, is_made)?);
        Ok(())
    }

    fn named(&self, named: &str, is_made: bool) -> Result<Destination, ImportError> {
        if let Ok(id) = GroupId::parse(named)
            && self.ids.contains_key(&id)
        {
            return Ok(Destination::Group(id));
        }
        let no_such = || ImportError::NoSuchGroup(named.to_owned());
        let title = GroupTitle::parse(named).map_err(|_| no_such())?;
        if self.ids.values().filter(|other| **other == title).nth(1).is_some() {
            return Err(ImportError::SeveralGroups(named.to_owned()));
        }
        match self.by_title.get(title.as_str()) {
            Some(id) => Ok(Destination::Group(*id)),
            None if is_made => Ok(Destination::New(title)),
            None => Err(no_such()),
        }
    }

    /// Where a row goes that names this group, or none.
    pub fn place(&self, reference: Option<&GroupReference>, is_made: bool) -> Destination {
        match &self.target {
            // It was made since.
            Some(Destination::New(title)) => self.titled(title, true),
            Some(target) => target.clone(),
            None => self.said(reference, is_made),
        }
    }

    fn said(&self, reference: Option<&GroupReference>, is_made: bool) -> Destination {
        let Some(GroupReference { id, title }) = reference else { return Destination::Default };
        match (id.filter(|id| self.ids.contains_key(id)), title) {
            (Some(id), _) => Destination::Group(id),
            (None, Some(title)) => self.titled(title, is_made),
            (None, None) => id.map_or(Destination::Default, |id| Destination::Lost(id.to_string())),
        }
    }

    fn titled(&self, title: &GroupTitle, is_made: bool) -> Destination {
        match self.by_title.get(title.as_str()) {
            Some(id) => Destination::Group(*id),
            None if is_made => Destination::New(title.clone()),
            None => Destination::Lost(format!("{:?}", title.as_str())),
        }
    }

    /// One of them has gone meanwhile.
    pub fn forget(&mut self, group: GroupId) {
        self.target.take_if(|target| *target == Destination::Group(group));
        if let Some(title) = self.ids.remove(&group)
            && self.by_title.get(title.as_str()) == Some(&group)
        {
            self.by_title.remove(title.as_str());
        }
    }
}

/// That there is no such group.
pub fn absent(group: impl std::fmt::Display) -> String {
    format!("the client has no group {group}: a new contact goes to its default group")
}
