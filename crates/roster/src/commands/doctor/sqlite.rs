//! The embedded store: its file, those beside it, and the folder they are in.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use roster_sqlite::inspect::{Inspection, inspect};

use super::finding::Finding;
use super::{disk, migrated, writable};
use crate::folder;
use crate::settings::StoreUrl;

const ABOUT: &str = "store";

/// Looks at them.
pub fn examine(path: &Path) -> Vec<Finding> {
    let folder = folder::of_file(path);
    let ours = match writable::owner_of_new(folder) {
        Ok(ours) => ours,
        Err(error) => {
            return vec![Finding::fail(
                ABOUT,
                format_args!("no file can be made in {}: {error}", folder.display()),
                "SQLite makes some beside its own: make the folder, and give it to the user that Roster runs as",
            )];
        }
    };
    let mut findings: Vec<Finding> =
        ["", "-wal", "-shm", ".lock"].into_iter().filter_map(|ending| beside(path, ending, ours)).collect();
    let (found, is_good) = database(path);
    findings.insert(0, found);
    if is_good {
        findings.push(migrated::examine(&StoreUrl::Sqlite(path.to_owned())));
    }
    findings.push(disk::examine("disk", folder));
    findings
}

/// And whether more can be asked of it.
fn database(path: &Path) -> (Finding, bool) {
    let name = path.display();
    match inspect(path) {
        Ok(Inspection::Absent) => {
            (Finding::ok(ABOUT, format_args!("{name} isn't there yet; the first start makes it")), true)
        }
        Ok(Inspection::Good) => (Finding::ok(ABOUT, format_args!("{name} can be read and written")), true),
        Ok(Inspection::Busy) => (
            Finding::warn(
                ABOUT,
                format_args!("{name} is being written by another process for long"),
                "Try again; if it stays so, look for a program that holds a transaction open: fuser -v on the file",
            ),
            true,
        ),
        Ok(Inspection::ReadOnly) => (
            Finding::fail(
                ABOUT,
                format_args!("{name} can be read only"),
                "Give it, and those beside it, to the user that Roster runs as, on a disk that isn't mounted read-only",
            ),
            false,
        ),
        Err(error) => (
            Finding::fail(
                ABOUT,
                format_args!("{:#}", anyhow::Error::from(error)),
                "If it is damaged, restore a backup; if it is something else, name another file in store.url",
            ),
            false,
        ),
    }
}

/// What is wrong with the file of this ending, if it is there: who may do what with it.
fn beside(path: &Path, ending: &str, ours: u32) -> Option<Finding> {
    let mut name = OsString::from(path);
    name.push(ending);
    let file = PathBuf::from(name);
    let name = file.display();
    let metadata = fs::metadata(&file).ok()?;
    if let Err(error) = OpenOptions::new().write(true).open(&file) {
        return Some(Finding::fail(
            ABOUT,
            format_args!("{name} can't be written: {error}"),
            "Give it to the user that Roster runs as",
        ));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let found = format!("{name} is open to others (mode {mode:03o})");
        return Some(Finding::warn(ABOUT, found, format_args!("Nobody else has to read it: chmod 600 {name}")));
    }
    (metadata.uid() != ours).then(|| {
        Finding::warn(
            ABOUT,
            format_args!("{name} belongs to another user than this runs as ({} and {ours})", metadata.uid()),
            "Ask as the user that Roster runs as: what was found holds for that one alone",
        )
    })
}
