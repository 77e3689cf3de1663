//! What a look at a file finds, and that it leaves the file as it was.

use std::fs;

use roster_sqlite::inspect::{Inspection, inspect};
use roster_sqlite::migrations;

use crate::place::{another_writer, empty_folder};

#[test]
fn none_is_made() {
    let (folder, path) = empty_folder();
    assert_eq!(inspect(&path).unwrap(), Inspection::Absent);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn it_can_be_written_unless_another_process_writes() {
    let (_folder, path) = empty_folder();
    migrations::run(&path).unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(inspect(&path).unwrap(), Inspection::Good);
    assert_eq!(fs::read(&path).unwrap(), before);
    let _writing = another_writer(&path);
    assert_eq!(inspect(&path).unwrap(), Inspection::Busy);
}

#[test]
fn something_else_is_no_database() {
    let (_folder, path) = empty_folder();
    fs::write(&path, "not a database. ".repeat(1000)).unwrap();
    assert!(inspect(&path).unwrap_err().to_string().contains("roster.db"));
}
