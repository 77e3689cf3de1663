//! Keeps `.env.example` what the table of keys says.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::keys::KEYS;

const HEAD: &str = "\
# Every setting as an environment variable, with its default. Nothing here is needed to start: roster alone serves
# on 127.0.0.1:8080 from the SQLite file roster.db in the working folder.
#
# To set some: copy this file to .env, take the # away from a line and change it. Roster doesn't read .env itself;
# a shell does:    set -a; . ./.env; set +a; roster
#
# The same can stand in roster.toml in the working folder: ROSTER_SERVER__LISTEN is the key listen in [server].
# The environment is stronger than that file, and flags are stronger than the environment.
# Durations: 500ms, 2s, 15m, 365d. Sizes: 65536, 64KiB. Lists: comma-separated.
";

fn example() -> String {
    let mut text = HEAD.to_owned();
    let mut section = "";
    for key in KEYS {
        let of = key.name.split('.').next().unwrap_or_default();
        if of != section {
            section = of;
            let _ = write!(text, "\n## {section}\n");
        }
        let value = if key.default.contains(' ') { format!("'{}'", key.default) } else { key.default.to_owned() };
        let _ = write!(text, "\n# {}\n#{}={value}\n", key.about, key.variable());
    }
    text
}

#[test]
fn env_example_is_what_the_table_of_keys_says() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.env.example"));
    if std::env::var_os("RENEW").is_some() {
        fs::write(path, example()).unwrap();
    }
    let there = fs::read_to_string(path).unwrap_or_default();
    assert!(there == example(), ".env.example is stale; renew it by: RENEW=1 cargo test --workspace env_example");
}
