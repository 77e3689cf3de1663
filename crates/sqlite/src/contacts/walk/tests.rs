use roster_domain::{Channel, ContactId, NameKey, Number, NumberKind, NumberSuffix, ObjectId, SearchQuery, Timestamp};

use super::*;
use crate::statements::tests::{migrated, plan};

fn id<Id: From<ObjectId>>(byte: u8) -> Id {
    Id::from(ObjectId::from_bytes([byte; 12]))
}

/// Every set of conditions.
fn filters() -> impl Iterator<Item = ContactFilter> {
    (0u32..1 << 8).map(|bits| {
        let is = |bit: u32| bits & 1 << bit != 0;
        ContactFilter {
            group_id: None,
            channel: is(0).then(Channel::default),
            number: is(1).then(|| Number::parse("+2348031234567").unwrap()),
            number_suffix: is(2).then(|| NumberSuffix::parse("4567").unwrap()),
            kind: is(3).then_some(NumberKind::Phone),
            search: is(4).then(|| SearchQuery::parse("amina bello").unwrap()),
            created_after: is(5).then_some(Timestamp::from_millis(1)),
            created_before: is(6).then_some(Timestamp::from_millis(2)),
            updated_after: is(7).then_some(Timestamp::from_millis(3)),
        }
    })
}

/// Every walk that a list may take with this filter: of all, of a client, of a group; while the client is derived anew
/// and when it is through.
fn walks<'a>(homes: &'a [Home], filter: &ContactFilter) -> Vec<Walk<'a>> {
    let user = id(1);
    let mut walks = Vec::new();
    if filter.number.is_none() {
        walks.push(Walk { user, home: None, group: None, way: Way::User });
    }
    for home in homes {
        for group in [None, Some(id(3))] {
            let shortest = Walk::shortest(user, home, group, filter);
            walks.extend([shortest, Walk { way: Way::Name, ..shortest }]);
        }
    }
    walks
}

/// The part of its index that a walk must be narrowed to.
fn prefix(walk: &Walk<'_>) -> &'static str {
    match walk.way {
        Way::User => "sqlite_autoindex_contacts_1 (user_id=?",
        Way::Client => "contacts_by_client (user_id=? AND client_id=?",
        Way::Group => "contacts_by_group (user_id=? AND client_id=? AND group_id=?",
        Way::Number => "contacts_by_number (user_id=? AND client_id=? AND <expr>=?",
        Way::Name => "contacts_by_name (user_id=? AND client_id=?",
    }
}

/// And from where it begins, where rows come in order.
fn beginning(order: ContactOrder) -> &'static str {
    match order {
        ContactOrder::Newest => " AND id<?)",
        ContactOrder::Oldest => " AND id>?)",
        ContactOrder::Name => " AND (name_key,id)>(?,?))",
    }
}

#[test]
fn every_statement_takes_its_index_and_sorts_nothing() {
    let (connection, _folder) = migrated();
    let homes = [Home::through(id(2)), Home::unfinished(id(2))];
    let mut looked_at = 0;
    let mut check = |built: &Built, expected: &str, end: &str| {
        let found = plan(&connection, &built.sql).unwrap();
        let [line] = found.as_slice() else { panic!("{}: {found:?}", built.sql) };
        let line = line.replace("COVERING ", "");
        let line = line.strip_prefix("SEARCH contacts USING INDEX ");
        assert!(
            line.is_some_and(|line| line.starts_with(expected) && line.ends_with(end)),
            "{}: {found:?}, not {expected}…{end}",
            built.sql
        );
        assert_eq!(connection.prepare(&built.sql).unwrap().parameter_count(), built.values.len());
        looked_at += 1;
    };
    for filter in filters() {
        for walk in walks(&homes, &filter) {
            check(&walk.count(&filter), prefix(&walk), ")");
            check(&walk.ids(&filter), prefix(&walk), ")");
            if walk.way.is_in(ContactOrder::Oldest) {
                check(&walk.oldest(&filter, None, 51), prefix(&walk), beginning(ContactOrder::Oldest));
            }
            for order in [ContactOrder::Newest, ContactOrder::Oldest, ContactOrder::Name] {
                for after in [None, Some(ContactPlace::Id(id::<ContactId>(4)))] {
                    let end = if walk.way.is_in(order) { beginning(order) } else { ")" };
                    check(&walk.page(&filter, order, after.as_ref(), 51), prefix(&walk), end);
                }
            }
        }
    }
    assert!(looked_at > 10_000, "{looked_at}");
}

#[test]
fn every_deletion_finds_its_row_by_id() {
    let (connection, _folder) = migrated();
    for home in [Home::through(id(2)), Home::unfinished(id(2))] {
        for filter in filters() {
            for group in [None, Some(id(3))] {
                let built = Walk::by_id(id(1), &home, group).deletion(&filter);
                let found = plan(&connection, &built.sql).unwrap();
                let expected = "SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)";
                assert_eq!(found, [expected], "{}", built.sql);
                assert_eq!(connection.prepare(&built.sql).unwrap().parameter_count(), built.values.len() + 1);
            }
        }
    }
}

#[test]
fn a_place_by_name_is_behind_its_name() {
    let place = ContactPlace::Name(NameKey::from_stored("amina".to_owned()), id(4));
    let walk = Walk { user: id(1), home: None, group: None, way: Way::Name };
    let built = walk.page(&ContactFilter::default(), ContactOrder::Name, Some(&place), 2);
    assert_eq!(built.values[1..3], [Value::Text("amina".to_owned()), Value::Blob(vec![4; 12])]);
}
