//! Backups of both stores, rehearsed while servers write.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use rstest::rstest;
use serde_json::json;

use crate::api::{Api, text};
use crate::place::{Kind, Place, Said};

const WRITERS: usize = 4;
const ACKNOWLEDGED_BEFORE: usize = 150;
const ACKNOWLEDGED_MEANWHILE: usize = 20;

/// Copies what is at a place, and gives a place with nothing but the copy.
fn copy(place: &Place, kind: Kind) -> Place {
    match kind {
        Kind::Sqlite => {
            place.run(&["backup", "copy.db"]).done();
            let other = Place::bare();
            fs::rename(place.folder().join("copy.db"), other.folder().join("roster.db")).unwrap();
            other
        }
        Kind::Postgres => {
            let other = Place::unmigrated(Kind::Postgres);
            let shell = |place: &Place, command: &str| {
                Said::of(place.command("sh").args(["-c", command]).output().unwrap()).done().to_owned()
            };
            shell(place, "pg_dump --format=custom --file=copy.dump --dbname=\"$DATABASE_URL\"");
            fs::rename(place.folder().join("copy.dump"), other.folder().join("copy.dump")).unwrap();
            shell(&other, "pg_restore --exit-on-error --no-owner --dbname=\"$DATABASE_URL\" copy.dump");
            other
        }
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn a_copy_made_under_load_holds_all_that_was_acknowledged_before(#[case] kind: Kind) {
    let place = Place::ready(kind);
    let running = place.serve();
    let ada = Api::signed_up(&running);
    let enough = AtomicBool::new(false);

    let (acknowledged, restored) = thread::scope(|scope| {
        let (acknowledge, acknowledged) = channel();
        for writer in 0..WRITERS {
            let (ada, acknowledge, enough) = (ada.clone(), acknowledge.clone(), &enough);
            scope.spawn(move || {
                for at in 0.. {
                    // Contacts alone, and contacts that name a group.
                    let group = (at % 10 == 0).then(|| ada.group(&format!("Group {writer} {at}")));
                    let body =
                        json!({"name": "Amina Bello", "number": format!("23480{writer}{at:08}"), "group_id": group});
                    let (status, answer) = ada.post("/contact", &body);
                    assert_eq!(status, 201, "{answer}");
                    // When it has been heard of, nobody listens any more.
                    let _ = acknowledge.send(text(&answer["data"]["_id"]));
                    if enough.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
        drop(acknowledge);
        let before: HashSet<String> = acknowledged.iter().take(ACKNOWLEDGED_BEFORE).collect();
        let restored = copy(&place, kind);
        // The server went on writing while it was copied, and does.
        assert_eq!(acknowledged.iter().take(ACKNOWLEDGED_MEANWHILE).count(), ACKNOWLEDGED_MEANWHILE);
        enough.store(true, Ordering::Relaxed);
        (before, restored)
    });

    if kind == Kind::Sqlite {
        let file = restored.folder().join("roster.db");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let copy = rusqlite::Connection::open(file).unwrap();
        assert!(!copy.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
    }
    let running = restored.serve();
    let found: HashSet<String> =
        Api::of(&running).signed_in().contacts().iter().map(|contact| text(&contact["_id"])).collect();
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged before the copy and not in it: {lost:?}");
}

#[test]
fn nothing_is_written_over_and_nothing_is_left_of_what_failed() {
    let place = Place::bare();
    let said = place.run(&["backup", "copy.db"]);
    assert!(said.failed(1).contains("there is no database"), "{}", said.stderr);
    place.run(&["migrate", "run"]).done();
    place.write("copy.db", "dear");
    let said = place.run(&["backup", "copy.db"]);
    assert!(said.failed(1).contains("copy.db is there already"), "{}", said.stderr);
    assert_eq!(fs::read_to_string(place.folder().join("copy.db")).unwrap(), "dear");
    let said = place.run(&["backup", "nowhere/copy.db"]);
    assert!(said.failed(1).contains("can't write"), "{}", said.stderr);
    place.write("roster.db", &"not a database. ".repeat(1000));
    place.run(&["backup", "other.db"]).failed(1);
    let mut left: Vec<_> = fs::read_dir(place.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["copy.db", "roster.db", "roster.db.lock"]);
}

#[test]
fn of_postgres_it_names_the_program_and_no_password() {
    let place = Place::bare().with("DATABASE_URL", "postgres://ada:correct-horse@127.0.0.1:1/roster");
    let said = place.run(&["backup", "copy.dump"]);
    let complaint = said.failed(1);
    assert!(
        complaint.contains("pg_dump --format=custom --file=copy.dump") && !complaint.contains("horse"),
        "{complaint}"
    );
}
