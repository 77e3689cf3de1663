//! CSV.

pub mod column_map;
mod columns;
mod country_code;
mod damage;
mod delimiter;
pub mod guard;
pub mod header;
mod parts;
pub mod reader;
mod records;
