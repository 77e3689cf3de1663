//! What is answered: the envelope around everything, and the JSON shape of each resource. The shapes borrow domain
//! values and are written in one pass.

mod audit;
mod batch;
mod clients;
mod contacts;
mod count;
mod data;
mod deleted;
mod envelope;
mod failures;
mod groups;
mod imports;
mod lasting;
mod sessions;
mod shown;
mod users;

pub use audit::AuditEntryJson;
pub use batch::{BatchJson, ReasonJson, ResultJson};
pub use clients::ClientJson;
pub use contacts::ContactJson;
pub use count::Count;
pub use data::Data;
pub use deleted::Deleted;
pub use envelope::{accepted, created, created_in, json, lines, listed, ok, ok_in, opening, state};
pub use failures::FailureJson;
pub use groups::GroupJson;
pub use imports::ImportJson;
pub use lasting::lasting;
pub use sessions::{SessionJson, SignedInJson};
pub use users::{SignedUpJson, UserJson};
