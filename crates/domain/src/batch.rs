//! Many operations on the contacts of one client, done in one act: what they are, and what comes of them. A store looks
//! up what they speak of, holds it, has [`Plan::of`] say what is to be written, and writes that.

mod plan;

use std::borrow::Cow;
use std::collections::HashSet;

pub use plan::Plan;

use crate::values::{Number, NumberInfo, Region};
use crate::{
    ClientId, Contact, ContactChanges, ContactId, Derived, GroupId, NewContact, Precondition, Timestamp,
    TransactionChanges,
};

/// Of contacts that match one number so many are named at most: a client may have any number of them.
const MOST_NAMED: usize = 100;

/// The operations of one act, in their order: each finds what those before it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Each does one thing to one contact.
    pub operations: Vec<Operation>,
    /// Whether all are refused when one is.
    pub atomic: bool,
    /// What is changed was changed then.
    pub at: Timestamp,
    ahead: Ahead,
}

/// What contacts to be made are found by, derived before their client was held: for each operation in their order, if the
/// client is at home there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Ahead {
    region: Option<Region>,
    derived: Vec<Option<Derived>>,
}

impl Ahead {
    /// Of this operation, for a client at home there.
    fn get(&self, index: usize, region: Option<&Region>) -> Option<&Derived> {
        self.derived.get(index)?.as_ref().filter(|_| self.region.as_ref() == region)
    }
}

/// One operation of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Makes a contact.
    Create(NewContact),
    /// Makes one, unless one matches; what comes of that one then is said as well.
    Upsert(Upsert),
    /// Changes one.
    Update {
        /// Which.
        target: Target,
        /// What is set.
        changes: ContactChanges,
        /// What must hold of it.
        precondition: Precondition,
    },
    /// Deletes one.
    Delete {
        /// Which.
        target: Target,
        /// What must hold of it.
        precondition: Precondition,
    },
}

/// A contact that may be there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upsert {
    /// What is made where none matches.
    pub contact: NewContact,
    /// What makes one match.
    pub by: MatchBy,
    /// What was given of it, for one that matches.
    pub given: ContactChanges,
    /// What comes of one that matches.
    pub on_match: OnMatch,
}

/// What makes two contacts the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchBy {
    /// The same phone number in any form, in the client's region; of what isn't one, the same text.
    Number,
    /// The same id.
    Id,
}

/// What comes of a contact that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMatch {
    /// It stays as it is.
    Skip,
    /// It is given all that was given.
    Update,
    /// It is given what it hasn't got: its name, if that is empty, and its place in a survey. Nothing is overwritten.
    FillBlanks,
    /// Nothing: another is made beside it. (By id none can be.)
    Add,
}

/// Which contact is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one with this id.
    Id(ContactId),
    /// The one of the client that matches by this number.
    Number(Number),
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchOutcome {
    /// One for each operation, in their order.
    Done(Vec<OperationOutcome>),
    /// It was atomic and this one was refused (counted from 0): nothing was done.
    Refused {
        /// The first that was.
        index: usize,
        /// Why.
        refusal: Refusal,
    },
    /// The client is gone.
    ClientGone,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationOutcome {
    /// It exists now.
    Created(Contact),
    /// It was changed.
    Updated {
        /// As it was.
        before: Contact,
        /// As it is.
        contact: Contact,
    },
    /// It was to be changed, and is so already.
    Unchanged(Contact),
    /// It matched, and stays as it is.
    Skipped(Contact),
    /// It was this, and is gone.
    Deleted(Contact),
    /// Nothing was done.
    Refused(Refusal),
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The client has no such contact.
    Absent,
    /// The group isn't one of the client's.
    UnknownGroup,
    /// Several contacts match: these, in the order of their ids; of more than a hundred the first.
    Ambiguous(Vec<ContactId>),
    /// There is another contact with this id.
    IdTaken,
    /// The precondition doesn't hold.
    Stale,
}

/// Whose contacts a batch is about, as the store found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchClient {
    /// The client: that of the scope, or the user's default one.
    pub id: ClientId,
    /// Where it is at home.
    pub region: Option<Region>,
    /// Where new contacts go.
    pub default_group: GroupId,
}

/// What a store has to look up before a batch can be planned, each sorted and once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// Contacts of the user with these ids.
    pub ids: Vec<ContactId>,
    /// Contacts of the client whose number is this, as [`number_key`] has it: of each [`Lookup::MOST_OF_A_NUMBER`] at
    /// most, the first by id, beside those that are looked up by their ids.
    pub numbers: Vec<String>,
    /// Groups.
    pub groups: Vec<GroupId>,
}

/// What contacts match by in the region: see [`NumberInfo::match_key`].
#[must_use]
pub fn number_key(number: &Number, region: Option<&Region>) -> String {
    NumberInfo::derive(number, region).match_key(number).to_owned()
}

