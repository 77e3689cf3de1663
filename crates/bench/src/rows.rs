//! The contacts themselves, in the order in which they would have come in.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use roster_domain::Derived;
use roster_domain::values::{ContactName, Number};

use crate::chance::Chance;
use crate::layout::{Layout, USERS};
use crate::people::People;

/// 2023-07-07T20:15:45Z, when the first came.
const BEGIN_MS: u64 = 1_688_760_945_000;

/// A year and a half, over which each user's contacts come evenly.
const SPAN_MS: u64 = 47_000_000_000;

/// One row of `contacts`.
pub struct Row {
    pub contact: u64,
    pub user: usize,
    pub name: ContactName,
    pub number: Number,
    pub derived: Derived,
    pub created_at: DateTime<Utc>,
}

/// Every row. Users take turns, so that one user's contacts lie apart in the table, as they do when many use it.
pub fn rows(layout: &Layout) -> impl Iterator<Item = anyhow::Result<Row>> {
    let layout = *layout;
    let people = People::new();
    let at = move |user: usize, contact: u64| {
        let (begin, end) = (layout.begin(user), layout.end(user));
        BEGIN_MS + (2 * (contact - begin) + 1) * SPAN_MS / (2 * (end - begin))
    };
    let mut next: BinaryHeap<_> =
        (0..USERS).map(|user| Reverse((at(user, layout.begin(user)), user, layout.begin(user)))).collect();
    std::iter::from_fn(move || {
        let Reverse((ms, user, contact)) = next.pop()?;
        if contact + 1 < layout.end(user) {
            next.push(Reverse((at(user, contact + 1), user, contact + 1)));
        }
        Some(row(&people, contact, user, ms))
    })
}

fn row(people: &People, contact: u64, user: usize, ms: u64) -> anyhow::Result<Row> {
    let mut chance = Chance::new(contact + 1);
    let bad =
        |invalid: roster_domain::values::Invalid| anyhow!("an invented contact is no contact: {}", invalid.message);
    let name = ContactName::parse(&people.name(&mut chance)).map_err(bad)?;
    let number = Number::parse(&People::number(&mut chance)).map_err(bad)?;
    let derived = Derived::of(&name, &number, None);
    let created_at = DateTime::from_timestamp_millis(ms as i64).unwrap_or_default();
    Ok(Row { contact, user, name, number, derived, created_at })
}
