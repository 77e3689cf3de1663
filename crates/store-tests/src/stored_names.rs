//! Lists by name while the keys that a store holds aren't yet those that the names give.

use roster_domain::{ContactFilter, ContactName, ContactOrder, NameKey, NewContact, SearchQuery, Span};

use crate::Owner;
use crate::matching::{both, in_group, searched, with_number};
use crate::walk::{limit, walk_in_order};

/// Gives some contacts a key before all others, and some one behind them.
const OTHER_KEYS: &str = "UPDATE contacts SET name_key = \
                          CASE legacy_version WHEN 1 THEN '' WHEN 2 THEN 'zz' ELSE name_key END";

/// The key of a contact, with that done.
fn stored(contact: &NewContact) -> String {
    match contact.legacy_version {
        1 => String::new(),
        2 => "zz".to_owned(),
        _ => NameKey::of(&contact.name).as_str().to_owned(),
    }
}

impl Owner {
    /// Fails unless walks by name meet each contact once, in the order of the keys that are stored. `run` runs a statement
    /// on the database itself.
    pub async fn assert_walked_by_stored_names(&self, run: impl AsyncFnOnce(&'static str)) {
        let (_, shop_group) = self.client("Shop").await;
        let friends = self.group("Friends").await;
        let mut made = Vec::new();
        // More than a search walks before it looks words up; some of them are in none of those.
        for turn in 0..90_i64 {
            let word = match turn {
                _ if turn % 5 == 2 => "late",
                _ if turn % 9 == 0 => "rare",
                _ => "common",
            };
            // Backwards, and so not by id.
            let name = ContactName::parse(&format!("N{:02} {word}", 90 - turn)).unwrap();
            let group_id = Some([self.group.id, friends.id, shop_group.id][usize::try_from(turn % 4 % 3).unwrap()]);
            let new = NewContact { name, group_id, legacy_version: turn % 5, ..self.bench.new_contact("status") };
            self.make(new.clone()).await;
            made.push(new);
        }
        made.sort_by_key(|contact| (stored(contact), contact.id));
        run(OTHER_KEYS).await;

        let number = with_number("status");
        let group = in_group(friends.id);
        for filter in [
            ContactFilter::default(),
            number.clone(),
            searched("common"),
            searched("rare"),
            searched("late"),
            searched("n"),
            both(&group, &searched("common")),
            both(&group, &number),
            group,
        ] {
            for (span, clients) in [(Span::OneClient, 1), (Span::AllClients, 2)] {
                let is_meant = |contact: &&NewContact| {
                    let is_reached = clients == 2 || contact.group_id != Some(shop_group.id);
                    let is_in_group = filter.group_id.is_none_or(|id| contact.group_id == Some(id));
                    let words = filter.search.iter().flat_map(SearchQuery::words);
                    let name = NameKey::of(&contact.name);
                    is_reached && is_in_group && words.into_iter().all(|word| name.as_str().contains(word))
                };
                let expected: Vec<_> = made.iter().filter(is_meant).map(|contact| contact.id).collect();
                assert!(expected.len() > 2, "more than a page: {filter:?}");
                for rows in [2, 7] {
                    let (store, order) = (&self.bench.store, ContactOrder::Name);
                    let walked = walk_in_order(store, &self.scope, span, &filter, order, limit(rows)).await;
                    let walked: Vec<_> = walked.into_iter().map(|contact| contact.id).collect();
                    assert_eq!(walked, expected, "{span:?} {filter:?}, {rows} a page");
                }
            }
        }
    }
}
