//! Settings as they reach the running program.

use std::fs;
use std::path::Path;

use rstest::rstest;
use serde_json::json;

use crate::api::{Api, EMAIL, PASSWORD};
use crate::place::Place;
use crate::running::Running;

#[test]
fn the_environment_is_read() {
    // A separator for sections that is taken for the one behind the prefix too makes every variable unheard.
    let place = Place::bare().with("ROSTER_SERVER__LISTEN", "127.0.0.1:0");
    let running = place.serve_with(&[]);
    assert_ne!(running.address(), "127.0.0.1:8080");
    assert_eq!(Api::of(&running).get("/health/live").0, 200);
}

#[test]
fn the_file_in_the_working_folder_is_read_and_one_named_instead() {
    let place = Place::bare();
    place.write("roster.toml", "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite://from-file.db\"\n");
    place.write("other.toml", "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite://from-other.db\"\n");
    let _one = place.serve_with(&["serve"]);
    assert!(place.has("from-file.db") && !place.has("roster.db"));
    let _other = place.serve_with(&["serve", "--config", "other.toml"]);
    assert!(place.has("from-other.db"));
}

#[test]
fn several_addresses_are_listened_on() {
    let place = Place::bare();
    let running = place.serve_with(&["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"]);
    assert_eq!(running.first_line().matches("http://127.0.0.1:").count(), 2, "{}", running.first_line());
}

#[test]
fn the_example_with_every_line_in_force_starts_on_the_defaults() {
    let place = Place::bare();
    let example = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.env.example")).unwrap();
    let lines: Vec<&str> =
        example.lines().map(|line| line.strip_prefix("#ROSTER_").map_or(line, |_| &line[1..])).collect();
    assert!(lines.iter().filter(|line| line.starts_with("ROSTER_")).count() > 10, "{example}");
    place.write(".env", &lines.join("\n"));
    let script = format!("set -a; . ./.env; exec {} --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_roster"));
    let mut command = place.command("sh");
    command.args(["-c", &script]);
    let running = Running::start(command);
    assert_eq!(Api::of(&running).get("/health/ready").0, 200);
    assert!(place.has("roster.db.key"));
}

#[rstest]
#[case(&[("ROSTER_SERVER__LISTNE", "127.0.0.1:0")], "ROSTER_SERVER__LISTNE in the environment: there is no such setting; the nearest is ROSTER_SERVER__LISTEN")]
#[case(&[("ROSTER_LIMITS__BODY", "64 parsecs")], "ROSTER_LIMITS__BODY in the environment: must be a size")]
#[case(&[("DATABASE_URL", "mysql://localhost/roster")], "DATABASE_URL in the environment: must be sqlite://")]
fn what_cannot_be_used_is_told_and_nothing_is_begun(#[case] variables: &[(&str, &str)], #[case] words: &str) {
    let place = variables.iter().fold(Place::bare(), |place, (name, value)| place.with(name, value));
    let said = place.run(&[]);
    assert!(said.failed(1).contains(words), "{}", said.stderr);
    assert!(!place.has("roster.db") && !place.has("roster.db.key"));
}

#[test]
fn a_misspelt_key_in_the_file_is_told() {
    let place = Place::bare();
    place.write("roster.toml", "[limits]\ninflight = 3\n");
    let said = place.run(&[]);
    let words = "limits.inflight (roster.toml): there is no such setting; the nearest is limits.in_flight";
    assert!(said.failed(1).contains(words), "{}", said.stderr);
}

#[test]
fn a_bad_flag_is_wrong_use() {
    let place = Place::bare();
    assert!(
        place.run(&["--listen", "8080"]).failed(2).contains("server.listen (the command line): must be an address")
    );
    place.run(&["--lsten", "127.0.0.1:0"]).failed(2);
    place.run(&["sreve"]).failed(2);
}

#[test]
fn limits_and_origins_and_lives_take_effect() {
    let place = Place::bare()
        .with("ROSTER_LIMITS__BODY", "8KiB")
        .with("ROSTER_AUTH__ACCESS_TTL", "7m")
        .with("ROSTER_SERVER__WORKERS", "1")
        .with("ROSTER_SERVER__CORS_ORIGINS", "https://app.example.org");
    let running = place.serve();
    let ada = Api::signed_up(&running);
    let (_, answer) = ada.post("/sessions", &json!({"email": EMAIL, "password": PASSWORD}));
    assert_eq!(answer["data"]["expiresIn"], json!(420), "{answer}");
    assert_eq!(ada.post("/contact", &json!({"number": "1", "name": "x".repeat(9_000)})).0, 413);

    let preflight = |origin: &str| {
        let origin = format!("Origin: {origin}");
        let mut curl = place.command("curl");
        curl.args(["-sSi", "-X", "OPTIONS", "-H", &origin, "-H", "Access-Control-Request-Method: GET"]);
        let output = curl.arg(format!("{}/contact", running.base())).output().unwrap();
        String::from_utf8(output.stdout).unwrap().to_lowercase()
    };
    assert!(preflight("https://app.example.org").contains("access-control-allow-origin: https://app.example.org"));
    assert!(!preflight("https://evil.example.org").contains("access-control-allow-origin: https"));
}

#[rstest]
#[case("json", "{")]
#[case("text", "20")]
fn the_log_has_the_form_and_level_asked_for(#[case] format: &str, #[case] begins: &str) {
    let place = Place::bare().with("ROSTER_LOG__FORMAT", format);
    let running = place.serve();
    running.signal("TERM");
    let (_, _, log) = running.ended();
    assert!(!log.is_empty() && log.iter().all(|line| line.starts_with(begins)), "{log:?}");

    let running = place.with("ROSTER_LOG__LEVEL", "off").serve();
    running.signal("TERM");
    let (_, _, log) = running.ended();
    assert_eq!(log, Vec::<String>::new());
}
