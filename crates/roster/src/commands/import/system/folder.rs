//! The folder with a system's files: as `mongodump` makes it, or with what `mongoexport` wrote.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use roster_transfer::{Collection, Dump, Failure, Hints, Limits, Source};

use crate::output::Foreign;

/// What the collections go by.
const NAMES: [(&str, Collection); 6] = [
    ("users", Collection::Users),
    ("clients", Collection::Clients),
    ("contact_groups", Collection::Groups),
    ("contactgroups", Collection::Groups),
    ("groups", Collection::Groups),
    ("contacts", Collection::Contacts),
];

const ENDINGS: [&str; 3] = [".bson", ".ndjson", ".json"];

/// A folder that holds each collection in one file.
#[derive(Debug)]
pub struct Folder {
    users: CollectionFile,
    clients: CollectionFile,
    groups: CollectionFile,
    contacts: CollectionFile,
    others: Vec<PathBuf>,
}

#[derive(Debug)]
struct CollectionFile {
    path: PathBuf,
    name: String,
}

impl Folder {
    /// The folder, or the one in it that has them.
    ///
    /// # Errors
    /// When a collection is missing or is there twice, or several folders in it have some.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let found = Found::in_folder(path)?;
        if !found.files.is_empty() {
            return found.whole(path);
        }
        let mut folders = Vec::new();
        for folder in &found.folders {
            let found = Found::in_folder(folder)?;
            if !found.files.is_empty() {
                folders.push((folder, found));
            }
        }
        let names: Vec<String> = folders.iter().map(|(folder, _)| shown(folder)).collect();
        match (folders.pop(), folders.is_empty()) {
            (Some((folder, found)), true) => found.whole(folder),
            (Some(_), false) => bail!("several folders hold a system; say which it is: {}", names.join(", ")),
            (None, _) => bail!("{} holds no users, clients, groups and contacts", shown(path)),
        }
    }

    /// Other files of data, which aren't taken in.
    pub fn others(&self) -> Option<String> {
        let names = self.others.iter().filter_map(|path| path.file_name());
        let names: Vec<String> = names.map(|name| Foreign(&name.to_string_lossy()).to_string()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// All files of data, those that aren't taken in among them.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let others = self.others.iter().map(PathBuf::as_path);
        Collection::ALL.into_iter().map(|collection| self.path(collection)).chain(others)
    }

    /// The file of a collection.
    pub fn path(&self, collection: Collection) -> &Path {
        &self.file(collection).path
    }

    /// Its path, fit for a terminal.
    pub fn shown(&self, collection: Collection) -> String {
        shown(self.path(collection))
    }

    /// Looks at what the file begins with, which is read from here.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn source(&self, collection: Collection, from: impl Read + Send + 'static) -> Result<Source<'static>, Failure> {
        // It is the operator's own, so that it may be of any size.
        let limits = Limits { unpacked: u64::MAX, ratio: u64::MAX };
        let file_name = Some(self.file(collection).name.clone());
        Source::open(from, &Hints { file_name, limits, ..Hints::default() })
    }

    fn file(&self, collection: Collection) -> &CollectionFile {
        match collection {
            Collection::Users => &self.users,
            Collection::Clients => &self.clients,
            Collection::Groups => &self.groups,
            Collection::Contacts => &self.contacts,
        }
    }
}

impl Dump for Folder {
    fn file_name(&self, collection: Collection) -> &str {
        &self.file(collection).name
    }

    fn open(&self, collection: Collection) -> Result<Source<'static>, Failure> {
        self.source(collection, File::open(self.path(collection)).map_err(Failure::Read)?)
    }
}

/// What is in a folder.
#[derive(Default)]
struct Found {
    files: Vec<(Collection, CollectionFile)>,
    others: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Found {
    fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let mut found = Self::default();
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        for entry in entries.with_context(|| shown(folder))? {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                found.folders.push(path);
            } else if let Some(stem) = stem(&name) {
                match NAMES.iter().find(|(known, _)| stem.eq_ignore_ascii_case(known)) {
                    Some((_, collection)) => found.files.push((*collection, CollectionFile { path, name })),
                    None => found.others.push(path),
                }
            }
        }
        found.others.sort();
        found.folders.sort();
        Ok(found)
    }

    fn whole(mut self, folder: &Path) -> anyhow::Result<Folder> {
        let mut file = |collection: Collection| {
            let mut of_it: Vec<_> = self.files.extract_if(.., |(other, _)| *other == collection).collect();
            match (of_it.pop(), of_it.pop()) {
                (Some((_, file)), None) => Ok(file),
                (Some((_, one)), Some((_, other))) => {
                    let (one, other) = (shown(&one.path), shown(&other.path));
                    Err(anyhow!("{one} and {other} both hold {}", collection.as_str()))
                }
                // A file by another name must not go by in silence; a collection with nothing in it has a file too.
                (None, _) => {
                    let names = NAMES.iter().filter(|(_, other)| *other == collection).map(|(name, _)| *name);
                    let names: Vec<_> = names.map(|name| format!("{name}.bson or {name}.json")).collect();
                    Err(anyhow!("{} holds no {}: {}", shown(folder), collection.as_str(), names.join(", ")))
                }
            }
        };
        let [users, clients, groups, contacts] = Collection::ALL.map(&mut file);
        Ok(Folder { users: users?, clients: clients?, groups: groups?, contacts: contacts?, others: self.others })
    }
}

/// What a file of data is called without its endings; `None` for what `mongodump` writes beside those.
fn stem(name: &str) -> Option<&str> {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    if name.ends_with(".metadata.json") || name == "prelude.json" {
        return None;
    }
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))
}

fn shown(path: &Path) -> String {
    Foreign(&path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use tempfile::TempDir;

    fn with(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[rstest]
    #[case(&["users.bson", "clients.bson.gz", "contactgroups.bson", "contacts.ndjson"], None)]
    #[case(&["Users.json", "clients.json", "contact_groups.json.gz", "contacts.json", "surveys.json"], Some("surveys.json"))]
    #[case(
        &["db/users.bson", "db/users.metadata.json", "db/clients.bson", "db/groups.bson", "db/contacts.bson", "admin/system.users.bson",
          "db/prelude.json"],
        None
    )]
    fn each_collection_has_its_file(#[case] files: &[&str], #[case] others: Option<&str>) {
        let folder = with(files);
        let found = Folder::of(folder.path()).unwrap();
        assert_eq!(found.others().as_deref(), others);
        assert_eq!(found.files().count(), 4 + usize::from(others.is_some()));
        for collection in Collection::ALL {
            assert!(found.path(collection).is_file());
            let name = found.file_name(collection).to_lowercase();
            assert!(name.contains(collection.as_str()), "{name}");
        }
    }

    #[rstest]
    #[case(&[], "holds no users")]
    #[case(&["users.bson", "clients.bson", "groups.bson"], "holds no contacts: contacts.bson")]
    #[case(&["users.bson", "users.json", "clients.bson", "groups.bson", "contacts.bson"], "both hold users")]
    #[case(&["one/users.bson", "two/users.bson"], "several folders")]
    fn what_is_wrong_is_told(#[case] files: &[&str], #[case] told: &str) {
        let folder = with(files);
        let error = Folder::of(folder.path()).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}
