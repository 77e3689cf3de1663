//! Walking a list's index, each row held against the filter.

use roster_domain::values::NameKey;
use roster_domain::{ContactFilter, ContactOrder, ContactPlace};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row};

use super::stretch::COLUMNS;
use super::{Stretch, conditions};
use crate::rows::{ContactRow, id};

/// As many matching rows as are wanted, however far away they are.
pub(super) async fn page(
    connection: &mut PgConnection,
    stretch: &Stretch,
    filter: &ContactFilter,
    wanted: usize,
) -> sqlx::Result<Vec<ContactRow>> {
    let mut query = QueryBuilder::<Postgres>::new(format!("SELECT {COLUMNS}"));
    stretch.push_from(&mut query);
    conditions::push(&mut query, filter);
    stretch.push_end(&mut query, wanted);
    query.build_query_as().fetch_all(connection).await
}

/// What a walk of so many rows came to.
pub(super) struct Walked {
    /// Those that match.
    pub rows: Vec<ContactRow>,
    /// Where it stopped; `None`: at the end of the list.
    pub stopped: Option<ContactPlace>,
}

/// Walks the next `steps` rows, whether or not they match.
pub(super) async fn some(
    connection: &mut PgConnection,
    stretch: &Stretch,
    filter: &ContactFilter,
    steps: usize,
) -> sqlx::Result<Walked> {
    let mut query = QueryBuilder::<Postgres>::new(format!("SELECT * FROM (SELECT {COLUMNS}, (true"));
    conditions::push(&mut query, filter);
    query.push(format_args!(") AS matches, row_number() OVER (ORDER BY {}) AS step", stretch.order_of("c")));
    stretch.push_from(&mut query);
    stretch.push_end(&mut query, steps);
    query.push(") walked WHERE matches OR step = ").push_bind(steps as i64);
    let mut rows: Vec<(i64, PgRow)> = query
        .build()
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(|row| Ok((row.try_get("step")?, row)))
        .collect::<sqlx::Result<_>>()?;
    rows.sort_unstable_by_key(|(step, _)| *step);
    let stopped = rows.last().filter(|(step, _)| *step == steps as i64).map(|(_, row)| place(row, stretch.order));
    let mut matching = Vec::with_capacity(rows.len());
    for (_, row) in &rows {
        if row.try_get("matches")? {
            matching.push(ContactRow::from_row(row)?);
        }
    }
    Ok(Walked { rows: matching, stopped: stopped.transpose()? })
}

/// Where a row stands.
fn place(row: &PgRow, order: ContactOrder) -> sqlx::Result<ContactPlace> {
    let id = id(row.try_get("id")?, "contacts.id")?;
    Ok(match order {
        ContactOrder::Newest | ContactOrder::Oldest => ContactPlace::Id(id),
        ContactOrder::Name => ContactPlace::Name(NameKey::from_stored(row.try_get("name_key")?), id),
    })
}
