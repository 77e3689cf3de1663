//! `roster openapi`.

use crate::place::Place;

#[test]
fn prints_what_is_served_and_needs_no_store() {
    let place = Place::bare();
    let printed = place.run(&["openapi"]);
    assert!(!place.has("roster.db"));

    let running = place.serve();
    let served = ureq::get(format!("{}/openapi.json", running.base())).call().unwrap();
    assert_eq!(served.into_body().read_to_string().unwrap(), printed.done());
}
