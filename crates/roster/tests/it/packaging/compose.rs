//! Roster and PostgreSQL side by side.

use super::{is_setting, text, variables};
use crate::api::Api;
use crate::place::{Kind, Place};

#[test]
fn every_setting_it_names_exists() {
    let text = text("compose.yaml");
    let named = variables(&text);
    assert!(named.len() >= 4, "{named:?}");
    for variable in named {
        assert!(is_setting(variable), "there is no setting {variable}");
    }
}

#[test]
fn its_command_migrates_an_empty_database_and_serves() {
    let text = text("compose.yaml");
    let command = text.lines().find_map(|line| line.trim().strip_prefix("command: ")).unwrap();
    let mut arguments: Vec<&str> = serde_json::from_str(command).unwrap();
    arguments.extend(["--listen", "127.0.0.1:0"]);
    let proxies = text.lines().find_map(|line| line.trim().strip_prefix("ROSTER_SERVER__TRUSTED_PROXIES: ")).unwrap();
    let place = Place::unmigrated(Kind::Postgres).with("ROSTER_SERVER__TRUSTED_PROXIES", proxies);
    let running = place.serve_with(&arguments);
    Api::signed_up(&running).contact("Amina Bello", "2348000000001");
}
