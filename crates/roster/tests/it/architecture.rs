//! Which crate may use which: the table of docs/architecture.md, and what `deny.toml` says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cargo_metadata::{Dependency, DependencyKind, MetadataCommand, Package};
use config::{Config, File, FileFormat, Value};

/// Of ours, what each of ours may be built on.
const MAY_USE: &[(&str, &[&str])] = &[
    ("roster-domain", &[]),
    ("roster-identity", &["roster-domain"]),
    ("roster-transfer", &["roster-domain"]),
    ("roster-postgres", &["roster-domain"]),
    ("roster-sqlite", &["roster-domain"]),
    ("roster-http", &["roster-domain", "roster-identity", "roster-transfer"]),
    (
        "roster",
        &["roster-domain", "roster-identity", "roster-transfer", "roster-postgres", "roster-sqlite", "roster-http"],
    ),
    ("roster-testkit", &["roster-domain"]),
    ("roster-store-tests", &["roster-domain", "roster-testkit"]),
    ("roster-bench", &["roster-domain"]),
];

/// Of ours, what tests may use besides: the suite and the kit, and where everything meets, the adapters.
const TESTS_MAY_USE: &[(&str, &[&str])] = &[
    ("roster-domain", &["roster-testkit"]),
    ("roster-identity", &["roster-testkit"]),
    ("roster-postgres", &["roster-testkit", "roster-store-tests"]),
    ("roster-sqlite", &["roster-testkit", "roster-store-tests"]),
    ("roster-http", &["roster-testkit", "roster-postgres", "roster-sqlite"]),
    ("roster", &["roster-testkit"]),
];

/// Of others, what each of ours may not be built on; `*` stands for any ending.
const MAY_NOT_SEE: &[(&str, &[&str])] = &[
    ("roster-domain", &["sqlx*", "rusqlite", "actix*", "serde_json", "tokio*"]),
    ("roster-identity", &["sqlx*", "rusqlite", "actix*"]),
    ("roster-transfer", &["sqlx*", "rusqlite", "actix*"]),
    ("roster-postgres", &["rusqlite", "actix*"]),
    ("roster-sqlite", &["actix*"]),
    ("roster-http", &["sqlx*", "rusqlite"]),
    ("roster-bench", &["actix*"]),
    ("roster", &["sqlx*", "rusqlite"]),
];

fn row(table: &'static [(&str, &[&str])], package: &str) -> Option<&'static [&'static str]> {
    table.iter().find(|(name, _)| *name == package).map(|(_, row)| *row)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn packages() -> Vec<Package> {
    let manifest = root().join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap().packages
}

fn built_on(package: &Package) -> impl Iterator<Item = &Dependency> {
    package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
}

fn is_ours(name: &str) -> bool {
    row(MAY_USE, name).is_some()
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(name == pattern, |beginning| name.starts_with(beginning))
}

#[test]
fn the_table_names_every_crate_and_no_other() {
    let there: BTreeSet<String> = packages().iter().map(|package| package.name.to_string()).collect();
    let table: BTreeSet<String> = MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, table);
}

#[test]
fn each_crate_is_built_on_nothing_of_ours_but_what_the_table_allows() {
    for package in packages() {
        let allowed = row(MAY_USE, &package.name).unwrap_or_default();
        for dependency in built_on(&package).filter(|dependency| is_ours(&dependency.name)) {
            let name = dependency.name.as_str();
            assert!(allowed.contains(&name), "{} must not be built on {name}", package.name);
        }
    }
}

#[test]
fn tests_use_nothing_of_ours_but_what_the_table_allows() {
    for package in packages() {
        let built = row(MAY_USE, &package.name).unwrap_or_default();
        let tests = row(TESTS_MAY_USE, &package.name).unwrap_or_default();
        for dependency in package.dependencies.iter().filter(|dependency| is_ours(&dependency.name)) {
            let name = dependency.name.as_str();
            assert!(built.contains(&name) || tests.contains(&name), "tests of {} must not use {name}", package.name);
        }
    }
}

#[test]
fn each_crate_is_kept_from_what_it_may_not_see() {
    for package in packages() {
        for pattern in row(MAY_NOT_SEE, &package.name).unwrap_or_default() {
            // The embedded store takes the migrations from sqlx, and nothing else: see below.
            let seen = built_on(&package).find(|dependency| matches(pattern, &dependency.name));
            assert!(seen.is_none(), "{} must not see {}", package.name, seen.unwrap().name);
        }
    }
}

#[test]
fn the_embedded_store_takes_no_driver_from_sqlx() {
    let packages = packages();
    let sqlite = packages.iter().find(|package| package.name.as_str() == "roster-sqlite").unwrap();
    let sqlx = built_on(sqlite).find(|dependency| dependency.name == "sqlx").unwrap();
    for feature in &sqlx.features {
        let is_driver = ["any", "mysql", "postgres", "sqlite"].iter().any(|driver| feature.starts_with(driver));
        assert!(!is_driver, "roster-sqlite must not use sqlx's {feature}");
    }
}

/// `bans.deny` of deny.toml: the crate and who may be built on it.
fn wrappers() -> BTreeMap<String, BTreeSet<String>> {
    let path = root().join("deny.toml");
    let deny = Config::builder().add_source(File::new(path.to_str().unwrap(), FileFormat::Toml)).build().unwrap();
    let texts = |value: Value| value.into_array().unwrap().into_iter().map(|v| v.into_string().unwrap()).collect();
    let entries = deny.get_array("bans.deny").unwrap().into_iter().map(|entry| entry.into_table().unwrap());
    entries
        .filter_map(|mut entry| Some((entry.remove("crate")?.into_string().unwrap(), texts(entry.remove("wrappers")?))))
        .collect()
}

#[test]
fn deny_toml_says_the_same_of_our_crates() {
    let wrappers = wrappers();
    for (name, _) in MAY_USE {
        let users: BTreeSet<String> =
            MAY_USE.iter().filter(|(_, used)| used.contains(name)).map(|(user, _)| (*user).to_owned()).collect();
        // What nobody may be built on can't be said by `wrappers`; what everybody may be needn't be said.
        if users.is_empty() || users.len() == MAY_USE.len() - 1 {
            assert!(!wrappers.contains_key(*name), "{name} needs no entry in deny.toml");
        } else {
            assert_eq!(wrappers.get(*name), Some(&users), "bans.deny of deny.toml, {name}");
        }
    }
}

#[test]
fn deny_toml_says_the_same_of_what_may_not_be_seen() {
    let packages = packages();
    for (name, wrappers) in wrappers().iter().filter(|(name, _)| !is_ours(name)) {
        for package in &packages {
            let forbidden = row(MAY_NOT_SEE, &package.name).unwrap_or_default().iter().any(|p| matches(p, name));
            let used = built_on(package).any(|dependency| dependency.name == *name);
            let wraps = wrappers.contains(package.name.as_str());
            assert_eq!(used, wraps, "bans.deny of deny.toml, {name}: {}", package.name);
            assert!(!(forbidden && wraps), "deny.toml lets {} see {name}", package.name);
        }
    }
}
