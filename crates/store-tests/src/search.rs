//! Searching by parts of names and numbers.

use roster_domain::Precondition::Exists;
use roster_domain::{Contact, ContactChanges, ContactOrder, SearchQuery, Span};

use crate::matching::{both, in_group, searched};
use crate::owner::{moved, renamed, renumbered};
use crate::reference::Reference;
use crate::walk::{limit, walk_in_order};
use crate::{Bench, Owner};

/// Names and numbers to be found. A case names them by their place.
const CONTACTS: [(&str, &str); 40] = [
    ("محمد علي", "status"),
    ("مُحَمَّد عَلِيّ", "status"),
    ("أحمـــد", "status"),
    ("Adébáyọ̀ Ọláńrewájú", "status"),
    ("Adebayo Olanrewaju", "status"),
    ("IŞIK Irmak", "status"),
    ("ışık ırmak", "status"),
    ("Işıl İstanbul", "status"),
    ("❤️ Amara", "status"),
    ("❤ Amara", "status"),
    // Ten:
    ("👍🏽 Tunde", "status"),
    ("👍 Tunde", "status"),
    ("👩🏾‍🚀", "status"),
    ("山田 太郎", "status"),
    ("山本 花子", "status"),
    ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "status"),
    ("한글", "status"),
    ("ガギグ", "status"),
    ("カキク", "status"),
    ("Straße 12", "status"),
    // Twenty:
    ("STRASSE 12", "status"),
    ("100% wool", "status"),
    ("100 wool", "status"),
    ("under_score", "status"),
    ("underXscore", "status"),
    ("O'Brien \"Bob\"", "status"),
    ("back\\slash", "status"),
    ("cats & dogs | !birds", "status"),
    ("foo:* <-> bar", "status"),
    ("(NEAR this) AND NOT that* ^up", "status"),
    // Thirty:
    ("Chinwe Obi", "+234 (803) 123-4567"),
    ("Chinwe Eze", "08031234568"),
    ("Obi", "120363045767536459"),
    ("", "{Hi|Hello} [Chinwe] 7"),
    ("ﬁne ＷＩＤＥ", "٠٨٠٣"),
    ("a.b-c", "$1 ?1 :n"),
    ("soft\u{ad}hyphen zero\u{200b}width", "status"),
    ("Σίσυφος", "status"),
    ("हिन्दी", "status"),
    ("Łódź Ærø", "status"),
];

