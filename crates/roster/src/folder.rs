//! Where files stand.

use std::path::Path;

/// The folder that a file stands in.
pub fn of_file(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
