//! `/health/live` and `/health/ready`.

use rstest::rstest;

use crate::harness::{Postgres, Roster, Sqlite, Store, UnwellStore};

#[rstest]
fn a_running_server_is_live_and_ready(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    let nobody = roster.nobody();

    for path in ["/health/live", "/health/ready", "/api/v1/health/live", "/health/ready/"] {
        nobody.get(path).expect(200);
        nobody.with("authorization", "Bearer broken").get(path).expect(200);
        nobody.with("x-client-session", "half").get(path).expect(200);
    }
}

#[rstest]
fn without_its_store_it_lives_but_isnt_ready(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::setup(store).ports(|store| UnwellStore::Unavailable.instead_of(store)).start();

    roster.nobody().get("/health/live").expect(200);
    roster.nobody().get("/health/ready").refused(503, "store_unavailable");
}

#[test]
fn a_silent_store_isnt_waited_for() {
    let roster = Roster::setup(Sqlite).ports(|store| UnwellStore::Silent.instead_of(store)).start();

    roster.nobody().get("/health/ready").refused(503, "store_unavailable");
    roster.nobody().get("/health/live").expect(200);
}

#[rstest]
fn while_shutting_down_it_isnt_ready(#[values(Sqlite, Postgres)] store: Store) {
    let roster = Roster::start(store);
    roster.nobody().get("/health/ready").expect(200);

    roster.readiness.drain();

    roster.nobody().get("/health/ready").expect(503);
    roster.nobody().get("/health/live").expect(200);
    roster.sign_up("ada@example.org").get("/contact").expect(200);
}