impl Operation {
    /// What is derived of the contact that it would make, of a client at home in this region; `None`: it makes none.
    #[must_use]
    pub fn derived(&self, region: Option<&Region>) -> Option<Derived> {
        let contact = match self {
            Self::Create(contact) | Self::Upsert(Upsert { contact, .. }) => contact,
            Self::Update { .. } | Self::Delete { .. } => return None,
        };
        Some(Derived::of(&contact.name, &contact.number, region))
    }
}

impl Batch {
    /// These operations, in this order.
    #[must_use]
    pub fn new(operations: Vec<Operation>, atomic: bool, at: Timestamp) -> Self {
        Self { operations, atomic, at, ahead: Ahead::default() }
    }

    /// With what [`Operation::derived`] says of each of its operations, for a client at home in this region: whoever holds
    /// the client needn't derive it then.
    #[must_use]
    pub fn derived_ahead(mut self, region: Option<Region>, derived: Vec<Option<Derived>>) -> Self {
        self.ahead = Ahead { region, derived };
        self
    }

    /// The same, where what names a group that isn't among these names none: what is made goes to the default group, and
    /// what matches stays in its own.
    #[must_use]
    pub fn without_unknown_groups(&self, groups: &HashSet<GroupId>) -> Cow<'_, Self> {
        let is_known = |group: &GroupId| groups.contains(group);
        if self.groups().all(|group| is_known(&group)) {
            return Cow::Borrowed(self);
        }
        let mut batch = self.clone();
        for operation in &mut batch.operations {
            match operation {
                Operation::Create(contact) => contact.group_id = contact.group_id.filter(is_known),
                Operation::Upsert(Upsert { contact, given, .. }) => {
                    contact.group_id = contact.group_id.filter(is_known);
                    given.group_id = given.group_id.filter(is_known);
                }
                Operation::Update { changes, .. } => changes.group_id = changes.group_id.filter(is_known),
                Operation::Delete { .. } => {}
            }
        }
        Cow::Owned(batch)
    }

    /// Every group that is named, as often as it is.
    fn groups(&self) -> impl Iterator<Item = GroupId> {
        self.operations.iter().flat_map(|operation| {
            let (made, given) = match operation {
                Operation::Create(contact) => (contact.group_id, None),
                Operation::Upsert(upsert) => (upsert.contact.group_id, upsert.given.group_id),
                Operation::Update { changes, .. } => (None, changes.group_id),
                Operation::Delete { .. } => (None, None),
            };
            made.into_iter().chain(given)
        })
    }

    /// What has to be looked up: also the ids of new contacts, since one that is taken is refused, and those behind it
    /// go by that.
    #[must_use]
    pub fn lookup(&self, region: Option<&Region>) -> Lookup {
        let mut lookup = Lookup { groups: self.groups().collect(), ..Lookup::default() };
        for (index, operation) in self.operations.iter().enumerate() {
            match operation {
                Operation::Create(contact) => lookup.ids.push(contact.id),
                Operation::Upsert(upsert) => {
                    lookup.ids.push(upsert.contact.id);
                    if upsert.by == MatchBy::Number && upsert.on_match != OnMatch::Add {
                        let number = &upsert.contact.number;
                        lookup.numbers.push(match self.ahead.get(index, region) {
                            Some(derived) => derived.number.match_key(number).to_owned(),
                            None => number_key(number, region),
                        });
                    }
                }
                Operation::Update { target, .. } | Operation::Delete { target, .. } => lookup.target(target, region),
            }
        }
        lookup.ids.sort_unstable();
        lookup.ids.dedup();
        lookup.numbers.sort_unstable();
        lookup.numbers.dedup();
        lookup.groups.sort_unstable();
        lookup.groups.dedup();
        lookup
    }
}

impl Lookup {
    /// Enough of them to name, whatever the operations before have done: by their number none of several is changed or
    /// deleted, and those that go by their ids are looked up beside these.
    pub const MOST_OF_A_NUMBER: usize = MOST_NAMED;

    fn target(&mut self, target: &Target, region: Option<&Region>) {
        match target {
            Target::Id(id) => self.ids.push(*id),
            Target::Number(number) => self.numbers.push(number_key(number, region)),
        }
    }
}

impl ContactChanges {
    /// Those of these changes that give a contact what it hasn't got.
    #[must_use]
    pub fn blanks_of(&self, contact: &Contact) -> Self {
        let TransactionChanges { survey_id, survey_sort_id } = &self.transaction;
        Self {
            name: self.name.clone().filter(|_| contact.name.as_str().is_empty()),
            transaction: TransactionChanges {
                survey_id: survey_id.filter(|_| contact.transaction.survey_id.is_none()),
                survey_sort_id: survey_sort_id.clone().filter(|_| contact.transaction.survey_sort_id.is_none()),
            },
            ..Self::default()
        }
    }
}
