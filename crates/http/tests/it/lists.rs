//! Lists in pages, and filtered.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::{Answer, Consumer, Person, Postgres, Roster, Sqlite, Store, UNKNOWN, id};

/// Where `Link` says the next page is.
#[track_caller]
pub fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let target = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
    Some(target.unwrap_or_else(|| panic!("an odd Link: {answer}")).to_owned())
}

/// Follows `Link` from the first page to the end; what the pages hold. They must agree with their `page` members.
#[track_caller]
fn walk(consumer: &Consumer, first: &str, mut between: impl FnMut(usize)) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = first.to_owned();
    loop {
        let answer = consumer.get(&path).expect(200);
        let page = answer.json()["page"].take();
        pages.push(answer.ids());
        between(pages.len());
        match next(&answer) {
            Some(there) => {
                assert_eq!(page["has_more"], true);
                assert!(page["next_cursor"].as_str().is_some_and(|cursor| !cursor.is_empty()));
                assert!(there.starts_with('/'), "relative to the server: {there}");
                path = there;
            }
            None => {
                assert_eq!(page, json!({ "next_cursor": null, "has_more": false }));
                return pages;
            }
        }
        assert!(pages.len() < 100, "for ever");
    }
}

fn numbered(consumer: &Consumer, numbers: std::ops::Range<u32>) -> Vec<Value> {
    numbers.map(|number| consumer.contact(json!({ "number": number }))).collect()
}

#[rstest]
fn pages_together_are_the_whole_list(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let shop = ada.another_client("Shop");
    let friends = ada.group("Friends");
    for number in 0..5 {
        ada.contact(json!({ "number": number }));
        shop.alone().contact(json!({ "number": number }));
        ada.contact(json!({ "number": number, "group_id": id(&friends) }));
        ada.group("Another");
    }
    let of_friends = format!("/contact?group_id={}", id(&friends));

    for whole in ["/contact", "/contact?type=all", &of_friends, "/contact_groups", "/contact_groups?type=all"] {
        let ids = ada.get(whole).ids();
        assert!(ids.len() >= 5);
        for limit in [1, 2, 3, ids.len() - 1, ids.len(), ids.len() + 1, 5_000] {
            let separator = if whole.contains('?') { '&' } else { '?' };
            let pages = walk(&ada, &format!("{whole}{separator}limit={limit}"), |_| {});
            assert!(pages.iter().rev().skip(1).all(|page| page.len() == limit), "only the last may be short");
            assert!(pages.iter().all(|page| !page.is_empty()));
            assert_eq!(pages.concat(), ids, "{whole} by {limit}");
        }
    }
    assert_eq!(walk(&shop.alone(), "/contact?limit=2", |_| {}).concat(), shop.alone().get("/contact").ids());
    let narrowed = ada.narrowed(&shop);
    assert_eq!(walk(&narrowed, "/contact?limit=2", |_| {}).concat(), narrowed.get("/contact").ids());
    assert_eq!(walk(&narrowed, "/contact?type=all&limit=4", |_| {}).concat(), ada.get("/contact?type=all").ids());
}

#[rstest]
fn a_page_looks_like_a_list(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let empty = ada.get("/contact?limit=3").expect(200);
    assert_eq!(
        empty.json(),
        json!({
            "status": true, "message": "Contact fetched successfully!", "data": [],
            "page": { "next_cursor": null, "has_more": false }
        })
    );
    let contacts = numbered(&ada, 0..3);

    let page = ada.get("/contact?limit=2").expect(200);

    assert_eq!(page.data(), json!([contacts[2], contacts[1]]));
    assert_eq!(page.message(), "Contact fetched successfully!");
    let groups = ada.get("/contact_groups?limit=2").expect(200);
    assert_eq!(groups.message(), "ContactGroup group fetched successfully!");
    assert_eq!(groups.json()["page"], json!({ "next_cursor": null, "has_more": false }));
}

