//! `roster health`

use crate::place::Place;

#[test]
fn a_server_is_ready_or_it_says_why_not() {
    let place = Place::bare().with("ROSTER_SERVER__DRAIN", "1h");
    let running = place.serve();
    assert_eq!(place.run(&["health", "--url", running.base()]).done(), "ready\n");
    let place = place.with("ROSTER_SERVER__LISTEN", running.address());
    assert_eq!(place.run(&["health"]).done(), "ready\n");

    running.signal("TERM");
    running.wait_for_log("SIGTERM");
    let said = place.run(&["health"]);
    assert!(said.failed(1).contains("not ready"), "{}", said.stderr);

    running.kill();
    let said = place.run(&["health"]);
    assert!(said.failed(1).contains("/health/ready"), "{}", said.stderr);
}

#[test]
fn whoever_listens_everywhere_is_asked_at_home() {
    let place = Place::bare();
    let running = place.serve_with(&["serve", "--listen", "0.0.0.0:0"]);
    let port = running.address().rsplit_once(':').unwrap().1;
    let place = place.with("ROSTER_SERVER__LISTEN", &format!("0.0.0.0:{port}"));
    assert_eq!(place.run(&["health"]).done(), "ready\n");
}
