//! What calls on clients ask for.

use roster_domain::{ClientChanges, ClientName, InvalidCode, Region};

use super::fields::{Fields, flag, text};
use crate::failure::Failure;
use crate::input::Read;
use crate::problems::Problems;

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

/// `PUT /clients/{id}`.
pub fn update(read: Read<'_>) -> Result<ClientChanges, Failure> {
    let mut fields = Fields::of(read.body);
    let changes = ClientChanges {
        name: fields.optional("name", text(ClientName::parse)),
        region: fields.read("region", text(Region::parse)).clearable(),
        is_default: fields.optional("is_default", flag),
    };
    read.query.check(&[], fields.problems());
    fields.into_problems().none()?;
    Ok(changes)
}

/// The parameters of [`delete`].
pub const DELETED: &[&[&str]] = &[&["contacts"]];

/// `DELETE /clients/{id}?contacts=delete|refuse`: whether its contacts may go too.
pub fn delete(read: Read<'_>) -> Result<bool, Failure> {
    let mut problems = Problems::default();
    read.query.check(DELETED, &mut problems);
    let with_contacts = match read.query.get("contacts") {
        Some("delete") => true,
        None | Some("refuse") => false,
        Some(_) => {
            problems.say("contacts", InvalidCode::Malformed, "must be delete or refuse");
            false
        }
    };
    problems.none()?;
    Ok(with_contacts)
}
