//! Lists that a filter narrows or that are in another order, as pages, counted, or as ids.
//!
//! Every act reads from one snapshot, so that what its statements say fits together. The statements are put together
//! of pieces without values; values are bound. `tests/it/filters.rs` looks at the plans.

mod by_name;
mod by_number;
mod by_search;
mod conditions;
mod count;
mod source;
mod stretch;
mod walk;

use std::time::Duration;

use roster_domain::{Contact, ContactFilter, ContactOrder, ContactPlace, Keyset, Page, UserId};
use sqlx::{PgConnection, PgPool};

use super::list::{Extent, List};
use crate::rows;
use crate::transaction::begin_reading;

pub(super) use count::{count, ids};
pub(crate) use source::Source;
use stretch::Stretch;

pub(super) async fn page(
    pool: PgPool,
    statement_timeout: Duration,
    user: UserId,
    list: List,
    filter: ContactFilter,
    order: ContactOrder,
    keyset: Keyset<ContactPlace>,
) -> sqlx::Result<Page<Contact>> {
    let mut transaction = begin_reading(&pool, statement_timeout).await?;
    let Some(extent) = list.extent(&mut transaction, user).await? else {
        return Ok(Page::empty());
    };
    let wanted = keyset.limit.rows() + 1;
    let stretch = Stretch { user, extent, order, after: keyset.after };
    let rows = read(&mut transaction, stretch, &filter, wanted).await?;
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}

/// The next rows of the stretch that the filter lets through, each in the way that finds them fastest.
async fn read(
    connection: &mut PgConnection,
    stretch: Stretch,
    filter: &ContactFilter,
    wanted: usize,
) -> sqlx::Result<Vec<rows::ContactRow>> {
    if let Some(number) = &filter.number {
        let source = by_number::source(connection, stretch.user, stretch.extent, number).await?;
        return by_number::page(connection, &stretch, &source, filter, wanted).await;
    }
    let by_name = stretch.order == ContactOrder::Name;
    match stretch.extent {
        Extent::User if by_name && conditions::has_trigram(filter) => {
            by_search::rest(connection, &stretch, filter, wanted).await
        }
        Extent::User if by_name => by_name::merged(connection, &stretch, filter, wanted).await,
        // No index holds a group's contacts by name.
        Extent::Group(..) if by_name => by_search::page(connection, stretch, filter, wanted).await,
        _ if conditions::has_trigram(filter) => by_search::page(connection, stretch, filter, wanted).await,
        _ => walk::page(connection, &stretch, filter, wanted).await,
    }
}
