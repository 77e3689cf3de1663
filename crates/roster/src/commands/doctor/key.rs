//! The key that signs tokens and cursors. It is never shown.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use roster_identity::SecretKey;
use secrecy::{ExposeSecret, SecretString};

use super::finding::Finding;
use crate::key_file;
use crate::settings::{AuthSettings, StoreUrl};

const ABOUT: &str = "key";

/// Looks at `auth.secret_key`, or else at the file that holds it. (Its length and its digits were looked at with the
/// settings.)
pub fn examine(settings: &AuthSettings, store: &StoreUrl) -> Finding {
    match (settings.secret_keys.len(), store) {
        (0, StoreUrl::Sqlite(path)) => in_file(&key_file::beside(path)),
        (0, StoreUrl::Postgres(_)) => Finding::fail(
            ABOUT,
            "auth.secret_key isn't set",
            "Make one and give it to every server: ROSTER_AUTH__SECRET_KEY=$(openssl rand -hex 32)",
        ),
        (1, _) => Finding::ok(ABOUT, "set"),
        (several, _) => Finding::ok(ABOUT, format_args!("{several} are set; the first signs, all verify")),
    }
}

fn in_file(path: &Path) -> Finding {
    let name = path.display();
    let text = match fs::read_to_string(path) {
        Ok(text) => SecretString::from(text),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Finding::ok(ABOUT, format_args!("{name} isn't there yet; the first start makes it"));
        }
        Err(error) => {
            return Finding::fail(
                ABOUT,
                format_args!("{name} can't be read: {error}"),
                "Give it to the user that Roster runs as, with mode 600",
            );
        }
    };
    if SecretKey::from_hex(text.expose_secret().trim()).is_err() {
        return Finding::fail(
            ABOUT,
            format_args!("{name} doesn't hold 64 hexadecimal digits"),
            "Put the right key back; or remove the file: the next start makes another, and everybody signs in again",
        );
    }
    let mode = fs::metadata(path).map_or(0, |file| file.permissions().mode() & 0o777);
    if mode & 0o077 == 0 {
        Finding::ok(ABOUT, format_args!("in {name}"))
    } else {
        Finding::warn(
            ABOUT,
            format_args!("{name} is open to others (mode {mode:03o})"),
            format_args!("chmod 600 {name}"),
        )
    }
}
