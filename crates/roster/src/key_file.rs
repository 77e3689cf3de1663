//! The signing key of the embedded store: a file beside the database, made at the first start.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use roster_domain::Entropy;
use roster_identity::SecretKey;
use secrecy::{ExposeSecret, SecretString};
use tracing::{info, warn};

use crate::folder;

/// `roster.db` has its key in `roster.db.key`.
pub fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// The key in this file, made if there is none.
///
/// # Errors
/// When it can't be read or made, holds anything else than a key, or can't be kept from others.
pub fn read_or_make(path: &Path, entropy: &dyn Entropy) -> anyhow::Result<SecretKey> {
    if let Some(key) = read(path)? {
        return Ok(key);
    }
    make(path, &SecretKey::generate(entropy), entropy)
        .with_context(|| format!("can't make the signing key {}", path.display()))?;
    // Another start may have been faster: what stands in the file is the key of both.
    read(path)?.ok_or_else(|| anyhow!("the signing key {} vanished while it was made", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Option<SecretKey>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => SecretString::from(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context(format!("can't read the signing key {}", path.display())),
    };
    keep_from_others(path)?;
    match SecretKey::from_hex(text.expose_secret().trim()) {
        Ok(key) => Ok(Some(key)),
        Err(_) => bail!(
            "{} doesn't hold a signing key (64 hexadecimal digits). Put the right one back; or remove the file, and a \
             new key is made: whoever is signed in then has to sign in again",
            path.display()
        ),
    }
}

/// Takes away what others may do with it.
fn keep_from_others(path: &Path) -> anyhow::Result<()> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(0o600)).with_context(|| {
        format!(
            "the signing key {} is open to others (mode {mode:03o}) and that can't be changed; make it: chmod 600 {}",
            path.display(),
            path.display()
        )
    })?;
    warn!(key.file = %path.display(), "the signing key was open to others (mode {mode:03o}); it is 600 now");
    Ok(())
}

/// Writes it somewhere else and gives it the name only when it is complete and on disk, and only if nobody has the
/// name: however many start at once, and whenever one of them is killed, the file is whole or absent.
fn make(path: &Path, key: &SecretKey, entropy: &dyn Entropy) -> io::Result<()> {
    let mut random = [0; 8];
    entropy.fill(&mut random);
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{:016x}", u64::from_ne_bytes(random)));
    let unfinished = PathBuf::from(unfinished);

    let outcome = write(&unfinished, key).and_then(|()| fs::hard_link(&unfinished, path));
    let _ = fs::remove_file(&unfinished);
    match outcome {
        Ok(()) => {
            File::open(folder::of_file(path))?.sync_all()?;
            info!(key.file = %path.display(), "made a signing key");
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn write(path: &Path, key: &SecretKey) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", key.to_hex().expose_secret())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_testkit::SeededEntropy;
    use std::thread;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn hex(key: &SecretKey) -> String {
        key.to_hex().expose_secret().to_owned()
    }

    #[test]
    fn a_key_is_made_once_and_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = beside(&folder.path().join("roster.db"));
        assert_eq!(path.file_name().unwrap(), "roster.db.key");

        let made = read_or_make(&path, &SeededEntropy::new(1)).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(hex(&read_or_make(&path, &SeededEntropy::new(2)).unwrap()), hex(&made));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something unfinished was left behind");
    }

    #[test]
    fn it_is_nobody_elses_from_the_first_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db.key");
        write(&path, &SecretKey::generate(&SeededEntropy::new(1))).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_key_that_others_can_read_is_taken_from_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db.key");
        read_or_make(&path, &SeededEntropy::new(1)).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        read_or_make(&path, &SeededEntropy::new(1)).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn many_starts_at_once_agree() {
        let folder = tempfile::tempdir().unwrap();
        let path = &folder.path().join("roster.db.key");
        let keys: Vec<String> = thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|seed| scope.spawn(move || hex(&read_or_make(path, &SeededEntropy::new(seed)).unwrap())))
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    }

    #[test]
    fn a_damaged_key_is_refused_and_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db.key");
        fs::write(&path, "horse battery staple").unwrap();
        let error = format!("{:#}", read_or_make(&path, &SeededEntropy::new(1)).map(|_| ()).unwrap_err());
        assert!(error.contains("64 hexadecimal digits") && !error.contains("horse"), "{error}");
    }
}
