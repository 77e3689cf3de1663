//! Words, and whatever else no index has in the order of the list. Frequent words are found soonest by walking the
//! list, rare ones by the index of trigrams, which finds all that match wherever they stand; and nobody knows
//! beforehand which they are. So one statement does both: it walks some rows, and if hardly any of them match, the rest is
//! looked up. Where some do, there are up to three such statements, which walk farther and farther; a contact that is
//! changed between two of them is met as it was or as it is.

use std::sync::Arc;

use roster_domain::ports::Result;
use roster_domain::{Contact, ContactFilter, ContactOrder, ContactPage, ContactPlace, Limit, UserId};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::columns::{CONTACT_COLUMNS, contact, contact_columns, flag, id, integer_or_null, text};
use crate::contacts::{List, conditions, order_of, push_beyond};
use crate::rounds::asked::{self, Asked};
use crate::rounds::reads::Read;
use crate::rounds::searches::Searches;
use crate::rounds::sets::Set;
use crate::rounds::side::Side;

/// So many rows are walked before anything is known about the words: hardly more than what looking one word up costs.
const FIRST_STEPS: usize = 32;

/// So many more, where some of the first match.
const SECOND_STEPS: usize = 200;

/// A page of thousands of rows isn't walked for any farther at once: what was walked is held until it is looked at.
const MOST_STEPS: usize = 20_000;

/// Where fewer than one row in so many matches, looking up is faster, in a list of a hundred thousand. In longer ones it
/// is slower in proportion, since it finds all that match; in shorter ones either is fast.
const RARE: usize = 50;

pub(in crate::rounds) struct Search {
    pub user: UserId,
    pub list: List,
    pub filter: ContactFilter,
    pub order: ContactOrder,
    pub after: Option<ContactPlace>,
    pub limit: Limit,
}

/// How far a statement goes.
struct Stride {
    /// So many rows are walked.
    steps: usize,
    /// The rest is looked up if fewer than this match among them.
    few: usize,
}

impl Search {
    /// One more than the page holds tells whether more follow.
    fn wanted(&self) -> usize {
        self.limit.rows() + 1
    }

    async fn page(&self, connection: &mut PgConnection) -> sqlx::Result<ContactPage> {
        let found = if self.is_walked() { self.walk(connection).await? } else { self.look_up(connection).await? };
        Ok(ContactPage::of_one_more(found, self.limit))
    }

    /// No index has the contacts of several clients by name.
    fn is_walked(&self) -> bool {
        self.order != ContactOrder::Name || !matches!(self.list, List::User)
    }

