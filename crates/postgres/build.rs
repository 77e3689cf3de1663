//! The migrations are read at compile time; cargo must hear when one comes or changes.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations/postgres");
}
