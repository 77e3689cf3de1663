//! How the server starts, and why it doesn't.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::api::Api;
use crate::place::{Kind, Place};

#[test]
fn with_no_settings_it_makes_its_file_and_its_key_for_its_owner_alone() {
    let place = Place::bare();
    // The one setting: tests can't share a port.
    let running = place.serve_with(&["--listen", "127.0.0.1:0"]);
    assert_eq!(Api::of(&running).get("/health/ready").0, 200);
    for file in ["roster.db", "roster.db.key"] {
        let mode = fs::metadata(place.folder().join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file}: {mode:03o}");
    }
}

#[test]
fn a_key_once_made_is_used_again() {
    let place = Place::bare();
    let running = place.serve();
    let ada = Api::signed_up(&running);
    let token = ada.token().to_owned();
    running.kill();

    let running = place.serve();
    let (status, answer) = Api::of(&running).with_token(&token).get("/contact");
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn several_starts_at_once_in_an_empty_folder_agree_on_one_key() {
    let place = Place::bare();
    let servers: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| place.serve())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let ada = Api::signed_up(&servers[0]);
    for server in &servers {
        let (status, answer) = Api::of(server).with_token(ada.token()).get("/contact");
        assert_eq!(status, 200, "{answer}");
    }
}

#[test]
fn a_taken_port_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = Place::bare().run(&["--listen", &address]);
    let complaint = said.failed(1);
    assert!(complaint.contains(&format!("can't listen on {address}: another program listens there")), "{complaint}");
}

#[test]
fn postgres_needs_a_key_and_says_how_to_make_one() {
    let place = Place::unmigrated(Kind::Postgres).without("ROSTER_AUTH__SECRET_KEY");
    let said = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    let complaint = said.failed(1);
    assert!(complaint.contains("auth.secret_key") && complaint.contains("openssl rand -hex 32"), "{complaint}");
}

#[test]
fn postgres_with_pending_migrations_is_refused_unless_they_are_to_be_applied() {
    let place = Place::unmigrated(Kind::Postgres);
    let said = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    let complaint = said.failed(1);
    assert!(complaint.contains("lacks 16 migrations") && complaint.contains("roster migrate run"), "{complaint}");

    let running = place.serve_with(&["serve", "--migrate", "--listen", "127.0.0.1:0"]);
    Api::signed_up(&running).contact("Amina Bello", "2348000000001");
}

#[test]
fn a_postgres_that_is_not_there_is_told_without_its_password() {
    let place = Place::bare().with("ROSTER_AUTH__SECRET_KEY", crate::place::SECRET_KEY);
    let said = place.run(&["--listen", "127.0.0.1:0", "--database-url", "postgres://ada:horse@127.0.0.1:1/roster"]);
    let complaint = said.failed(1);
    assert!(complaint.contains("PostgreSQL") && !complaint.contains("horse"), "{complaint}");
}
