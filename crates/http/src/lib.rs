//! Roster over HTTP.
//!
//! # How a request flows
//!
//! ```text
//!  connection ─► middleware::finish ─► cors ─► routes ─► middleware::panics ─► extractor ─► handler
//!                 id, envelope of       │       404,        500                 Call or       parse (requests)
//!                 failures, headers,    │       405                             Input         one call (store, identity)
//!                 log line              ▼                                                     reply (answers)
//! ```
//!
//! 1. **`server`** owns connections: time limits on request heads and on readers that take nothing, a graceful stop.
//! 2. **`middleware`** gives the request its id and begins its `notes`. Behind the handler it turns a `Failure` into the
//!    envelope (only here is the id known), adds the headers of every answer, and writes the log line.
//! 3. **`routes`** find the handler, the same at `/` and under `/api/v1`. Unknown paths and wrong methods end here.
//! 4. **One extractor a handler** reads what came, in the order in which it is judged, since extractors of one handler
//!    would race: the body, bounded in bytes and time (413, 408), leniently parsed; a place among those in flight (503);
//!    `credentials` from headers, body or query; who that is (401, 403). `Call` is all of this, `Input` stops before
//!    credentials and so makes a route public. `Upload`, of what may be long, asks who that is before it reads.
//! 5. **The handler** reads like a sentence. Rights come as types: [`roster_domain::Caller`] gives a scope or an account
//!    (403), the path an id (400), `parts` the body and query (415, 400), `requests` make domain values of them, with
//!    all problems at once (422). Then one call of the store or of identity, under its deadline (503), whose outcomes
//!    become an answer, 404 or 409.
//! 6. **`answers`** write JSON straight from domain values. **`list`** is one machine for all lists: pages with a signed
//!    `cursor`, or the whole list streamed in pieces. **`batch`** does many operations with one call, and any number of them
//!    as they come. **`imports`** puts files into the store as they come, for whichever server to work on. What is written
//!    to its end before it is sent, an export, waits in the **`spool`**.
//!
//! `openapi` describes all of it, for programs, and `docs` is the page that shows that to people. `error` is the whole
//! table of error codes; `docs/compatibility.md` lists what is kept for consumers of the guide.
//!
//! # Adding a call
//!
//! What it takes in `requests/<resource>.rs`, its answer's shape in `answers/`, the handler in `routes/<resource>.rs`, its
//! line in `routes::places`, its description in `openapi/<resource>.rs`, and a black-box test, whose answers are held to
//! the description. `RENEW=1 cargo test --workspace the_copy_in_docs` renews `docs/openapi.json`.

#![warn(missing_docs)]

mod answers;
mod batch;
mod body;
mod broken_off;
mod call;
mod conditional;
mod credentials;
mod cursor;
mod docs;
mod error;
mod failure;
mod forwarding;
mod imports;
mod in_time;
mod input;
mod json;
mod list;
mod middleware;
mod notes;
mod openapi;
mod problems;
mod query;
mod readiness;
mod requests;
mod routes;
mod server;
mod services;
mod settings;
mod shares;
mod spool;
mod streams;
mod upload;

pub use forwarding::{MalformedNet, ProxyNet};
pub use openapi::Document;
pub use readiness::Readiness;
pub use server::serve;
pub use services::Services;
pub use settings::{Deadlines, HttpSettings, ImportSettings};
