//! The container's image.

use super::{is_setting, text, variables};
use crate::api::Api;
use crate::place::Place;
use crate::running::Running;

/// The words of an instruction in its JSON form, such as `CMD ["serve"]`.
fn words(instruction: &str) -> Vec<String> {
    let text = text("Dockerfile");
    let line = text.lines().rev().find(|line| line.contains(&format!("{instruction} ["))).unwrap();
    let (_, words) = line.split_once(&format!("{instruction} ")).unwrap();
    serde_json::from_str(words).unwrap()
}

/// A command of the image, here: its program is the one that is tested.
fn here(words: &[String]) -> Vec<&str> {
    assert_eq!(words[0], "/usr/local/bin/roster");
    words[1..].iter().map(String::as_str).collect()
}

#[test]
fn it_serves_and_its_health_check_sees_that() {
    let entry = [words("ENTRYPOINT"), words("CMD")].concat();
    // The image listens on a port of its own, which here may be anybody's.
    let place = Place::bare().with("ROSTER_SERVER__LISTEN", "0.0.0.0:0");
    let mut command = place.command(env!("CARGO_BIN_EXE_roster"));
    command.args(here(&entry));
    let running = Running::start(command);
    Api::signed_up(&running).contact("Amina Bello", "2348000000001");

    let check = words("HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD");
    let place = place.with("ROSTER_SERVER__LISTEN", running.address());
    place.run(&here(&check)).done();
    running.kill();
    place.run(&here(&check)).failed(1);
}

#[test]
fn it_is_built_as_the_workspace_is_and_nobody_in_it_is_root() {
    let text = text("Dockerfile");
    // With all of the context comes .cargo/config.toml, which has the flags that SQLite is built with.
    assert!(text.contains("COPY . .") && !super::text("Dockerfile.dockerignore").contains(".cargo"), "{text}");
    let version = format!("FROM rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
    assert!(text.contains(&version), "it isn't built with {version}");
    let last = text.lines().rfind(|line| line.starts_with("FROM ")).unwrap();
    assert!(last.ends_with(":nonroot"), "{last}");
}

#[test]
fn every_setting_it_names_exists() {
    let text = text("Dockerfile");
    let named = variables(&text);
    assert!(!named.is_empty());
    for variable in named {
        assert!(is_setting(variable), "there is no setting {variable}");
    }
}
