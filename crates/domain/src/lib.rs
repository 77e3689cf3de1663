//! What Roster is about, without any I/O: contacts, the groups they stand in, the clients and users who own them,
//! and what a store must be able to do.
//!
//! # The hexagon on one page
//!
//! ```text
//!  roster (binary) ─► http ─► identity ─► domain ◄─ postgres, sqlite
//!                                           ▲
//!                                      store-tests
//! ```
//!
//! * **Values** are parsed, never checked: a [`ContactName`] exists only if it is a good one, and whoever holds one
//!   need not look again. Parsing is in [`values`]; what was wrong is an [`Invalid`].
//! * **Entities** ([`Contact`], [`ContactGroup`], [`Client`], [`User`], [`Session`]) are plain data with public fields.
//! * **Rights** are types. Authentication yields a [`Caller`]; a [`Scope`] or an [`Account`] is made only from a
//!   caller; every port method that reads or writes below a user takes one. A foreign row and an absent row are the
//!   same `None`.
//! * **Ports** ([`ports`]) are the traits a store implements. One method is one atomic act.
//! * **Time and chance** come in through [`Clock`] and [`Entropy`]; nothing here reads the system's.
//!
//! # Adding a call
//!
//! 1. The type it speaks of, here, with its parser and property tests.
//! 2. The port's method in [`ports`], with what it promises in its doc comment.
//! 3. Its behaviour in `crates/store-tests`: a function over the ports, and its name in the list there.
//! 4. Both adapters, `crates/postgres` and `crates/sqlite`; run their tests.
//! 5. The request (`crates/http/src/requests`), the route (`crates/http/src/routes`) and a black-box test.
//! 6. The row in `docs/`, if a consumer or an operator would look for it there.

#![warn(missing_docs)]

mod attempts;
mod audit;
mod batch;
mod caller;
mod client;
mod clock;
mod contact;
mod entropy;
mod group;
mod id;
mod import;
mod migration;
mod page;
pub mod ports;
mod session;
mod user;
pub mod values;
mod version;

pub use attempts::{Attempt, Booking, CounterKey, LONGEST_CLOSURE, Recognition, closed_for};
pub use audit::{AuditEntry, AuditEvent, Origin};
pub use batch::{
    Batch, BatchClient, BatchOutcome, Lookup, MatchBy, OnMatch, Operation, OperationOutcome, Plan, Refusal, Target,
    Upsert, number_key,
};
pub use caller::{Account, Caller, ClientOnly, Scope, Span};
pub use client::{Client, ClientChanges, ClientCredential, NewClient, NewCredentials, TokenHash};
pub use clock::{Clock, MalformedTimestamp, Timestamp};
pub use contact::{
    Contact, ContactChanges, ContactFilter, ContactOrder, ContactPage, ContactPlace, Derived, NewContact, Transaction,
    TransactionChanges,
};
pub use entropy::Entropy;
pub use group::{ContactGroup, ContactsFate, GroupChanges, NewGroup};
pub use id::{
    AuditId, ClientId, ContactId, GroupId, IdSource, ImportId, MalformedId, MalformedUuid, ObjectId, SessionId, UserId,
};
pub use import::{
    Claim, Import, ImportChange, ImportChanges, ImportEnd, ImportFailure, ImportFile, ImportProgress, ImportSource,
    ImportState, ImportStep, Lease, LeftAlone, LeftReason, NewImport, RowAccounts, RowOutcome, StepAccount, StepDefect,
    Tally, UndoCounts, UndoPlan, UndoableChange, Unsettled,
};
pub use migration::{Migration, MigrationStanding, MigrationState};
pub use page::{Keyset, Limit, Page, PlacedPage};
pub use session::{NewSession, Session, SessionSecret, SessionUse};
pub use user::{ListedUser, NewAccount, NewUser, PasswordChange, SignIn, User, UserChanges};
pub use values::{
    Channel, ClientName, ClientSessionId, ContactName, E164, Email, EmailKey, GroupTitle, Invalid, InvalidCode,
    NameKey, NewPassword, Number, NumberInfo, NumberKind, NumberSuffix, PersonName, Region, SearchKey, SearchQuery,
    SurveySortId,
};
pub use version::{Precondition, Version};
