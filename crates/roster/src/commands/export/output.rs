//! Where an export goes: a file that is there only once it is whole, or standard output.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Stdout, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::output::Foreign;

/// Removed when dropped, unless it was kept.
pub struct Output {
    to: To,
    unfinished: Option<Unfinished>,
}

enum To {
    Stdout(Stdout),
    File(File),
}

/// A file beside the one that it becomes.
struct Unfinished {
    path: PathBuf,
    becomes: PathBuf,
}

impl Output {
    /// No path, or `-`, is standard output.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            return Ok(Self { to: To::Stdout(io::stdout()), unfinished: None });
        };
        let name = || Foreign(&path.to_string_lossy()).to_string();
        // What a link leads to is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::metadata(&path) {
            // A device or a pipe is written to and stays what it is.
            Ok(there) if !there.is_file() && !there.is_dir() => {
                let file = OpenOptions::new().write(true).open(&path).with_context(name)?;
                return Ok(Self { to: To::File(file), unfinished: None });
            }
            Ok(there) if there.is_dir() => bail!("{} is a folder", name()),
            _ => {}
        }
        let mut beside = OsString::from(".");
        beside.push(path.file_name().with_context(|| format!("{} is no file", name()))?);
        beside.push(format!(".{}.part", std::process::id()));
        let unfinished = Unfinished { path: path.with_file_name(beside), becomes: path.clone() };
        // Its rows are those of people.
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished.path).with_context(name)?;
        Ok(Self { to: To::File(file), unfinished: Some(unfinished) })
    }

    /// It is whole: from here on it is there.
    ///
    /// # Errors
    /// When it can't be put in its place.
    pub fn keep(mut self) -> anyhow::Result<()> {
        let Some(unfinished) = self.unfinished.take() else { return Ok(()) };
        let put = self.sync().and_then(|()| fs::rename(&unfinished.path, &unfinished.becomes));
        if put.is_err() {
            self.unfinished = Some(unfinished);
        }
        put.context("the file can't be put in its place")
    }

    fn sync(&self) -> io::Result<()> {
        match &self.to {
            To::File(file) => file.sync_all(),
            To::Stdout(_) => Ok(()),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Stdout(stdout) => stdout.write(bytes),
            To::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Stdout(stdout) => stdout.flush(),
            To::File(file) => file.flush(),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(unfinished) = &self.unfinished {
            let _ = fs::remove_file(&unfinished.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<OsString> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn a_file_is_there_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.csv");
        fs::write(&path, "before").unwrap();
        let mut output = Output::open(Some(&path)).unwrap();
        output.write_all(b"after").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        output.keep().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        assert_eq!(files(folder.path()), ["contacts.csv"]);
    }

    #[test]
    fn what_was_broken_off_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut output = Output::open(Some(&folder.path().join("contacts.csv"))).unwrap();
        output.write_all(b"some").unwrap();
        drop(output);
        assert!(files(folder.path()).is_empty());
    }

    #[test]
    fn a_device_stays_one() {
        let mut output = Output::open(Some(Path::new("/dev/null"))).unwrap();
        output.write_all(b"some").unwrap();
        output.keep().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
