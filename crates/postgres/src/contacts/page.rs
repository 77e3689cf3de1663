//! Pages, newest first. Each statement walks one index backwards from where the page before ended; `tests/it/plans.rs`
//! holds them to that.

use roster_domain::{Contact, ContactId, Keyset, Page, UserId};
use sqlx::PgPool;

use super::list::List;
use crate::keys::ABOVE_ALL;
use crate::rows::{self, ContactRow};

/// The statement that reads a page under this condition.
macro_rules! page_where {
    ($condition:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            ContactRow,
            "SELECT id, client_id, group_id, name, number, channel, survey_id, survey_sort_integer, survey_sort_text, \
                    created_at, updated_at, legacy_version, revision \
             FROM contacts WHERE user_id = $1 AND id < $2 AND " + $condition + " ORDER BY id DESC LIMIT $3",
            $($argument),+
        )
    };
}

pub(super) async fn page(
    pool: PgPool,
    user: UserId,
    list: List,
    keyset: Keyset<ContactId>,
) -> sqlx::Result<Page<Contact>> {
    let user = user.as_bytes().as_slice();
    let before = keyset.after.as_ref().map_or(ABOVE_ALL, |id| id.as_bytes().as_slice());
    let rows = keyset.limit.rows() as i64 + 1;
    let rows = match list {
        List::User => page_where!("true", user, before, rows).fetch_all(&pool).await?,
        List::Client(client) => {
            let client = client.as_bytes().as_slice();
            page_where!("client_id = $4", user, before, rows, client).fetch_all(&pool).await?
        }
        List::DefaultClient => {
            page_where!(
                "client_id = (SELECT c.id FROM clients c WHERE c.user_id = $1 AND c.is_default)",
                user,
                before,
                rows,
            )
            .fetch_all(&pool)
            .await?
        }
        List::GroupOf(client, group) => {
            let (client, group) = (client.as_bytes().as_slice(), group.as_bytes().as_slice());
            page_where!("client_id = $4 AND group_id = $5", user, before, rows, client, group).fetch_all(&pool).await?
        }
        List::Group(group) => {
            let group = group.as_bytes().as_slice();
            page_where!(
                "client_id = (SELECT g.client_id FROM contact_groups g WHERE g.user_id = $1 AND g.id = $4) \
                 AND group_id = $4",
                user,
                before,
                rows,
                group,
            )
            .fetch_all(&pool)
            .await?
        }
    };
    Ok(Page::of_one_more(rows::all(rows)?, keyset.limit))
}
