//! What calls on clients ask for.

use roster_domain::{ClientName, Region};

use super::fields::{Fields, text};
use super::lists::ListFilter;
use crate::failure::Failure;
use crate::input::Read;
use crate::problems::Problems;
use crate::query::Query;

/// `POST /clients`.
pub fn create(read: Read<'_>) -> Result<(ClientName, Option<Region>), Failure> {
    let mut fields = Fields::of(read.body);
    let name = fields.required("name", text(ClientName::parse));
    let region = fields.read("region", text(Region::parse)).nullable();
    read.query.check(&[], fields.problems());
    let problems = fields.into_problems();
    let (Some(name), true) = (name, problems.is_empty()) else { return Err(problems.into()) };
    Ok((name, region))
}

/// A list of clients has no filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen;

impl ListFilter for Chosen {
    const PARAMETERS: &[&str] = &[];

    fn read(_: &Query, _: &mut Problems) -> Self {
        Self
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
