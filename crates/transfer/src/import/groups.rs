//! Which group a row's contact goes to.

use std::collections::HashMap;

use roster_domain::{ContactGroup, GroupId, GroupTitle, Keyset, Limit, NewGroup, Span};

use super::{ImportError, ImportOptions, Importer};
use crate::GroupReference;

/// The client's groups, as they were when the import began, and those that it made.
pub struct Groups {
    target: Option<GroupId>,
    ids: HashMap<GroupId, GroupTitle>,
    /// Of several with one title the oldest.
    by_title: HashMap<String, GroupId>,
}

/// Where a row's contact goes.
#[derive(Default)]
pub struct Placed {
    /// `None`: the default group.
    pub group: Option<GroupId>,
    /// That it isn't where the file says.
    pub note: Option<String>,
}

impl Groups {
    /// Reads them, and finds the one that all contacts are to go to.
    pub async fn of(to: &Importer, options: &ImportOptions) -> Result<Self, ImportError> {
        let mut groups = Self { target: None, ids: HashMap::new(), by_title: HashMap::new() };
        let mut after = None;
        loop {
            let keyset = Keyset { after, limit: Limit::stream_chunk() };
            let page = to.groups.page(&to.scope, Span::OneClient, keyset).await?;
            after = page.items.last().map(|group| group.id);
            page.items.into_iter().for_each(|group| groups.add(group));
            if !page.has_more || after.is_none() {
                break;
            }
        }
        if let Some(named) = &options.group {
            groups.target = Some(groups.named(to, named, options.create_groups).await?);
        }
        Ok(groups)
    }

    fn add(&mut self, group: ContactGroup) {
        self.by_title.entry(group.title.as_str().to_owned()).or_insert(group.id);
        self.ids.insert(group.id, group.title);
    }

    async fn named(&mut self, to: &Importer, named: &str, is_made: bool) -> Result<GroupId, ImportError> {
        if let Ok(id) = GroupId::parse(named)
            && self.ids.contains_key(&id)
        {
            return Ok(id);
        }
        let no_such = || ImportError::NoSuchGroup(named.to_owned());
        let title = GroupTitle::parse(named).map_err(|_| no_such())?;
        if self.ids.values().filter(|other| **other == title).nth(1).is_some() {
            return Err(ImportError::SeveralGroups(named.to_owned()));
        }
        match self.by_title.get(title.as_str()) {
            Some(id) => Ok(*id),
            None if is_made => self.make(to, title).await,
            None => Err(no_such()),
        }
    }

    async fn make(&mut self, to: &Importer, title: GroupTitle) -> Result<GroupId, ImportError> {
        let now = to.clock.now();
        let group = NewGroup {
            id: to.ids.next(now),
            title,
            is_default: false,
            created_at: now,
            updated_at: now,
            legacy_version: 0,
        };
        let group = to.groups.create(&to.scope, group).await?.ok_or(ImportError::ClientGone)?;
        let id = group.id;
        self.add(group);
        Ok(id)
    }

    /// Where a row goes that names this group, or none.
    pub async fn place(
        &mut self,
        to: &Importer,
        reference: Option<&GroupReference>,
        is_made: bool,
    ) -> Result<Placed, ImportError> {
        if self.target.is_some() {
            return Ok(Placed { group: self.target, note: None });
        }
        let Some(GroupReference { id, title }) = reference else { return Ok(Placed::default()) };
        if let Some(id) = id.filter(|id| self.ids.contains_key(id)) {
            return Ok(Placed { group: Some(id), note: None });
        }
        match title {
            Some(title) => {
                let known = self.by_title.get(title.as_str()).copied();
                if known.is_some() {
                    return Ok(Placed { group: known, note: None });
                }
                if is_made {
                    return Ok(Placed { group: Some(self.make(to, title.clone()).await?), note: None });
                }
                Ok(Placed { group: None, note: Some(absent(format_args!("{:?}", title.as_str()))) })
            }
            None => Ok(Placed { group: None, note: id.map(absent) }),
        }
    }

    /// One of them has gone meanwhile.
    pub fn forget(&mut self, group: GroupId) {
        self.target = self.target.filter(|target| *target != group);
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