/// The link leads back to where the call came in.
#[rstest]
fn the_link_stays_under_the_prefix(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    numbered(&ada, 0..3);
    ada.group("x");

    for route in ["/contact", "/contact_groups"] {
        for prefix in ["", "/api/v1"] {
            let first = ada.get(&format!("{prefix}{route}?limit=1")).expect(200);
            let there = next(&first).expect("a next page");
            assert!(there.starts_with(&format!("{prefix}{route}?")), "{there}");
            let pages = walk(&ada, &format!("{prefix}{route}?limit=1"), |_| {});
            assert_eq!(pages.concat(), ada.get(route).ids());
        }
    }
}

/// Before and behind the page, and on it.
#[rstest]
fn what_exists_throughout_appears_once(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let contacts = numbered(&ada, 0..12);
    let doomed = [0, 1, 5, 9, 10];
    let stay: Vec<&str> = (0..12).rev().filter(|n| !doomed.contains(n)).map(|n| id(&contacts[n])).collect();

    let pages = walk(&ada, "/contact?limit=2", |page| {
        ada.contact(json!({ "number": "new" }));
        if let Some(gone) = doomed.get(page - 1) {
            ada.delete(&format!("/contact/{}", id(&contacts[*gone]))).expect(200);
        }
    });

    let seen = pages.concat();
    let stayed: Vec<&str> = seen.iter().map(String::as_str).filter(|seen| stay.contains(seen)).collect();
    assert_eq!(stayed, stay);
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), seen.len(), "nothing twice");
}

#[rstest]
fn a_group_chooses_its_contacts(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = roster.sign_up("ada@example.org");
    let bob = roster.sign_up("bob@example.org");
    let shop = ada.another_client("Shop");
    let friends = ada.group("Friends");
    let empty = ada.group("Empty");
    let friend = ada.contact(json!({ "number": "1", "group_id": id(&friends) }));
    ada.contact(json!({ "number": "2" }));
    let sold_to = shop.alone().contact(json!({ "number": "3" }));
    let of_bob = bob.contact(json!({ "number": "4" }));
    let filtered = |consumer: &Consumer, group: &str| {
        let path = format!("/contact?group_id={group}");
        let whole = consumer.get(&path).expect(200).data();
        assert_eq!(consumer.get(&format!("{path}&limit=9")).expect(200).data(), whole);
        whole
    };

    assert_eq!(filtered(&ada, id(&friends)), json!([friend]));
    assert_eq!(filtered(&ada, sold_to["group_id"].as_str().unwrap()), json!([sold_to]));
    assert_eq!(filtered(&shop.alone(), sold_to["group_id"].as_str().unwrap()), json!([sold_to]));
    for (consumer, group) in [
        (&*ada, id(&empty)),
        (&*ada, UNKNOWN),
        (&*ada, of_bob["group_id"].as_str().unwrap()),
        (&*bob, id(&friends)),
        (&shop.alone(), id(&friends)),
        (&ada.narrowed(&shop), id(&friends)),
    ] {
        assert_eq!(filtered(consumer, group), json!([]));
    }
    let all = format!("/contact?type=all&group_id={}", id(&friends));
    assert_eq!(ada.get(&all).expect(200).data(), json!([friend]));
    assert_eq!(ada.narrowed(&shop).get(&all).expect(200).data(), json!([friend]), "type=all still means all");
}

#[rstest]
fn everybody_has_a_list_of_their_own(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let people: Vec<Person> = ["ada", "bob"].map(|name| roster.sign_up(&format!("{name}@example.org"))).into();
    let contacts: Vec<Value> =
        people.iter().map(|person| person.contact(json!({ "number": "1", "name": person.email }))).collect();

    for (person, contact) in people.iter().zip(&contacts) {
        for path in ["/contact", "/contact?type=all", "/contact?limit=10", "/contact?type=all&limit=10"] {
            assert_eq!(person.get(path).expect(200).data(), json!([contact]), "{path}");
        }
    }
}
