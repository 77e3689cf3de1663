//! What was acknowledged is there, whenever the server is killed.

use std::collections::HashSet;
use std::sync::mpsc::channel;
use std::thread;

use rstest::rstest;
use serde_json::json;

use crate::api::{Api, text};
use crate::place::{Kind, Place};

const WRITERS: usize = 4;
const ACKNOWLEDGED_BEFORE_THE_KILL: usize = 120;

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn what_was_acknowledged_survives_a_kill(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let running = place.serve();
    let ada = Api::signed_up(&running);

    let (acknowledge, acknowledged) = channel();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (ada, acknowledge) = (ada.clone(), acknowledge.clone());
            thread::spawn(move || {
                for at in 0.. {
                    let number = format!("23480{writer}{at:08}");
                    let body = json!({"name": "Amina Bello", "number": number});
                    // The server is killed amid these: the call that finds it gone is the last.
                    let Ok((201, answer)) = ada.try_call("POST", "/contact", Some(&body)) else { return };
                    acknowledge.send((text(&answer["data"]["_id"]), number)).unwrap();
                }
            })
        })
        .collect();
    drop(acknowledge);
    let mut journal: HashSet<(String, String)> = acknowledged.iter().take(ACKNOWLEDGED_BEFORE_THE_KILL).collect();
    running.kill();
    journal.extend(acknowledged.iter());
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    assert!(journal.len() >= ACKNOWLEDGED_BEFORE_THE_KILL, "{}", journal.len());

    let running = place.serve();
    let found: HashSet<(String, String)> = Api::of(&running)
        .signed_in()
        .contacts()
        .iter()
        .map(|contact| (text(&contact["_id"]), text(&contact["number"])))
        .collect();
    let lost: Vec<_> = journal.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}