    async fn walk(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<Found>> {
        let wanted = self.wanted();
        let (mut found, mut walked, mut after) = (Vec::new(), 0, self.after.clone());
        let mut stride = Stride { steps: FIRST_STEPS, few: 1 };
        loop {
            let part = self.part(connection, after.as_ref(), &stride, wanted - found.len()).await?;
            let matched = part.matched;
            found.extend(part.found);
            let Some(stopped) = part.stopped.filter(|_| matched >= stride.few && found.len() < wanted) else {
                found.truncate(wanted);
                return Ok(found);
            };
            after = Some(stopped);
            walked += stride.steps;
            stride = if walked == FIRST_STEPS {
                Stride { steps: SECOND_STEPS, few: ((FIRST_STEPS + SECOND_STEPS) / RARE).saturating_sub(found.len()) }
            } else {
                // As far as it should take, and somewhat farther; what isn't found by then is looked up.
                let left = wanted - found.len();
                Stride { steps: (left * walked / found.len().max(1) * 5 / 4).min(MOST_STEPS), few: left }
            };
        }
    }

    async fn part(
        &self,
        connection: &mut PgConnection,
        after: Option<&ContactPlace>,
        stride: &Stride,
        wanted: usize,
    ) -> sqlx::Result<Part> {
        let steps = stride.steps as i64;
        let order = order_of(self.order, "c");
        // By name a whole client is walked: rows of other groups are steps as well.
        let walks_group = self.order != ContactOrder::Name;
        let mut query = QueryBuilder::<Postgres>::new(concat!(
            "WITH walked AS MATERIALIZED (SELECT ",
            contact_columns!("c"),
            ", c.name_key, (true"
        ));
        if !walks_group {
            self.push_group(&mut query);
        }
        conditions::push(&mut query, &self.filter);
        query.push(") AS matches FROM contacts c WHERE ");
        self.push_owner(&mut query);
        if walks_group {
            self.push_group(&mut query);
        }
        push_beyond(&mut query, self.order, after);
        query.push(format_args!(" ORDER BY {order} LIMIT ")).push_bind(steps);
        query.push(
            "), last AS MATERIALIZED (SELECT w.id, w.name_key, (SELECT count(*) FROM walked) AS steps FROM walked w",
        );
        query.push(match self.order {
            ContactOrder::Newest => " ORDER BY w.id LIMIT 1",
            ContactOrder::Oldest => " ORDER BY w.id DESC LIMIT 1",
            ContactOrder::Name => " ORDER BY w.name_key DESC, w.id DESC LIMIT 1",
        });
        query.push(concat!(
            ") SELECT w.*, CASE WHEN w.id = (SELECT l.id FROM last l) THEN (SELECT l.steps FROM last l) ELSE 0 END \
             FROM walked w WHERE w.matches OR w.id = (SELECT l.id FROM last l) UNION ALL SELECT * FROM (SELECT ",
            contact_columns!("c"),
            ", c.name_key, true, NULL::bigint FROM contacts c WHERE (SELECT count(*) FILTER (WHERE w.matches) < "
        ));
        query.push_bind(stride.few as i64).push(" AND count(*) = ").push_bind(steps).push(" FROM walked w) AND ");
        self.push_looked_up(&mut query, |query| {
            query.push(match self.order {
                ContactOrder::Newest => " AND c.id < (SELECT l.id FROM last l)",
                ContactOrder::Oldest => " AND c.id > (SELECT l.id FROM last l)",
                ContactOrder::Name => {
                    " AND (c.name_key, c.id) > ((SELECT l.name_key FROM last l), (SELECT l.id FROM last l))"
                }
            });
        });
        query.push(" LIMIT ").push_bind(wanted as i64).push(") rest");
        Part::read(&query.build().fetch_all(connection).await?, steps, self.order)
    }

    async fn look_up(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<Found>> {
        let mut query = QueryBuilder::<Postgres>::new(concat!(
            "SELECT ",
            contact_columns!("c"),
            ", c.name_key FROM contacts c WHERE "
        ));
        self.push_looked_up(&mut query, |query| push_beyond(query, self.order, self.after.as_ref()));
        query.push(" LIMIT ").push_bind(self.wanted() as i64);
        query.build().fetch_all(connection).await?.iter().map(|row| found(row, self.order)).collect()
    }

    /// Adds all conditions, and an order that no index has: sorting is dear to the planner here, so it would rather walk
    /// an index that has the order, however far.
    fn push_looked_up(
        &self,
        query: &mut QueryBuilder<Postgres>,
        push_beyond: impl FnOnce(&mut QueryBuilder<Postgres>),
    ) {
        self.push_owner(query);
        self.push_group(query);
        push_beyond(query);
        conditions::push(query, &self.filter);
        query.push(match self.order {
            ContactOrder::Newest => r" ORDER BY c.id || '\x'::bytea DESC",
            ContactOrder::Oldest => r" ORDER BY c.id || '\x'::bytea",
            ContactOrder::Name => r#" ORDER BY (c.name_key || '') COLLATE "C", c.id"#,
        });
    }

    /// Adds whose a contact `c` must be.
    fn push_owner(&self, query: &mut QueryBuilder<Postgres>) {
        query.push("c.user_id = ").push_bind(self.user.as_bytes().to_vec());
        match self.list {
            List::User => {}
            List::Client(client) | List::GroupOf(client, _) => {
                query.push(" AND c.client_id = ").push_bind(client.as_bytes().to_vec());
            }
            List::DefaultClient => {
                query.push(" AND c.client_id = (SELECT d.id FROM clients d WHERE d.is_default AND d.user_id = ");
                query.push_bind(self.user.as_bytes().to_vec()).push(")");
            }
            List::Group(group) => {
                query.push(" AND c.client_id = (SELECT g.client_id FROM contact_groups g WHERE g.user_id = ");
                query.push_bind(self.user.as_bytes().to_vec());
                query.push(" AND g.id = ").push_bind(group.as_bytes().to_vec()).push(")");
            }
        }
    }

    /// Adds which group's it must be, if there is one.
    fn push_group(&self, query: &mut QueryBuilder<Postgres>) {
        if let List::GroupOf(_, group) | List::Group(group) = self.list {
            query.push(" AND c.group_id = ").push_bind(group.as_bytes().to_vec());
        }
    }
}

/// A contact, and where it stands.
type Found = (ContactPlace, Contact);

/// What one statement came to.
struct Part {
    found: Vec<Found>,
    /// How many of them were met on the walk.
    matched: usize,
    /// Where that stopped; `None`: at the end of the list.
    stopped: Option<ContactPlace>,
}

impl Part {
    fn read(rows: &[PgRow], steps: i64, order: ContactOrder) -> sqlx::Result<Self> {
        let mut part = Self { found: Vec::with_capacity(rows.len()), matched: 0, stopped: None };
        for row in rows {
            let walked = integer_or_null(row, WALKED)?;
            if walked == Some(steps) {
                part.stopped = Some(place(row, order)?);
            }
            if flag(row, MATCHES)? {
                part.found.push(found(row, order)?);
                part.matched += usize::from(walked.is_some());
            }
        }
        Ok(part)
    }
}

/// Where what follows a contact's columns is found.
const NAME_KEY: usize = CONTACT_COLUMNS;
const MATCHES: usize = CONTACT_COLUMNS + 1;
/// Of the last row that was walked how many were, of others 0, of those that were looked up nothing.
const WALKED: usize = CONTACT_COLUMNS + 2;

fn found(row: &PgRow, order: ContactOrder) -> sqlx::Result<Found> {
    Ok((place(row, order)?, contact(row)?))
}

/// Where a row stands.
fn place(row: &PgRow, order: ContactOrder) -> sqlx::Result<ContactPlace> {
    Ok(ContactPlace::in_order(order, id(row, 0)?, text(row, NAME_KEY)?))
}

impl asked::Item for Search {
    type Answer = ContactPage;

    fn user(&self) -> UserId {
        self.user
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
    }
}

impl Read for Search {
    type Side = Searches;

    fn queued(asked: Asked<Self>) -> Asked<Self> {
        asked
    }

    fn side(set: &Set) -> &Arc<Side<Searches>> {
        &set.searches
    }

    async fn run(items: &[&Self], connection: &mut PgConnection) -> sqlx::Result<Vec<Result<ContactPage>>> {
        let mut pages = Vec::with_capacity(items.len());
        for item in items {
            pages.push(Ok(item.page(connection).await?));
        }
        Ok(pages)
    }
}
