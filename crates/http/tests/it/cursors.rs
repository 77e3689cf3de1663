//! What a cursor is bound to.

use rstest::rstest;
use serde_json::json;

use crate::harness::{Answer, Consumer, Person, Postgres, Roster, Sqlite, Store, UNKNOWN, id};

fn cursor_of(answer: Answer) -> String {
    answer.expect(200).json()["page"]["next_cursor"].as_str().expect("a cursor").to_owned()
}

/// The second page's cursor of a list that has one more.
fn cursor(consumer: &Consumer, list: &str) -> String {
    cursor_of(consumer.get(&format!("{list}limit=1")))
}

fn ada_with_two_of_each(roster: &Roster) -> Person {
    let ada = roster.sign_up("ada@example.org");
    for number in 0..3 {
        ada.contact(json!({ "number": number }));
        ada.group("x");
    }
    ada
}

#[rstest]
fn a_cursor_goes_on_from_its_page(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = ada_with_two_of_each(&roster);
    let group = ada.default_group();
    let ids = ada.get("/contact?type=all").ids();

    for (list, filters) in [
        ("/contact?", vec![""]),
        ("/contact?type=all&", vec!["", "&type=all"]),
        (&format!("/contact?group_id={group}&"), vec!["", &format!("&group_id={group}")]),
        (
            &format!("/contact?type=all&group_id={group}&"),
            vec!["", "&type=all", &format!("&group_id={group}&type=all")],
        ),
    ] {
        let cursor = cursor(&ada, list);
        for beside in filters {
            let page = ada.get(&format!("/contact?limit=2&cursor={cursor}{beside}")).expect(200);
            assert_eq!(page.ids(), ids[1..3], "{list} {beside}");
        }
        ada.elsewhere().get(&format!("/contact?limit=2&cursor={cursor}")).expect(200);
        ada.get(&format!("/api/v1/contact?limit=5000&cursor={cursor}")).expect(200);
    }
    let groups = cursor(&ada, "/contact_groups?");
    let page = ada.get(&format!("/contact_groups?limit=2&cursor={groups}")).expect(200);
    assert_eq!(page.ids(), ada.get("/contact_groups").ids()[1..3]);
}

#[rstest]
fn a_cursor_is_good_for_its_own_list_only(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = ada_with_two_of_each(&roster);
    let bob = roster.sign_up("bob@example.org");
    let shop = ada.another_client("Shop");
    let (group, other) = (ada.default_group(), ada.group("Other"));
    let by_group = format!("/contact?group_id={group}&");
    let [mine, all, of_group, groups, all_groups] =
        ["/contact?", "/contact?type=all&", &by_group, "/contact_groups?", "/contact_groups?type=all&"]
            .map(|list| cursor(&ada, list));
    let alone = cursor(&ada.client.alone(), "/contact?");

    for (consumer, list, cursor) in [
        (&*bob, "/contact?", &mine),
        (&*bob, "/contact?type=all&", &all),
        (&*bob, "/contact_groups?", &groups),
        (&*ada, "/contact_groups?", &mine),
        (&*ada, "/contact?", &groups),
        (&*ada, "/contact?type=all&", &all_groups),
        (&*ada, "/contact?type=all&", &mine),
        (&*ada, &by_group, &mine),
        (&*ada, &by_group, &all),
        (&*ada, &format!("/contact?group_id={}&", id(&other)), &of_group),
        (&*ada, &format!("/contact?group_id={UNKNOWN}&"), &of_group),
        (&*ada, "/contact?type=all&", &of_group),
        (&*ada, "/contact_groups?type=all&", &groups),
        (&ada.narrowed(&shop), "/contact?", &mine),
        (&shop.alone(), "/contact?", &mine),
        (&shop.alone(), "/contact?", &alone),
        (&ada.narrowed(&shop), "/contact?", &alone),
    ] {
        let answer = consumer.get(&format!("{list}limit=1&cursor={cursor}"));
        answer.refused(400, "malformed_cursor");
    }
    // A list of all the user's clients isn't a client's, also when its cursor doesn't say so again.
    let by_client = shop.alone().get(&format!("/contact?limit=1&cursor={all}"));
    assert!(matches!(by_client.status, 400 | 403), "{by_client}");
}

#[rstest]
fn an_altered_cursor_is_refused(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = ada_with_two_of_each(&roster);
    let cursor = cursor(&ada, "/contact?");

    for at in 0..cursor.len() - 1 {
        let other = if &cursor[at..=at] == "A" { "B" } else { "A" };
        let altered = format!("{}{other}{}", &cursor[..at], &cursor[at + 1..]);
        ada.get(&format!("/contact?limit=1&cursor={altered}")).refused(400, "malformed_cursor");
    }
    let last = id(&ada.contact(json!({ "number": "9" }))).to_owned();
    let half = &cursor[..cursor.len() / 2];
    for wrong in ["x", half, &format!("{cursor}A"), &last, "%00", &"A".repeat(4_000)] {
        ada.get(&format!("/contact?limit=1&cursor={wrong}")).refused(400, "malformed_cursor");
    }
}

#[rstest]
fn a_cursor_needs_a_limit(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let ada = ada_with_two_of_each(&roster);

    for list in ["/contact", "/contact_groups"] {
        let cursor = cursor(&ada, &format!("{list}?"));
        ada.get(&format!("{list}?cursor={cursor}")).refused(422, "validation_failed");
        ada.get(&format!("{list}?limit=1&cursor={cursor}&cursor={cursor}")).invalid(&[("cursor", "repeated")]);
    }
}
