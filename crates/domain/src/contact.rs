//! Contacts.

use crate::values::{
    Channel, ContactName, NameKey, Number, NumberInfo, NumberKind, NumberSuffix, Region, SearchKey, SearchQuery,
    SurveySortId,
};
use crate::{ClientId, ContactId, GroupId, ObjectId, PlacedPage, Timestamp, Version};

/// Somebody (or something) a client talks to. It stands in exactly one group of its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// `_id`.
    pub id: ContactId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Where it stands: a group of the same client.
    pub group_id: GroupId,
    /// What it is called; may be empty.
    pub name: ContactName,
    /// Verbatim, as the consumer wrote it; several contacts of a client may share one.
    pub number: Number,
    /// The platform it is reached on.
    pub channel: Channel,
    /// The survey it is taking part in.
    pub transaction: Transaction,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// `__v` of the system it was imported from, 0 otherwise. Not our version: that is `revision`.
    pub legacy_version: i64,
    /// Counts every change of the row, so that two within a millisecond differ.
    pub revision: i64,
}

/// The survey a contact is taking part in (`transaction` in the guide).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// Which survey.
    pub survey_id: Option<ObjectId>,
    /// Its place in it, kept in its JSON type.
    pub survey_sort_id: Option<SurveySortId>,
}

/// A contact to be made. Imported ones bring their own id, times and `__v`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContact {
    /// `_id`.
    pub id: ContactId,
    /// The group; `None` is the default group of the scope's client, or of the user's default client where the scope
    /// isn't narrowed to one. A group given chooses the client.
    pub group_id: Option<GroupId>,
    /// See [`Contact::name`].
    pub name: ContactName,
    /// See [`Contact::number`].
    pub number: Number,
    /// See [`Contact::channel`].
    pub channel: Channel,
    /// See [`Contact::transaction`].
    pub transaction: Transaction,
    /// See [`Contact::created_at`].
    pub created_at: Timestamp,
    /// See [`Contact::updated_at`].
    pub updated_at: Timestamp,
    /// See [`Contact::legacy_version`].
    pub legacy_version: i64,
}

impl NewContact {
    /// The contact that it becomes in this group of this client.
    #[must_use]
    pub fn made_in(&self, client_id: ClientId, group_id: GroupId) -> Contact {
        Contact {
            id: self.id,
            client_id,
            group_id,
            name: self.name.clone(),
            number: self.number.clone(),
            channel: self.channel.clone(),
            transaction: self.transaction.clone(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            legacy_version: self.legacy_version,
            revision: 0,
        }
    }
}

/// What an update sets; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactChanges {
    /// A new name.
    pub name: Option<ContactName>,
    /// A new number.
    pub number: Option<Number>,
    /// Another group of the same client.
    pub group_id: Option<GroupId>,
    /// Another channel.
    pub channel: Option<Channel>,
    /// Changes of the survey.
    pub transaction: TransactionChanges,
}

/// What an update sets in a [`Transaction`]: the outer `None` leaves a member, the inner one clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionChanges {
    /// Sets or clears [`Transaction::survey_id`].
    pub survey_id: Option<Option<ObjectId>>,
    /// Sets or clears [`Transaction::survey_sort_id`].
    pub survey_sort_id: Option<Option<SurveySortId>>,
}

impl ContactChanges {
    /// This contact with these changes made, its times and revision left alone: what a store compares with the row it
    /// holds (equal: nothing to write) and then writes.
    #[must_use]
    pub fn applied_to(&self, contact: &Contact) -> Contact {
        let mut changed = contact.clone();
        if let Some(name) = &self.name {
            changed.name = name.clone();
        }
        if let Some(number) = &self.number {
            changed.number = number.clone();
        }
        if let Some(group_id) = self.group_id {
            changed.group_id = group_id;
        }
        if let Some(channel) = &self.channel {
            changed.channel = channel.clone();
        }
        if let Some(survey_id) = self.transaction.survey_id {
            changed.transaction.survey_id = survey_id;
        }
        if let Some(survey_sort_id) = &self.transaction.survey_sort_id {
            changed.transaction.survey_sort_id = survey_sort_id.clone();
        }
        changed
    }
}

impl Contact {
    /// The state it is in.
    #[must_use]
    pub const fn version(&self) -> Version {
        Version { created_at: self.created_at, revision: self.revision }
    }
}

/// What a store keeps beside a contact to find it by: derived of what the consumer stored, and of the client's region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// What its number is.
    pub number: NumberInfo,
    /// Where it stands in lists by name.
    pub name_key: NameKey,
    /// Where searches look.
    pub search_key: SearchKey,
}

impl Derived {
    /// That of a contact with this name and number, of a client at home in this region.
    #[must_use]
    pub fn of(name: &ContactName, number: &Number, region: Option<&Region>) -> Self {
        Self {
            number: NumberInfo::derive(number, region),
            name_key: NameKey::of(name),
            search_key: SearchKey::of(name, number),
        }
    }
}

/// Which contacts of a list are meant: those for which all of it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// Those of one group. Where the scope isn't narrowed to a client, the group chooses it. An unknown or foreign
    /// group holds nothing.
    pub group_id: Option<GroupId>,
    /// Those on this channel.
    pub channel: Option<Channel>,
    /// Those whose number is this text to the letter, or stands for the phone number that this text stands for in the
    /// region of the contact's client.
    pub number: Option<Number>,
    /// Those whose number ends in these digits: see [`SearchKey::ends_in`].
    pub number_suffix: Option<NumberSuffix>,
    /// Those whose number is of this kind.
    pub kind: Option<NumberKind>,
    /// Those in whose name or number all the words are found: see [`SearchKey::holds`].
    pub search: Option<SearchQuery>,
    /// Those made then or later.
    pub created_after: Option<Timestamp>,
    /// Those made earlier.
    pub created_before: Option<Timestamp>,
    /// Those changed last then or later.
    pub updated_after: Option<Timestamp>,
}

impl ContactFilter {
    /// Those of one group, or all.
    #[must_use]
    pub fn of_group(group_id: Option<GroupId>) -> Self {
        Self { group_id, ..Self::default() }
    }

    /// Whether nothing but the group, if that, narrows the list.
    #[must_use]
    pub fn is_by_group_only(&self) -> bool {
        *self == Self::of_group(self.group_id)
    }
}

/// Some contacts of a list, and where it goes on.
pub type ContactPage = PlacedPage<Contact, ContactPlace>;

/// In what order contacts are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ContactOrder {
    /// By id, falling.
    #[default]
    Newest,
    /// By id, rising.
    Oldest,
    /// By [`NameKey`], bytewise, then by id, both rising. A contact that is renamed or derived anew while the list is
    /// walked may come twice or not at all.
    Name,
}

/// Where a contact stands in an order. Only the store knows: by name it goes by the key that it holds, and while contacts
/// are derived anew that isn't what the name gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactPlace {
    /// In an order by id.
    Id(ContactId),
    /// In the order by name.
    Name(NameKey, ContactId),
}

impl ContactPlace {
    /// Where a contact with this id stands in the order, which by name goes by the key that the store holds.
    #[must_use]
    pub fn in_order(order: ContactOrder, id: ContactId, stored_key: &str) -> Self {
        match order {
            ContactOrder::Newest | ContactOrder::Oldest => Self::Id(id),
            ContactOrder::Name => Self::Name(NameKey::from_stored(stored_key.to_owned()), id),
        }
    }

    /// The contact's id.
    #[must_use]
    pub const fn id(&self) -> ContactId {
        match self {
            Self::Id(id) | Self::Name(_, id) => *id,
        }
    }
}
