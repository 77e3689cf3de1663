//! `roster import` and `roster export`

mod broken_off;
mod exports;
mod formats;
mod imports;
mod printed;
mod systems;

use std::fs;

use crate::api::PASSWORD;
use crate::place::{Kind, Place, Said};

/// Accounts with a client each.
pub struct Scene {
    pub place: Place,
}

impl Scene {
    pub fn on(kind: Kind) -> Self {
        Self { place: Place::ready(kind) }
    }

    /// The client of a new account.
    pub fn client(&self, email: &str) -> String {
        let said = self.place.run_with_input(&["user", "create", "--email", email], PASSWORD);
        let line = said.done().lines().find(|line| line.starts_with("client ")).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().to_owned()
    }

    /// Imports this, written into a file of this name.
    pub fn import(&self, name: &str, content: impl AsRef<[u8]>, client: &str, more: &[&str]) -> Said {
        fs::write(self.place.folder().join(name), content).unwrap();
        self.place.run(&[&["import", name, "--client", client], more].concat())
    }

    pub fn export(&self, client: &str, format: &str) -> String {
        self.place.run(&["export", "--client", client, "--format", format]).done().to_owned()
    }

    /// The numbers of all contacts, oldest first.
    pub fn numbers(&self, client: &str) -> Vec<String> {
        let lines = self.export(client, "ndjson");
        let number =
            |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["number"].as_str().unwrap().to_owned();
        lines.lines().map(number).collect()
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.place.folder().join(file)).unwrap()
    }
}

/// What a command said of the rows: read, created, updated, unchanged, skipped, invalid. The sums hold.
#[track_caller]
pub fn sums(said: &str) -> [usize; 6] {
    let line = said.lines().find(|line| line.contains(" read = ")).unwrap_or_else(|| panic!("no sums: {said}"));
    let numbers: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let sums: [usize; 6] = numbers.try_into().unwrap();
    assert_eq!(sums[0], sums[1..].iter().sum::<usize>(), "{line}");
    sums
}

/// So many rows of CSV, no two alike.
pub fn rows(count: usize) -> String {
    let row = |n| format!("Contact {n},+23480{n:08}\r\n");
    "name,number\r\n".to_owned() + &(0..count).map(row).collect::<String>()
}
