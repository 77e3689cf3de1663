//! From rows to the domain's types. What can't be stored but is there all the same is an error, never a panic.

use chrono::{DateTime, Utc};
use roster_domain::values::{
    Channel, ClientName, ClientSessionId, ContactName, Email, GroupTitle, Number, PersonName, Region, SurveySortId,
};
use roster_domain::{
    Client, ClientCredential, Contact, ContactGroup, ObjectId, Session, SessionId, SessionSecret, TokenHash,
    Transaction, User, UserId,
};
use uuid::Uuid;

use crate::error::corrupt;

/// An id of any kind, from the column of this name.
pub(crate) fn id<Id: From<ObjectId>>(bytes: &[u8], column: &'static str) -> sqlx::Result<Id> {
    ObjectId::try_from(bytes).map(Id::from).map_err(|_| corrupt(column))
}

/// So many bytes, from the column of this name.
pub(crate) fn bytes<const N: usize>(bytes: &[u8], column: &'static str) -> sqlx::Result<[u8; N]> {
    bytes.try_into().map_err(|_| corrupt(column))
}

/// A place in a survey, from the two columns of which it has one.
pub(crate) fn survey_sort(integer: Option<i64>, text: Option<String>) -> sqlx::Result<Option<SurveySortId>> {
    match (integer, text) {
        (None, None) => Ok(None),
        (Some(integer), None) => Ok(Some(SurveySortId::Integer(integer))),
        (None, Some(text)) => Ok(Some(SurveySortId::Text(text))),
        (Some(_), Some(_)) => Err(corrupt("contacts.survey_sort_integer")),
    }
}

/// A row of `contacts`.
#[derive(sqlx::FromRow)]
pub(crate) struct ContactRow {
    pub id: Vec<u8>,
    pub client_id: Vec<u8>,
    pub group_id: Vec<u8>,
    pub name: String,
    pub number: String,
    pub channel: String,
    pub survey_id: Option<Vec<u8>>,
    pub survey_sort_integer: Option<i64>,
    pub survey_sort_text: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub legacy_version: i64,
    pub revision: i64,
}

impl TryFrom<ContactRow> for Contact {
    type Error = sqlx::Error;

    fn try_from(row: ContactRow) -> sqlx::Result<Self> {
        let survey_sort_id = survey_sort(row.survey_sort_integer, row.survey_sort_text)?;
        let survey_id = row.survey_id.map(|bytes| id(&bytes, "contacts.survey_id")).transpose()?;
        Ok(Self {
            id: id(&row.id, "contacts.id")?,
            client_id: id(&row.client_id, "contacts.client_id")?,
            group_id: id(&row.group_id, "contacts.group_id")?,
            name: ContactName::from_stored(row.name),
            number: Number::from_stored(row.number),
            channel: Channel::from_stored(&row.channel),
            transaction: Transaction { survey_id, survey_sort_id },
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
            legacy_version: row.legacy_version,
            revision: row.revision,
        })
    }
}

/// A row of `contact_groups`.
#[derive(sqlx::FromRow)]
pub(crate) struct GroupRow {
    pub id: Vec<u8>,
    pub client_id: Vec<u8>,
    pub title: String,
    pub is_default: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub legacy_version: i64,
    pub revision: i64,
}

impl TryFrom<GroupRow> for ContactGroup {
    type Error = sqlx::Error;

    fn try_from(row: GroupRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: id(&row.id, "contact_groups.id")?,
            client_id: id(&row.client_id, "contact_groups.client_id")?,
            title: GroupTitle::from_stored(row.title),
            is_default: row.is_default,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
            legacy_version: row.legacy_version,
            revision: row.revision,
        })
    }
}

/// A row of `clients`.
pub(crate) struct ClientRow {
    pub id: Vec<u8>,
    pub name: String,
    pub is_default: bool,
    pub session_id: String,
    pub region: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i64,
}

impl TryFrom<ClientRow> for Client {
    type Error = sqlx::Error;

