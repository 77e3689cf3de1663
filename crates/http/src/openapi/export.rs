use super::described::Described;
use super::shapes::string;
use super::{Resource, headers};
use crate::error::Code;
use crate::requests::export::EXPORTED;

pub fn resource() -> Resource {
    let about = "The file. A connection that is cut before its end says that something failed.";
    let file = |about| string().description(Some(about)).into();
    let calls = vec![
        Described::get("/contact/export", "exportContacts", "Contacts as a file")
            .about("Oldest first: what is imported in that order comes out in it.")
            .of_anyone()
            .takes(EXPORTED)
            .answers_as(200, about, "text/csv", file("CSV that is safe to open in a spreadsheet."))
            .also_as(200, "text/vcard", file("A card a contact."))
            .also_as(200, "application/x-ndjson", file("A contact a line."))
            .also_as(200, "application/json", utoipa::openapi::schema::empty().into())
            .answers_header(200, headers::DISPOSITION)
            .refused(&[Code::ClientScope]),
    ];
    Resource { name: "Exports", about: "Contacts as a file.", calls, shapes: Vec::new() }
}