/// What is searched for, and where it is found.
const CASES: [(&str, &[usize]); 84] = [
    // Arabic, with and without harakat and kashida.
    ("محمد", &[0, 1]),
    ("مُحَمَّد", &[0, 1]),
    ("علي محمد", &[0, 1]),
    ("م", &[0, 1, 2]),
    ("حم", &[0, 1, 2]),
    ("احمد", &[2]),
    // Yoruba and Hausa letters, typed with and without their marks.
    ("adebayo", &[3, 4]),
    ("Adébáyọ̀", &[3, 4]),
    ("ADEBAYO OLAN", &[3, 4]),
    ("ọlá ayọ", &[3, 4]),
    ("ayo", &[3, 4]),
    // Turkish: one letter with and without its dot.
    ("ışık", &[5, 6]),
    ("ISIK", &[5, 6]),
    ("isik", &[5, 6]),
    ("ırmak", &[5, 6]),
    ("işıl", &[7]),
    ("istanbul", &[7]),
    ("İ", &[5, 6, 7, 25, 27, 29, 30, 31, 32, 33, 34, 36]),
    // Emoji: the form is left out, the tone of the skin is one more character.
    ("❤", &[8, 9]),
    ("❤️", &[8, 9]),
    ("❤️ amara", &[8, 9]),
    ("👍", &[10, 11]),
    ("👍🏽", &[10]),
    ("👩🏾‍🚀", &[12]),
    ("🚀", &[12]),
    // East Asia, where a word may be one character.
    ("山", &[13, 14]),
    ("山田", &[13]),
    ("太郎 山田", &[13]),
    ("花", &[14]),
    ("한글", &[15, 16]),
    ("\u{1112}\u{1161}\u{11ab}", &[15, 16]),
    ("글", &[15, 16]),
    ("ガ", &[17]),
    ("ｶﾞｷﾞ", &[17]),
    ("カ", &[18]),
    // Germany.
    ("straße", &[19, 20]),
    ("strasse", &[19, 20]),
    ("12 STRASSE", &[19, 20]),
    ("ß", &[19, 20]),
    // What means something to a database.
    ("%", &[21]),
    ("100%", &[21]),
    ("100", &[21, 22]),
    ("1%", &[]),
    ("_", &[23]),
    ("r_s", &[23]),
    ("underxscore", &[24]),
    ("'", &[25]),
    ("o'b", &[25]),
    ("\"", &[25]),
    ("\"bob\"", &[25]),
    ("\\", &[26]),
    ("k\\s", &[26]),
    ("\\%", &[]),
    ("''", &[]),
    ("' or 1=1 --", &[]),
    ("&", &[27]),
    ("| !birds", &[27]),
    ("!", &[27]),
    ("cats & !dogs", &[]),
    ("foo:*", &[28]),
    (":*", &[28]),
    ("foo*", &[]),
    ("<->", &[28]),
    ("near(this", &[]),
    ("(near", &[29]),
    ("and not", &[29]),
    ("foo or bar", &[]),
    ("that*", &[29]),
    ("^up", &[29]),
    // Numbers, as written and by their digits; words found in either.
    ("chinwe", &[30, 31, 33]),
    ("chinwe 803", &[30, 31]),
    ("2348031234567", &[30]),
    ("(803)", &[30]),
    ("4567 obi", &[30]),
    ("chinwe0803", &[]),
    ("7 obi", &[30, 32]),
    ("obi 1 2 3", &[30, 32]),
    ("[chinwe] {hi|hello}", &[33]),
    ("fine wide 0803", &[34]),
    ("$1", &[35]),
    ("softhyphen zerowidth", &[36]),
    ("σισυφοσ", &[37]),
    ("हिन्दी", &[38]),
    ("lodz aero", &[39]),
];

async fn contacts(owner: &Owner) -> Vec<Contact> {
    let mut made = Vec::new();
    for (name, number) in CONTACTS {
        made.push(owner.contact(name, number).await);
    }
    made
}

async fn assert_found(owner: &Owner, query: &str, expected: &[Contact]) {
    for (span, order, rows) in [
        (Span::OneClient, ContactOrder::Oldest, 50),
        (Span::OneClient, ContactOrder::Oldest, 1),
        (Span::AllClients, ContactOrder::Oldest, 2),
    ] {
        let store = &owner.bench.store;
        let found = walk_in_order(store, &owner.scope, span, &searched(query), order, limit(rows)).await;
        assert_eq!(found, expected, "{query:?}, {span:?}, {rows} a page");
    }
    let newest: Vec<_> = expected.iter().rev().cloned().collect();
    let grouped = both(&in_group(owner.group.id), &searched(query));
    for filter in [searched(query), grouped] {
        let store = &owner.bench.store;
        let found = walk_in_order(store, &owner.scope, Span::OneClient, &filter, ContactOrder::Newest, limit(3)).await;
        assert_eq!(found, newest, "{filter:?}");
    }
}

pub async fn the_table_of_searches(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let made = contacts(&ada).await;
    contacts(&eve).await;
    for (query, places) in CASES {
        let expected: Vec<_> = places.iter().map(|&place| made[place].clone()).collect();
        assert_found(&ada, query, &expected).await;
    }
}

