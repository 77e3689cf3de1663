//! `roster doctor`: looks at all that a server needs here, a line each, and changes nothing.

mod addresses;
mod disk;
mod finding;
mod key;
mod migrated;
mod postgres;
mod sqlite;
mod writable;

use std::path::Path;
use std::process::ExitCode;

use crate::cli::SettingsArgs;
use crate::output::say;
use crate::services::http_settings;
use crate::settings::{BadSetting, Settings, StoreUrl};
use finding::Finding;

/// Says each thing as it is found; 1 if something keeps a server from working, and 0 otherwise, whatever there is to
/// warn of.
pub fn run(args: SettingsArgs) -> ExitCode {
    let mut report = Report { failed: false };
    match configured(args, &mut report) {
        Ok(settings) => examine(&settings, &mut report),
        Err(error) => report.add(Finding::fail("settings", error, "Put it right, or take it out")),
    }
    ExitCode::from(u8::from(report.failed))
}

/// What has been said.
struct Report {
    failed: bool,
}

impl Report {
    fn add(&mut self, finding: Finding) {
        self.failed |= finding.is_failure();
        say(finding);
    }

    fn all(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }
}

fn configured(args: SettingsArgs, report: &mut Report) -> Result<Settings, BadSetting> {
    let sources = super::sources(args, Vec::new());
    let told = sources.clone().told()?;
    let settings = Settings::read(sources)?;
    if told.is_empty() {
        report.add(Finding::ok("settings", "all at their defaults"));
    }
    report.all(told.into_iter().map(|line| Finding::ok("settings", line)));
    Ok(settings)
}

fn examine(settings: &Settings, report: &mut Report) {
    report.add(key::examine(&settings.auth, &settings.store.url));
    match &settings.store.url {
        StoreUrl::Sqlite(path) => report.all(sqlite::examine(path)),
        StoreUrl::Postgres(url) => {
            report.all(postgres::examine(url, &settings.store, http_settings(settings).workers));
        }
    }
    let temporary = std::env::temp_dir();
    report.all(temporary_folder(&temporary));
    report.all(addresses::examine(&settings.server.listen));
}

fn temporary_folder(folder: &Path) -> Vec<Finding> {
    let about = "temporary folder";
    match writable::owner_of_new(folder) {
        Ok(_) => vec![disk::examine(about, folder)],
        Err(error) => vec![Finding::fail(
            about,
            format_args!("no file can be made in {}: {error}", folder.display()),
            "Exports pass through it: make it writable, or name another in TMPDIR",
        )],
    }
}
