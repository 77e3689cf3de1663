//! Contacts out of a store, a page at a time.

use std::collections::HashMap;
use std::sync::Arc;

use roster_domain::ports::{ContactRepository, GroupRepository, Result as StoreResult};
use roster_domain::{
    Contact, ContactFilter, ContactOrder, ContactPlace, GroupId, GroupTitle, Keyset, Limit, Scope, Span,
};

/// So many titles are remembered at most.
const TITLES: usize = 10_000;

/// Contacts that are to go out, oldest first: imported elsewhere in that order, they come out in the same order again.
///
/// They are read by keyset, so nothing of the store is held between two pages, memory doesn't grow with them, and what
/// is there throughout comes exactly once. Other than a snapshot, they may hold one of two changes made at once.
pub struct StoredContacts {
    contacts: Arc<dyn ContactRepository>,
    groups: Arc<dyn GroupRepository>,
    scope: Scope,
    span: Span,
    filter: ContactFilter,
    titles: HashMap<GroupId, Option<GroupTitle>>,
    next: Next,
}

#[derive(Clone)]
enum Next {
    First,
    Behind(ContactPlace),
    Nothing,
}

impl StoredContacts {
    /// Those that a list with this span and filter holds.
    #[must_use]
    pub fn new(
        contacts: Arc<dyn ContactRepository>,
        groups: Arc<dyn GroupRepository>,
        scope: Scope,
        span: Span,
        filter: ContactFilter,
    ) -> Self {
        Self { contacts, groups, scope, span, filter, titles: HashMap::new(), next: Next::First }
    }

    /// Whether nothing but the group, if that, narrows them: then they needn't be searched for.
    #[must_use]
    pub fn is_by_group_only(&self) -> bool {
        self.filter.is_by_group_only()
    }

    /// The next of them, each with its group's title; `None` behind the last. Where it fails it can be asked again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_page(&mut self) -> StoreResult<Option<Vec<(Contact, Option<GroupTitle>)>>> {
        let after = match self.next.clone() {
            Next::First => None,
            Next::Behind(place) => Some(place),
            Next::Nothing => return Ok(None),
        };
        let keyset = Keyset { after, limit: Limit::stream_chunk() };
        let page = self.contacts.page(&self.scope, self.span, &self.filter, ContactOrder::Oldest, keyset).await?;
        let mut rows = Vec::with_capacity(page.items.len());
        for contact in page.items {
            let title = self.title(contact.group_id).await?;
            rows.push((contact, title));
        }
        self.next = page.next.map_or(Next::Nothing, Next::Behind);
        Ok(Some(rows))
    }

    /// Whether there are no more.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        matches!(self.next, Next::Nothing)
    }

    async fn title(&mut self, group: GroupId) -> StoreResult<Option<GroupTitle>> {
        if let Some(title) = self.titles.get(&group) {
            return Ok(title.clone());
        }
        let title = self.groups.get(&self.scope, group).await?.map(|group| group.title);
        if self.titles.len() >= TITLES {
            self.titles.clear();
        }
        self.titles.insert(group, title.clone());
        Ok(title)
    }
}
