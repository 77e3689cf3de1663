//! Pages of groups, each with how many of its contacts match.

use std::time::Duration;

use roster_domain::{ContactFilter, ContactGroup, GroupId, Keyset, Page, Scope, Span};
use sqlx::postgres::PgRow;
use sqlx::{Executor, FromRow, PgPool, Postgres, QueryBuilder, Row};

use crate::contacts::{Extent, List, Source};
use crate::keys::BELOW_ALL;
use crate::rows::GroupRow;
use crate::transaction::begin_reading;

pub(super) async fn page(
    pool: PgPool,
    statement_timeout: Duration,
    scope: Scope,
    span: Span,
    filter: ContactFilter,
    keyset: Keyset<GroupId>,
) -> sqlx::Result<Page<(ContactGroup, u64)>> {
    let user = scope.user();
    let mut transaction = begin_reading(&pool, statement_timeout).await?;
    let list = List::of(&scope, span, &ContactFilter::default());
    let Some(extent) = list.extent(&mut transaction, user).await? else {
        return Ok(Page::empty());
    };
    let source = Source::of(&mut transaction, user, extent, ContactFilter { group_id: None, ..filter }).await?;
    let mut query = QueryBuilder::<Postgres>::new("");
    if source.is_looked_up() {
        // All that match are found at once, then counted by their group.
        transaction.execute("SET LOCAL enable_hashjoin = on").await?;
        query.push("WITH matching AS MATERIALIZED (SELECT c.group_id, count(*) AS contacts");
        source.push(&mut query);
        query.push(" GROUP BY c.group_id) SELECT g.*, COALESCE(n.contacts, 0) AS contacts FROM (");
        push_groups(&mut query, &scope, extent, keyset);
        query.push(") g LEFT JOIN matching n ON n.group_id = g.id");
    } else {
        // Each group's are walked.
        query.push("SELECT g.*, n.contacts FROM (");
        push_groups(&mut query, &scope, extent, keyset);
        query.push(
            ") g CROSS JOIN LATERAL (\
                SELECT count(*) AS contacts FROM contacts c \
                WHERE c.user_id = g.user_id AND c.client_id = g.client_id AND c.group_id = g.id",
        );
        source.push_conditions(&mut query);
        query.push(") n");
    }
    query.push(" ORDER BY g.id");
    let rows = query.build().fetch_all(&mut *transaction).await?;
    let groups = rows.iter().map(counted).collect::<sqlx::Result<_>>()?;
    Ok(Page::of_one_more(groups, keyset.limit))
}

/// Adds the statement that reads the page.
fn push_groups(query: &mut QueryBuilder<Postgres>, scope: &Scope, extent: Extent, keyset: Keyset<GroupId>) {
    let after = keyset.after.map_or(BELOW_ALL.to_vec(), |id| id.as_bytes().to_vec());
    query.push(
        "SELECT user_id, id, client_id, title, is_default, created_at, updated_at, legacy_version, revision \
         FROM contact_groups WHERE user_id = ",
    );
    query.push_bind(scope.user().as_bytes().to_vec());
    if let Extent::Client(client) | Extent::Group(client, _) = extent {
        query.push(" AND client_id = ").push_bind(client.as_bytes().to_vec());
    }
    query.push(" AND id > ").push_bind(after).push(" ORDER BY id LIMIT ");
    query.push_bind(keyset.limit.rows() as i64 + 1);
}

fn counted(row: &PgRow) -> sqlx::Result<(ContactGroup, u64)> {
    let contacts: i64 = row.try_get("contacts")?;
    Ok((ContactGroup::try_from(GroupRow::from_row(row)?)?, contacts.unsigned_abs()))
}