    fn try_from(row: ClientRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: id(&row.id, "clients.id")?,
            name: ClientName::from_stored(row.name),
            is_default: row.is_default,
            session_id: ClientSessionId::from_stored(row.session_id),
            region: row.region.map(Region::from_stored),
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
            revision: row.revision,
        })
    }
}

/// A row of `client_credentials`.
pub(crate) struct CredentialRow {
    pub user_id: Vec<u8>,
    pub client_id: Vec<u8>,
    pub token_hash: Vec<u8>,
}

impl TryFrom<CredentialRow> for ClientCredential {
    type Error = sqlx::Error;

    fn try_from(row: CredentialRow) -> sqlx::Result<Self> {
        Ok(Self {
            user: id(&row.user_id, "client_credentials.user_id")?,
            client: id(&row.client_id, "client_credentials.client_id")?,
            token_hash: TokenHash(bytes(&row.token_hash, "client_credentials.token_hash")?),
        })
    }
}

/// A row of `users`, of what others may see.
pub(crate) struct UserRow {
    pub id: Vec<u8>,
    pub email: String,
    pub firstname: String,
    pub lastname: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i64,
}

impl TryFrom<UserRow> for User {
    type Error = sqlx::Error;

    fn try_from(row: UserRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: id(&row.id, "users.id")?,
            email: Email::from_stored(row.email),
            firstname: PersonName::from_stored(row.firstname),
            lastname: PersonName::from_stored(row.lastname),
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
            revision: row.revision,
        })
    }
}

/// A row of `sessions`.
pub(crate) struct SessionRow {
    pub user_id: Vec<u8>,
    pub id: Uuid,
    pub user_agent: String,
    pub counter: i64,
    pub nonce: Vec<u8>,
    pub key_id: Vec<u8>,
    pub token_hash: Vec<u8>,
    pub previous_token_hash: Option<Vec<u8>>,
    pub rotated_at: DateTime<Utc>,
    pub pair_used: bool,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl TryFrom<SessionRow> for Session {
    type Error = sqlx::Error;

    fn try_from(row: SessionRow) -> sqlx::Result<Self> {
        let previous = row.previous_token_hash;
        let previous = previous.map(|hash| bytes(&hash, "sessions.previous_token_hash")).transpose()?;
        Ok(Self {
            id: SessionId::from(row.id),
            user: id::<UserId>(&row.user_id, "sessions.user_id")?,
            user_agent: row.user_agent,
            created_at: row.created_at.into(),
            last_used_at: row.last_used_at.into(),
            expires_at: row.expires_at.into(),
            secret: SessionSecret {
                counter: row.counter,
                nonce: bytes(&row.nonce, "sessions.nonce")?,
                key_id: bytes(&row.key_id, "sessions.key_id")?,
                token_hash: TokenHash(bytes(&row.token_hash, "sessions.token_hash")?),
                previous_token_hash: previous.map(TokenHash),
                rotated_at: row.rotated_at.into(),
                pair_used: row.pair_used,
            },
        })
    }
}

/// All of a list's rows.
pub(crate) fn all<Row, T: TryFrom<Row, Error = sqlx::Error>>(rows: Vec<Row>) -> sqlx::Result<Vec<T>> {
    rows.into_iter().map(T::try_from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> ContactRow {
        ContactRow {
            id: vec![1; 12],
            client_id: vec![2; 12],
            group_id: vec![3; 12],
            name: String::new(),
            number: "2348000000001".to_owned(),
            channel: "whatsapp".to_owned(),
            survey_id: None,
            survey_sort_integer: None,
            survey_sort_text: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            legacy_version: 0,
            revision: 0,
        }
    }

    #[test]
    fn corrupt_bytes_are_an_error() {
        assert!(Contact::try_from(row()).is_ok());
        assert!(Contact::try_from(ContactRow { id: vec![1; 11], ..row() }).is_err());
        assert!(Contact::try_from(ContactRow { survey_id: Some(Vec::new()), ..row() }).is_err());
        let both = ContactRow { survey_sort_integer: Some(1), survey_sort_text: Some("a".to_owned()), ..row() };
        assert!(Contact::try_from(both).is_err());
    }
}