/// Each name and number, all of its parts of up to four characters: what the table may have forgotten.
pub async fn every_part_of_a_contact_finds_it(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    contacts(&ada).await;
    let reference = Reference::of(&ada).await;
    let mut queries = Vec::new();
    for (turn, text) in CONTACTS.iter().flat_map(|(name, number)| [name, number]).enumerate() {
        let characters: Vec<char> = text.chars().collect();
        let length = turn % 4 + 1;
        queries.extend(characters.chunks(length).step_by(2).map(|part| part.iter().collect::<String>()));
    }
    queries.sort_unstable();
    queries.dedup();
    for query in queries.iter().filter(|query| SearchQuery::parse(query).is_ok()) {
        let (filter, order) = (searched(query), ContactOrder::Newest);
        let expected = reference.list(&ada.scope, Span::OneClient, &filter, order);
        let found = walk_in_order(&bench.store, &ada.scope, Span::OneClient, &filter, order, limit(20)).await;
        assert_eq!(found, expected, "{query:?}");
    }
}

pub async fn a_search_follows_every_change(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let friends = ada.group("Friends").await;
    let contact = ada.contact("Amina Bello", "status").await;
    let other = ada.contact("Chinwe", "08031234568").await;
    let contacts = &bench.store.contacts;
    let change = async |changes: ContactChanges| {
        contacts.update(&ada.scope, contact.id, changes, Exists, bench.later()).await.unwrap();
    };
    let found = async |query: &str| {
        let filter = searched(query);
        let order = ContactOrder::Oldest;
        let found = walk_in_order(&bench.store, &ada.scope, Span::OneClient, &filter, order, limit(1)).await;
        found.into_iter().map(|contact| contact.id).collect::<Vec<_>>()
    };
    change(renamed("Ọláńrewájú")).await;
    assert_eq!((found("bello").await, found("olanrewaju status").await), (vec![], vec![contact.id]));
    change(renumbered("+234 803 1234567")).await;
    assert_eq!((found("status").await, found("2348031234567 ola").await), (vec![], vec![contact.id]));
    assert_eq!(found("803123456").await, [contact.id, other.id]);
    let number = renumbered("120363045767536459").number;
    change(ContactChanges { number, ..renamed("Group") }).await;
    assert_eq!((found("ola").await, found("803").await), (vec![], vec![other.id]));
    assert_eq!(found("gro 0363").await, [contact.id]);
    // Into another group, and back.
    change(moved(friends.id)).await;
    assert_eq!(found("gro").await, [contact.id]);
    for (group, query, expected) in [
        (friends.id, "gro", vec![contact.id]),
        (ada.group.id, "gro", vec![]),
        (ada.group.id, "chi", vec![other.id]),
        (friends.id, "chi", vec![]),
    ] {
        let (filter, order) = (both(&in_group(group), &searched(query)), ContactOrder::Name);
        let found = walk_in_order(&bench.store, &ada.scope, Span::OneClient, &filter, order, limit(1)).await;
        assert_eq!(found.into_iter().map(|contact| contact.id).collect::<Vec<_>>(), expected, "{query}");
    }
    ada.delete(contact.id).await;
    assert_eq!(found("gro").await, []);
    // What is made anew under the id is found by what it is now.
    let mut again = bench.new_contact("status");
    again.id = contact.id;
    ada.make(again).await;
    assert_eq!((found("gro").await, found("status").await), (vec![], vec![contact.id]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::{ContactName, Number, SearchKey};

    /// So that a table and a store that disagree are the store's defect.
    #[test]
    fn the_table_is_what_the_domain_says() {
        for (query, places) in CASES {
            let search = SearchQuery::parse(query).unwrap();
            let found: Vec<usize> = CONTACTS
                .iter()
                .enumerate()
                .filter(|(_, (name, number))| {
                    let (name, number) = (ContactName::parse(name).unwrap(), Number::parse(number).unwrap());
                    SearchKey::of(&name, &number).holds(&search)
                })
                .map(|(place, _)| place)
                .collect();
            assert_eq!(found, places, "{query:?}");
        }
    }
}
