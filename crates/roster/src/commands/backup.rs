//! `roster backup`

use anyhow::bail;

use crate::cli::BackupArgs;
use crate::key_file;
use crate::output::{Foreign, say};
use crate::settings::StoreUrl;

/// Copies the SQLite file, whatever servers run on it.
///
/// # Errors
/// When there is no whole copy, or the store is PostgreSQL, which has a program for that.
pub fn run(args: BackupArgs) -> anyhow::Result<()> {
    let settings = super::settings(args.settings, Vec::new())?;
    let file = Foreign(&args.file.to_string_lossy()).to_string();
    match &settings.store.url {
        StoreUrl::Sqlite(path) => {
            let bytes = roster_sqlite::backup(path, &args.file)?;
            say(format_args!("{file}: {bytes} bytes, whole and checked"));
            if settings.auth.secret_keys.is_empty() {
                let key = key_file::beside(path);
                say(format_args!("The key isn't in it: keep {} as well, and elsewhere", key.display()));
            }
            Ok(())
        }
        StoreUrl::Postgres(_) => bail!(
            "a PostgreSQL database is copied by PostgreSQL's own program, beside running servers too: \
             pg_dump --format=custom --file={file} --dbname=URL (docs/running.md has the way back)"
        ),
    }
}
