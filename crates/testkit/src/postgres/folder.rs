//! A server's folder in `/tmp`, and the sweep of folders that killed processes left.

use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::user::User;
use super::{process, shared_memory};

// Not the configured temporary folder: the path of a socket must be shorter than 108 bytes.
const PLACE: &str = "/tmp";
const PREFIX: &str = "roster-pg-";

/// Holds the data, the socket and the log. Its name carries the id of the process that made it.
pub(super) struct Folder {
    path: PathBuf,
    user: Option<User>,
    /// Kept open: the lock says that the owner lives, also to processes that can't see its process id.
    _lock: File,
}

impl Folder {
    /// Makes a folder that only its user can enter.
    pub(super) fn create() -> Result<Self> {
        let made = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(PLACE)
            .context("no folder for the server in /tmp")?;
        let path = fs::canonicalize(made.keep())?;
        let lock = File::open(&path)?;
        lock.try_lock().context("a new folder is locked already")?;
        // What we make belongs to our effective user: root, if we are.
        let user = (fs::metadata(&path)?.uid() == 0).then(User::unprivileged);
        if let Some(user) = user {
            user.owns(&path)?;
        }
        Ok(Self { path, user, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whom the server runs as; none when that is ourselves.
    pub(super) fn user(&self) -> Option<User> {
        self.user
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// What the running or killed postmaster says about itself.
    pub(super) fn pid_file(&self) -> Option<String> {
        pid_file(&self.path)
    }

    /// Removes the folder, and the memory a killed server left. The server must have ended.
    pub(super) fn remove(&self) {
        remove(&self.path);
    }
}

/// Removes the folders of processes that are gone; those of living ones and of other users stay.
pub(super) fn sweep() {
    let Ok(entries) = fs::read_dir(PLACE) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok());
        if owner.is_some_and(|owner| !process::is_running(owner)) {
            sweep_one(&entry.path());
        }
    }
}

fn sweep_one(path: &Path) {
    let Ok(lock) = File::open(path) else {
        return;
    };
    if lock.try_lock().is_err() {
        return;
    }
    let postmaster = pid_file(path).and_then(|file| file.lines().next()?.trim().parse().ok());
    if let Some(pid) = postmaster {
        // The kernel has told it to stop; normally that was long ago.
        let has_ended = || !process::is_running_with(pid, path);
        if !process::wait_until(Duration::from_secs(5), has_ended) {
            process::kill_with_children(pid);
        }
    }
    remove(path);
}

fn pid_file(path: &Path) -> Option<String> {
    fs::read_to_string(path.join("data/postmaster.pid")).ok()
}

fn remove(path: &Path) {
    if let Some(pid_file) = pid_file(path) {
        shared_memory::remove(&pid_file);
    }
    // The last backends may still be writing while they notice that their postmaster is gone.
    process::wait_until(Duration::from_secs(5), || match fs::remove_dir_all(path) {
        Ok(()) => true,
        // Another user's doesn't become ours by waiting.
        Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied),
    });
}
