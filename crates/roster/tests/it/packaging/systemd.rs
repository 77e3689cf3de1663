//! The service and its socket.

use std::fs;
use std::process::Command;

use super::{has, text};
use crate::place::Place;

const SERVICE: &str = "systemd/roster.service";
const SOCKET: &str = "systemd/roster.socket";

/// The values of a key, in order.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

#[test]
fn the_units_fit_the_program() {
    let service = text(SERVICE);
    let start: Vec<&str> = values(&service, "ExecStart")[0].split_whitespace().collect();
    assert_eq!(start, ["/usr/local/bin/roster", "serve"]);
    assert_eq!(values(&service, "Type"), ["notify"]);
    assert_eq!(values(&service, "Requires"), ["roster.socket"]);
    assert_eq!(values(&service, "WorkingDirectory"), ["/var/lib/roster"]);
    assert_eq!(values(&text(SOCKET), "ListenStream"), ["127.0.0.1:8080"]);
    // Else what is in flight is killed before Roster itself gives it up.
    let patience: u64 = values(&service, "TimeoutStopSec")[0].parse().unwrap();
    assert!(include_str!("../../../../../.env.example").contains("\n#ROSTER_LIMITS__SHUTDOWN=20s"));
    assert!(patience > 20);
}

#[test]
fn systemd_has_nothing_against_them() {
    if !has("systemd-analyze") {
        return;
    }
    let place = Place::bare();
    // It looks whether the program is there.
    place.write("roster.service", &text(SERVICE).replace("/usr/local/bin/roster", env!("CARGO_BIN_EXE_roster")));
    fs::copy(super::file(SOCKET), place.folder().join("roster.socket")).unwrap();
    let analyze = |arguments: &[&str]| {
        let mut command = Command::new("systemd-analyze");
        let output = command.args(arguments).current_dir(place.folder()).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{said}");
        said
    };
    assert_eq!(analyze(&["verify", "./roster.service", "./roster.socket"]), "");
    // Tenths: what is left is the network, which it is for.
    analyze(&["security", "--offline=true", "--threshold=15", "./roster.service"]);
}
