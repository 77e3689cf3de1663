//! The pages of a snapshot, read in one transaction.

use std::time::Duration;
use std::vec;

use roster_domain::ports::SnapshotRow;
use roster_domain::values::{E164, GroupTitle, Region};
use roster_domain::{Contact, ContactFilter, ContactOrder, ContactPlace, NumberInfo, NumberKind, UserId};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Acquire, PgConnection, PgPool, Postgres, QueryBuilder, Transaction};

use crate::columns::{CONTACT_COLUMNS, contact, contact_columns, text, text_or_null};
use crate::contacts::{List, Source, conditions, ids, push_beyond};
use crate::error::corrupt;
use crate::transaction::begin_snapshot;

/// So many rows a page: some megabytes.
const PAGE: usize = 4_000;

/// The server ends a snapshot that nobody goes on with for so long. Its rows may go to somebody who looks at them screen
/// by screen.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);

/// Between these two stands which contacts.
const BEGIN: &str = concat!("SELECT ", contact_columns!("c"), ", c.number_kind, c.e164, g.title FROM (SELECT c.*");
const END: &str = ") c JOIN contact_groups g ON g.user_id = c.user_id AND g.id = c.group_id";

/// A transaction, and what is still to be read in it.
pub(super) struct Reading {
    transaction: Transaction<'static, Postgres>,
    user: UserId,
    unsettled: Vec<Unsettled>,
    rest: Rest,
}

/// What is still to be read.
enum Rest {
    /// Along the list's index, behind this place.
    Walk { source: Box<Source>, after: Option<ContactPlace> },
    /// These.
    Ids(vec::IntoIter<Vec<u8>>),
}

impl Reading {
    pub(super) async fn begin(
        pool: &PgPool,
        statement_timeout: Duration,
        user: UserId,
        list: List,
        filter: ContactFilter,
    ) -> sqlx::Result<Self> {
        let mut transaction = begin_snapshot(pool, statement_timeout, IDLE_TIMEOUT).await?;
        let unsettled = unsettled(&mut transaction, user).await?;
        let rest = match list.extent(&mut transaction, user).await? {
            None => Rest::Ids(Vec::new().into_iter()),
            Some(extent) if conditions::is_looked_up(&filter) => {
                let mut search = transaction.begin().await?;
                let ids = ids(&mut search, user, extent, filter).await?;
                // It let the search be planned in its own way.
                search.rollback().await?;
                Rest::Ids(ids.into_iter())
            }
            Some(extent) => {
                let source = Source::of(&mut transaction, user, extent, filter).await?;
                Rest::Walk { source: Box::new(source), after: None }
            }
        };
        Ok(Self { transaction, user, unsettled, rest })
    }

    /// The next rows; none behind the last.
    pub(super) async fn next(&mut self) -> sqlx::Result<Vec<SnapshotRow>> {
        match &mut self.rest {
            Rest::Walk { source, after } => {
                let mut query = QueryBuilder::<Postgres>::new(BEGIN);
                source.push(&mut query);
                push_beyond(&mut query, ContactOrder::Oldest, after.as_ref());
                query.push(" ORDER BY c.id LIMIT ").push_bind(PAGE as i64).push(END).push(" ORDER BY c.id");
                let rows = rows(&mut self.transaction, query.build(), &self.unsettled).await?;
                if let Some(last) = rows.last() {
                    *after = Some(ContactPlace::Id(last.contact.id));
                }
                Ok(rows)
            }
            Rest::Ids(ids) if ids.as_slice().is_empty() => Ok(Vec::new()),
            Rest::Ids(ids) => {
                let some: Vec<Vec<u8>> = ids.by_ref().take(PAGE).collect();
                let mut query = QueryBuilder::<Postgres>::new(BEGIN);
                query.push(" FROM unnest(").push_bind(some);
                // A stretch of one, in order: by the key alone can it be had, whatever the planner takes the table for.
                query.push(") AS k (id) CROSS JOIN LATERAL (SELECT c.* FROM contacts c WHERE c.user_id = ");
                query.push_bind(self.user.as_bytes().to_vec());
                query.push(" AND c.id >= k.id AND c.id <= k.id ORDER BY c.id LIMIT 1) c").push(END);
                // Planned for these: a plan that was kept from a smaller table might look for each among all of the user's.
                let read = query.build().persistent(false);
                let mut rows = rows(&mut self.transaction, read, &self.unsettled).await?;
                // They come as they were found.
                rows.sort_unstable_by_key(|row| row.contact.id);
                Ok(rows)
            }
        }
    }
}

async fn rows(
    connection: &mut PgConnection,
    read: Query<'_, Postgres, PgArguments>,
    unsettled: &[Unsettled],
) -> sqlx::Result<Vec<SnapshotRow>> {
    read.try_map(|row: PgRow| snapshot_row(&row, unsettled)).fetch_all(connection).await
}

/// A client whose contacts are being derived anew: behind a contact, what stands in a row may be of another region yet.
struct Unsettled {
    client: Vec<u8>,
    region: Option<Region>,
    after: Vec<u8>,
}

impl Unsettled {
    fn concerns(&self, contact: &Contact) -> bool {
        contact.client_id.as_bytes().as_slice() == self.client && contact.id.as_bytes().as_slice() > &*self.after
    }
}

/// The first statement of the transaction: what it sees, all see.
async fn unsettled(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Unsettled>> {
    const STATEMENT: &str =
        "SELECT id, region, derive_after FROM clients WHERE user_id = $1 AND derive_after IS NOT NULL";
    let rows: Vec<(Vec<u8>, Option<String>, Vec<u8>)> =
        sqlx::query_as(STATEMENT).bind(user.as_bytes().as_slice()).fetch_all(connection).await?;
    let unsettled = |(client, region, after): (_, Option<String>, _)| Unsettled {
        client,
        region: region.map(Region::from_stored),
        after,
    };
    Ok(rows.into_iter().map(unsettled).collect())
}

fn snapshot_row(row: &PgRow, unsettled: &[Unsettled]) -> sqlx::Result<SnapshotRow> {
    let contact = contact(row)?;
    let number = match unsettled.iter().find(|client| client.concerns(&contact)) {
        Some(client) => NumberInfo::derive(&contact.number, client.region.as_ref()),
        None => NumberInfo {
            kind: NumberKind::of_word(text(row, CONTACT_COLUMNS)?).ok_or_else(|| corrupt("contacts.number_kind"))?,
            e164: text_or_null(row, CONTACT_COLUMNS + 1)?.map(|e164| E164::from_stored(e164.to_owned())),
        },
    };
    let group_title = GroupTitle::from_stored(text(row, CONTACT_COLUMNS + 2)?.to_owned());
    Ok(SnapshotRow { contact, group_title, number })
}
