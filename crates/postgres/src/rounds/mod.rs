//! Rounds: acts on single contacts, short plain pages, and searches. Whatever queued while the last statement ran goes out
//! as one statement, on connections that stand outside the pool; so a crowd of callers pays for few round trips, and a
//! single one for no more than one.
//!
//! ```text
//! caller ─► its runtime's set ─► queue ─► lease of a connection ─► one statement for all that waits ─► answers
//!                                              a row somebody holds locked ─► alone, on the pool
//! ```
//!
//! * A set of connections belongs to each runtime that asks (`sets.rs`): two that read and two that search; those that
//!   write belong to the store's, and several runtimes share one. A socket is never polled from elsewhere.
//! * Searches go one by one (`searches.rs`), and not at all once their caller has left; nothing else waits for them.
//! * There are no timers: a free connection takes what there is at once (`side.rs`, `lease.rs`).
//! * A write once taken in is done whether or not its caller still waits. Answers come after the commit, and an item
//!   joins only a statement that begins after it was queued: so an answered write is seen by every later read.
//! * A statement of a round never waits for a lock that somebody holds (`statements`), so nobody waits for the sake of
//!   another's group. What is locked goes alone to the pool, and waits there (`alone.rs`).
//! * What a failure means for the items and for the connection is said in `verdict.rs`.

mod alone;
mod asked;
mod lease;
mod queue;
mod reads;
mod regions;
mod searches;
mod sets;
mod shared;
mod side;
mod statements;
mod verdict;
mod writes;

use std::sync::Arc;

use roster_domain::ports::{ContactCreation, ContactDeletion, ContactUpdate, Result, StoreError};
use roster_domain::{
    Contact, ContactChanges, ContactFilter, ContactId, ContactOrder, ContactPage, ContactPlace, Keyset, NewContact,
    Precondition, Scope, Timestamp, UserId, Version,
};

use asked::Asked;
use reads::Read;
use sets::Sets;
pub(crate) use sets::most_connections;
pub(crate) use shared::Shared;
use statements::{Change, Create, Get, PageOf, Remove, Search};
use writes::Write;

use crate::contacts::List;

/// Pages of more rows would hold up everybody else's in their round.
const MOST_ROWS: usize = 100;

/// The acts that go in rounds.
pub(crate) struct Rounds {
    shared: Arc<Shared>,
    sets: Sets,
}

impl Rounds {
    pub(crate) fn new(shared: Shared) -> Self {
        let shared = Arc::new(shared);
        Self { sets: Sets::new(shared.clone()), shared }
    }

    /// Takes nothing more, and ends when what waits is done and the connections are closed.
    pub(crate) async fn close(&self) {
        self.sets.close().await;
    }

    pub(crate) async fn get(&self, scope: &Scope, id: ContactId) -> Result<Option<Contact>> {
        self.read(Get { user: scope.user(), client: scope.client(), id }).await
    }

    /// A page, newest first.
    pub(crate) async fn page(&self, user: UserId, list: List, keyset: Keyset<ContactId>) -> Result<ContactPage> {
        let page = PageOf { user, list, keyset };
        if keyset.limit.rows() > MOST_ROWS { alone::read(&self.shared, page).await } else { self.read(page).await }
    }

    /// A page of what matches, in any order.
    pub(crate) async fn search(
        &self,
        user: UserId,
        list: List,
        filter: ContactFilter,
        order: ContactOrder,
        keyset: Keyset<ContactPlace>,
    ) -> Result<ContactPage> {
        self.read(Search { user, list, filter, order, after: keyset.after, limit: keyset.limit }).await
    }

    async fn read<R: Read>(&self, read: R) -> Result<R::Answer> {
        match self.sets.of_this_runtime() {
            Some(set) => {
                let (asked, answer) = Asked::new(read);
                R::side(&set).push(R::queued(asked))?;
                answer.wait().await
            }
            None => alone::read(&self.shared, read).await,
        }
    }

    pub(crate) async fn create(&self, scope: &Scope, contact: NewContact) -> Result<ContactCreation> {
        let region = self.shared.regions.guess(scope, contact.group_id);
        self.write(Create::new(scope, contact, region)).await
    }

    pub(crate) async fn update(
        &self,
        scope: &Scope,
        id: ContactId,
        changes: &ContactChanges,
        precondition: &Precondition,
        at: Timestamp,
    ) -> Result<ContactUpdate> {
        let region = changes.number.as_ref().and_then(|_| self.shared.regions.guess(scope, changes.group_id));
        let change = |seen| Change::new(scope, id, changes.clone(), seen, at, region.clone());
        let mut seen = Seen::of(precondition);
        loop {
            let version = match seen.next(self, scope, id).await? {
                Judged::Seen(version) => version,
                Judged::Absent => return Ok(ContactUpdate::Absent),
                Judged::Stale => return Ok(ContactUpdate::Stale),
            };
            match self.write(change(version)).await? {
                ContactUpdate::Stale if seen.may_be_another() => {}
                outcome => return Ok(outcome),
            }
        }
    }

    pub(crate) async fn delete(
        &self,
        scope: &Scope,
        id: ContactId,
        precondition: &Precondition,
    ) -> Result<ContactDeletion> {
        let mut seen = Seen::of(precondition);
        loop {
            let version = match seen.next(self, scope, id).await? {
                Judged::Seen(version) => version,
                Judged::Absent => return Ok(ContactDeletion::Absent),
                Judged::Stale => return Ok(ContactDeletion::Stale),
            };
            match self.write(Remove::new(scope, id, version)).await? {
                ContactDeletion::Stale if seen.may_be_another() => {}
                outcome => return Ok(outcome),
            }
        }
    }

    async fn write<W: Write>(&self, write: W) -> Result<W::Answer> {
        let (asked, answer) = Asked::new(write);
        self.sets.writes().push(W::queued(asked))?;
        answer.wait().await
    }
}

/// The one version that a write is told to find. Of several the row itself says which it can be; if it is another one
/// by the time of the write, that is asked again. Each is tried once at most: no row comes back to an old version.
struct Seen<'a> {
    versions: Option<&'a [Version]>,
}

/// What is to be told to a write.
enum Judged {
    Seen(Option<Version>),
    Absent,
    Stale,
}

impl<'a> Seen<'a> {
    fn of(precondition: &'a Precondition) -> Self {
        Self { versions: precondition.versions() }
    }

    async fn next(&mut self, rounds: &Rounds, scope: &Scope, id: ContactId) -> Result<Judged> {
        Ok(match self.versions {
            None => Judged::Seen(None),
            Some([version]) => Judged::Seen(Some(*version)),
            Some(versions) => match rounds.get(scope, id).await? {
                None => Judged::Absent,
                Some(contact) if versions.contains(&contact.version()) => Judged::Seen(Some(contact.version())),
                Some(_) => Judged::Stale,
            },
        })
    }

    fn may_be_another(&self) -> bool {
        self.versions.is_some_and(|versions| versions.len() > 1)
    }
}

/// What is answered once the store is closed.
fn closed() -> StoreError {
    StoreError::unavailable("the store is closed")
}
