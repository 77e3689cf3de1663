//! Lists that a filter narrows or that are in another order, as pages (but for what is searched), counted, or as ids.
//!
//! Every act reads from one snapshot, so that what its statements say fits together. The statements are put together
//! of pieces without values; values are bound. `tests/it/filters.rs` looks at the plans.

mod by_name;
mod by_number;
pub(crate) mod conditions;
mod count;
mod row;
mod source;
mod stretch;
mod walk;

use std::time::Duration;

use roster_domain::{ContactFilter, ContactOrder, ContactPage, ContactPlace, Keyset, UserId};
use sqlx::{PgConnection, PgPool};

use super::list::{Extent, List};
use crate::transaction::begin_reading;

pub(super) use count::count;
pub(crate) use count::ids;
use row::ListedRow;
pub(crate) use source::Source;
use stretch::Stretch;
pub(crate) use stretch::{order_of, push_beyond};

/// Whether a page is searched for (see `rounds`): by words, or because no index has a group's contacts by name.
pub(super) fn is_searched(list: List, filter: &ContactFilter, order: ContactOrder) -> bool {
    let is_of_group = matches!(list, List::Group(_) | List::GroupOf(..));
    filter.number.is_none() && (conditions::has_trigram(filter) || (is_of_group && order == ContactOrder::Name))
}

pub(super) async fn page(
    pool: PgPool,
    statement_timeout: Duration,
    user: UserId,
    list: List,
    filter: ContactFilter,
    order: ContactOrder,
    keyset: Keyset<ContactPlace>,
) -> sqlx::Result<ContactPage> {
    let mut transaction = begin_reading(&pool, statement_timeout).await?;
    let Some(extent) = list.extent(&mut transaction, user).await? else {
        return Ok(ContactPage::empty());
    };
    let wanted = keyset.limit.rows() + 1;
    let stretch = Stretch { user, extent, order, after: keyset.after };
    let rows = read(&mut transaction, stretch, &filter, wanted).await?;
    let rows = rows.into_iter().map(|row| row.placed(order)).collect::<sqlx::Result<_>>()?;
    Ok(ContactPage::of_one_more(rows, keyset.limit))
}

/// The next rows of the stretch that the filter lets through, each in the way that finds them fastest.
async fn read(
    connection: &mut PgConnection,
    stretch: Stretch,
    filter: &ContactFilter,
    wanted: usize,
) -> sqlx::Result<Vec<ListedRow>> {
    if let Some(number) = &filter.number {
        let source = by_number::source(connection, stretch.user, stretch.extent, number).await?;
        return by_number::page(connection, &stretch, &source, filter, wanted).await;
    }
    match stretch.extent {
        Extent::User if stretch.order == ContactOrder::Name => {
            by_name::merged(connection, &stretch, filter, wanted).await
        }
        _ => walk::page(connection, &stretch, filter, wanted).await,
    }
}
