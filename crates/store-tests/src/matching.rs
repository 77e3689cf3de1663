//! Filters of one thing each, to be put together with `..`.

use roster_domain::{Channel, ContactFilter, GroupId, Number, NumberKind, NumberSuffix, SearchQuery, Timestamp};

fn any() -> ContactFilter {
    ContactFilter::default()
}

pub(crate) fn in_group(id: GroupId) -> ContactFilter {
    ContactFilter::of_group(Some(id))
}

pub(crate) fn on_channel(channel: &str) -> ContactFilter {
    ContactFilter { channel: Some(Channel::parse(channel).unwrap()), ..any() }
}

pub(crate) fn with_number(text: &str) -> ContactFilter {
    ContactFilter { number: Some(Number::parse(text).unwrap()), ..any() }
}

pub(crate) fn ending_in(digits: &str) -> ContactFilter {
    ContactFilter { number_suffix: Some(NumberSuffix::parse(digits).unwrap()), ..any() }
}

pub(crate) fn of_kind(kind: NumberKind) -> ContactFilter {
    ContactFilter { kind: Some(kind), ..any() }
}

pub(crate) fn searched(text: &str) -> ContactFilter {
    ContactFilter { search: Some(SearchQuery::parse(text).unwrap()), ..any() }
}

pub(crate) fn created_after(at: Timestamp) -> ContactFilter {
    ContactFilter { created_after: Some(at), ..any() }
}

pub(crate) fn created_before(at: Timestamp) -> ContactFilter {
    ContactFilter { created_before: Some(at), ..any() }
}

pub(crate) fn updated_after(at: Timestamp) -> ContactFilter {
    ContactFilter { updated_after: Some(at), ..any() }
}

/// What both narrow; where both say something of one thing, the first is heard.
pub(crate) fn both(one: &ContactFilter, other: &ContactFilter) -> ContactFilter {
    let (one, other) = (one.clone(), other.clone());
    ContactFilter {
        group_id: one.group_id.or(other.group_id),
        channel: one.channel.or(other.channel),
        number: one.number.or(other.number),
        number_suffix: one.number_suffix.or(other.number_suffix),
        kind: one.kind.or(other.kind),
        search: one.search.or(other.search),
        created_after: one.created_after.or(other.created_after),
        created_before: one.created_before.or(other.created_before),
        updated_after: one.updated_after.or(other.updated_after),
    }
}
