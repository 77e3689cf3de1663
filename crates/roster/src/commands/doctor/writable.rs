//! Whether files can be made in a folder.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Makes a file there and takes it away again, which alone meets rights, mounts that are read-only and full disks alike;
/// answers whom it belonged to: the user this runs as.
pub fn owner_of_new(folder: &Path) -> io::Result<u32> {
    let path = folder.join(format!(".roster-doctor.{}", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    let owner = file.metadata().map(|metadata| metadata.uid());
    fs::remove_file(&path)?;
    owner
}
