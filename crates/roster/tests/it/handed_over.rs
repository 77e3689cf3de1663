//! Files that were handed over go in whatever becomes of the server that took them.

use std::collections::HashSet;

use roster_testkit::eventually;
use rstest::rstest;
use serde_json::Value;

use crate::api::{Api, text};
use crate::place::{Kind, Place};
use crate::running::Running;
use crate::transfer::rows;

const ROWS: usize = 15_000;

/// Hands a file over, of which nothing is matched: whatever went in twice would be there twice. Its path.
fn hand_over(running: &Running, ada: &Api) -> String {
    let mut answer = ureq::post(format!("{}/imports?on_match=add", running.base()))
        .header("authorization", format!("Bearer {}", ada.token()))
        .header("content-type", "text/csv")
        .send(rows(ROWS))
        .unwrap();
    assert_eq!(answer.status().as_u16(), 202);
    let answer: Value = answer.body_mut().read_json().unwrap();
    format!("/imports/{}", text(&answer["data"]["_id"]))
}

fn import(ada: &Api, path: &str) -> Value {
    let (status, mut answer) = ada.get(path);
    assert_eq!(status, 200, "{answer}");
    answer["data"].take()
}

fn read(ada: &Api, path: &str) -> u64 {
    import(ada, path)["counts"]["read"].as_u64().unwrap()
}

/// Each step of an import takes a while from now on, so that there is time to leave one behind.
fn slow_down(place: &Place) {
    place.execute(
        "CREATE TRIGGER slow BEFORE UPDATE OF rows_read ON imports BEGIN
             SELECT (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT max(x) FROM n);
         END",
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END';
         CREATE TRIGGER slow BEFORE UPDATE OF rows_read ON imports FOR EACH ROW EXECUTE FUNCTION slow()",
    );
}

fn hurry_up(place: &Place) {
    place.execute("DROP TRIGGER slow", "DROP TRIGGER slow ON imports");
}

#[rstest]
fn what_one_server_leaves_the_next_one_takes_up(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
    #[values(false, true)] is_killed: bool,
) {
    let place = Place::ready(kind);
    let running = place.serve();
    let ada = Api::signed_up(&running);
    slow_down(&place);
    let path = hand_over(&running, &ada);
    let further =
        |ada: &Api, than: u64| eventually("it gets further", || Some(read(ada, &path)).filter(|now| *now > than));
    let mut done = further(&ada, 0);
    assert!(done + 2_000 < ROWS as u64, "{done}: it ends too early to be left behind");

    if is_killed {
        running.kill();
        // Nobody takes it before its lease is over, and nobody waits for that here.
        place.execute("UPDATE imports SET lease_until = 0", "UPDATE imports SET lease_until = created_at");
    } else {
        running.signal("TERM");
        running.ended();
    }
    hurry_up(&place);
    let running = place.serve();
    let ada = Api::of(&running).signed_in();

    while done < ROWS as u64 {
        done = further(&ada, done);
    }
    eventually("it is at its end", || (import(&ada, &path)["state"] == "completed").then_some(()));
    let contacts = ada.contacts();
    let numbers: HashSet<&str> = contacts.iter().filter_map(|contact| contact["number"].as_str()).collect();
    assert_eq!((contacts.len(), numbers.len()), (ROWS, ROWS), "each row once");
    assert_eq!(import(&ada, &path)["counts"]["created"], ROWS);
}
