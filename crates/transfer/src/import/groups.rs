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

    /// One of them has gone meanwhile. What was to go there whatever its row says goes nowhere else for that.
    pub fn forget(&mut self, group: GroupId) {
        if let Some(target) = self.target.as_mut().filter(|target| **target == Destination::Group(group)) {
            *target = Destination::Lost(group.to_string());
        }
        let Some(title) = self.ids.remove(&group) else { return };
        if self.by_title.get(title.as_str()) != Some(&group) {
            return;
        }
        let of_it = self.ids.iter().filter(|(_, other)| **other == title);
        match of_it.map(|(id, _)| *id).min() {
            Some(next) => self.by_title.insert(title.as_str().to_owned(), next),
            None => self.by_title.remove(title.as_str()),
        };
    }
}

/// That there is no such group.
pub fn absent(group: impl std::fmt::Display) -> String {
    format!("the client has no group {group}: a new contact goes to its default group")
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::{ObjectId, Timestamp};

    fn id(n: u8) -> GroupId {
        ObjectId::from_bytes([n; 12]).into()
    }

    fn title(title: &str) -> GroupTitle {
        GroupTitle::parse(title).unwrap()
    }

    /// The groups 1, 2… with these titles.
    fn groups(titles: &[&str]) -> Groups {
        Groups::of((1..).zip(titles).map(|(n, of_it)| ContactGroup {
            id: id(n),
            client_id: ObjectId::from_bytes([9; 12]).into(),
            title: title(of_it),
            is_default: n == 1,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
            legacy_version: 0,
            revision: 0,
        }))
    }

    fn named(of_it: &str) -> GroupReference {
        GroupReference { id: None, title: Some(title(of_it)) }
    }

    #[test]
    fn of_several_with_a_title_the_oldest_that_is_there_is_it() {
        let mut groups = groups(&["Default", "Friends", "Swimmers", "Friends", "Friends"]);
        for there in [2, 4, 5] {
            assert_eq!(groups.place(Some(&named("Friends")), false), Destination::Group(id(there)));
            groups.forget(id(there));
        }
        assert_eq!(groups.place(Some(&named("Friends")), false), Destination::Lost("\"Friends\"".to_owned()));
        assert_eq!(groups.place(Some(&named("Friends")), true), Destination::New(title("Friends")));
        assert_eq!(groups.place(Some(&named("Swimmers")), false), Destination::Group(id(3)));
    }

    #[test]
    fn what_was_to_go_to_one_group_goes_to_no_other_when_that_is_gone() {
        let mut groups = groups(&["Default", "Friends", "Swimmers"]);
        groups.aim("Swimmers", false).unwrap();
        groups.forget(id(2));
        assert_eq!(groups.place(Some(&named("Friends")), true), Destination::Group(id(3)));
        groups.forget(id(3));
        for said in [Some(named("Friends")), Some(named("Default")), None] {
            assert_eq!(groups.place(said.as_ref(), true), Destination::Lost(id(3).to_string()));
        }
    }
}
