//! What calls on contacts ask for.

use roster_domain::{
    Channel, ContactChanges, ContactFilter, ContactId, ContactName, ContactOrder, GroupId, Invalid, InvalidCode,
    NewContact, Number, SurveySortId, Timestamp, Transaction, TransactionChanges,
};

use super::contact_filter;
use super::fields::{Fields, id, text, wrong_type};
use super::lists::{self, ListFilter};
use crate::failure::Failure;
use crate::input::Read;
use crate::json::{Json, Object};
use crate::problems::Problems;
use crate::query::Query;

/// `POST /contact`. The query is left alone: existing consumers repeat the whole body there.
pub fn create(read: Read<'_>, id: ContactId, now: Timestamp) -> Result<NewContact, Failure> {
    Ok(made(given(read.body)?, id, now))
}

/// What is given of a contact that is to be made: at least its number. What isn't given is `None` in the rest.
pub fn given(contact: &Object) -> Result<(Number, ContactChanges), Problems> {
    let mut fields = Fields::of(contact);
    let name = fields.read("name", text(ContactName::parse)).clearable();
    let number = fields.required("number", number);
    // Forms without a choice of group send it empty.
    let no_group = fields.get("group_id") == Some(&Json::Text(String::new()));
    let group_id = if no_group { None } else { fields.read("group_id", self::id::<GroupId>).nullable() };
    let channel = fields.optional("channel", text(Channel::parse));
    let transaction = transaction(&mut fields);
    let problems = fields.into_problems();
    let (Some(number), true) = (number, problems.is_empty()) else { return Err(problems) };
    let name = name.map(|name| name.unwrap_or_else(nameless));
    Ok((number, ContactChanges { name, number: None, group_id, channel, transaction }))
}

/// A new contact of which this is given.
pub fn made((number, given): (Number, ContactChanges), id: ContactId, now: Timestamp) -> NewContact {
    NewContact {
        id,
        group_id: given.group_id,
        name: given.name.unwrap_or_else(nameless),
        number,
        channel: given.channel.unwrap_or_default(),
        transaction: Transaction {
            survey_id: given.transaction.survey_id.flatten(),
            survey_sort_id: given.transaction.survey_sort_id.flatten(),
        },
        created_at: now,
        updated_at: now,
        legacy_version: 0,
    }
}

/// `PUT /contact/{id}`: what is sent, and nothing else, is changed.
pub fn update(read: Read<'_>) -> Result<ContactChanges, Failure> {
    Ok(changes(read.body)?)
}

/// What is set in a contact.
pub fn changes(set: &Object) -> Result<ContactChanges, Problems> {
    let mut fields = Fields::of(set);
    let name = fields.read("name", text(ContactName::parse)).clearable();
    let changes = ContactChanges {
        name: name.map(|name| name.unwrap_or_else(nameless)),
        number: fields.optional("number", number),
        group_id: fields.optional("group_id", id),
        channel: fields.optional("channel", text(Channel::parse)),
        transaction: transaction(&mut fields),
    };
    let problems = fields.into_problems();
    if problems.is_empty() { Ok(changes) } else { Err(problems) }
}

/// `name: null` is the empty name.
fn nameless() -> ContactName {
    ContactName::from_stored(String::new())
}

/// A string, or a whole number digit by digit: consumers send 18-digit ids as JSON numbers, which exceed 2^53.
pub fn number(value: &Json) -> Result<Number, Invalid> {
    match value {
        Json::Text(text) => Number::parse(text),
        Json::Number(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Number::parse(digits),
        Json::Number(_) => Err(Invalid::new(InvalidCode::Malformed, "must be a string or a whole number from 0")),
        _ => Err(wrong_type("must be a string or a whole number")),
    }
}

/// `transaction`: null clears both members, of an object those that are sent count.
fn transaction(fields: &mut Fields<'_>) -> TransactionChanges {
    let inner = match fields.get("transaction") {
        None => return TransactionChanges::default(),
        Some(Json::Null) => return TransactionChanges { survey_id: Some(None), survey_sort_id: Some(None) },
        Some(Json::Object(inner)) => inner,
        Some(_) => {
            fields.problems().add("transaction", wrong_type("must be an object"));
            return TransactionChanges::default();
        }
    };
    let mut inner = Fields::of(inner);
    let changes = TransactionChanges {
        survey_id: inner.read("survey_id", id).clearable(),
        survey_sort_id: inner.read("survey_sort_id", survey_sort_id).clearable(),
    };
    fields.problems().add_all("transaction", inner.into_problems());
    changes
}

fn survey_sort_id(value: &Json) -> Result<SurveySortId, Invalid> {
    match value {
        Json::Text(text) => SurveySortId::parse_text(text),
        Json::Number(digits) => SurveySortId::parse_integer(digits),
        _ => Err(wrong_type("must be a string or a whole number")),
    }
}

/// Which contacts a list is of: those of one client or of all (`type=all`), and what narrows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub all_clients: bool,
    pub filter: ContactFilter,
}

impl Chosen {
    fn read(query: &Query, problems: &mut Problems) -> Self {
        Self { all_clients: lists::type_all(query, problems), filter: contact_filter::read(query, problems) }
    }
}

/// `GET /contact`: which contacts, and in what order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    pub chosen: Chosen,
    pub order: ContactOrder,
}

impl ListFilter for Listed {
    const PARAMETERS: &[&[&str]] = &[&["type", "sort"], &contact_filter::ALL];

    fn read(query: &Query, problems: &mut Problems) -> Self {
        let order = query.get("sort").and_then(|text| problems.take("sort", order(text)));
        Self { chosen: Chosen::read(query, problems), order: order.unwrap_or_default() }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let all = self.chosen.all_clients.then(|| ("type", "all".to_owned()));
        let sort = match self.order {
            ContactOrder::Newest => None,
            ContactOrder::Oldest => Some(("sort", "oldest".to_owned())),
            ContactOrder::Name => Some(("sort", "name".to_owned())),
        };
        all.into_iter().chain(contact_filter::parameters(&self.chosen.filter)).chain(sort).collect()
    }
}

fn order(text: &str) -> Result<ContactOrder, Invalid> {
    match text {
        "newest" => Ok(ContactOrder::Newest),
        "oldest" => Ok(ContactOrder::Oldest),
        "name" => Ok(ContactOrder::Name),
        _ => Err(Invalid::new(InvalidCode::Malformed, "must be newest, oldest or name")),
    }
}

/// What a group is told that isn't the caller's to choose.
pub fn unknown_group() -> Invalid {
    Invalid::new(InvalidCode::Unknown, "is not a group that can be chosen here")
}

/// The parameters of [`count`].
pub const COUNTED: &[&[&str]] = &[&["type"], &contact_filter::ALL];

/// `GET /contact/count`.
pub fn count(read: Read<'_>) -> Result<Chosen, Failure> {
    let mut problems = Problems::default();
    read.query.check(COUNTED, &mut problems);
    let chosen = Chosen::read(read.query, &mut problems);
    problems.none()?;
    Ok(chosen)
}

/// The parameters of [`is_full_view`].
pub const VIEWED: &[&[&str]] = &[&["view"]];

/// `GET /contact/{id}?view=full`: whether more is wanted than the guide shows.
pub fn is_full_view(read: Read<'_>) -> Result<bool, Failure> {
    let mut problems = Problems::default();
    read.query.check(VIEWED, &mut problems);
    let full = match read.query.get("view") {
        None => false,
        Some("full") => true,
        Some(_) => {
            problems.say("view", InvalidCode::Malformed, "must be full, or left out");
            false
        }
    };
    problems.none()?;
    Ok(full)
}

/// The parameters of [`delete_matching`].
pub const DELETED: &[&[&str]] = &[&["type", "confirm"], &contact_filter::ALL];

/// `DELETE /contact`: which, and how many the caller takes them to be.
pub fn delete_matching(read: Read<'_>) -> Result<(Chosen, u64), Failure> {
    let mut problems = Problems::default();
    read.query.check(DELETED, &mut problems);
    let chosen = Chosen::read(read.query, &mut problems);
    if !contact_filter::ALL.iter().any(|name| read.query.get(name).is_some()) {
        problems.say("group_id", InvalidCode::Required, "is required, or another filter: which contacts to delete");
    }
    let expected = match read.query.get("confirm") {
        None => {
            problems.say("confirm", InvalidCode::Required, "is required: how many contacts these are");
            None
        }
        Some(text) => problems.take("confirm", whole_number(text)),
    };
    let (Some(expected), true) = (expected, problems.is_empty()) else { return Err(problems.into()) };
    Ok((chosen, expected))
}

fn whole_number(text: &str) -> Result<u64, Invalid> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let invalid = || Invalid::new(InvalidCode::Malformed, "must be a whole number from 0");
    if digits { text.parse().map_err(|_| invalid()) } else { Err(invalid()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use proptest::prelude::*;
    use roster_domain::ObjectId;
    use rstest::rstest;

    fn created(body: &str) -> Result<NewContact, Vec<(String, &'static str)>> {
        let (body, query) = (json::parse(body.as_bytes()).unwrap(), Query::default());
        let id = ContactId::from(ObjectId::from_bytes([1; 12]));
        create(Read { body: &body, query: &query }, id, Timestamp::from_millis(0)).map_err(fields)
    }

    fn updated(body: &str) -> Result<ContactChanges, Vec<(String, &'static str)>> {
        let (body, query) = (json::parse(body.as_bytes()).unwrap(), Query::default());
        update(Read { body: &body, query: &query }).map_err(fields)
    }

    fn fields(failure: Failure) -> Vec<(String, &'static str)> {
        failure.fields.into_iter().map(|field| (field.path.into_owned(), field.invalid.code.as_str())).collect()
    }

    #[test]
    fn all_problems_come_at_once() {
        let body = r#"{"name": 1, "group_id": "x", "channel": null, "transaction": {"survey_id": "x", "survey_sort_id": 1.5}}"#;
        let found = created(body).unwrap_err();
        let expected = [
            ("name", "wrong_type"),
            ("number", "required"),
            ("group_id", "malformed"),
            ("channel", "null"),
            ("transaction.survey_id", "malformed"),
            ("transaction.survey_sort_id", "out_of_range"),
        ];
        assert_eq!(found, expected.map(|(path, code)| (path.to_owned(), code)));
    }

    #[rstest]
    #[case(r#""status""#, Ok("status"))]
    #[case("120363045767536459", Ok("120363045767536459"))]
    #[case("0", Ok("0"))]
    #[case("-1", Err("malformed"))]
    #[case("1.5", Err("malformed"))]
    #[case("1e3", Err("malformed"))]
    #[case("null", Err("null"))]
    #[case("true", Err("wrong_type"))]
    #[case("[]", Err("wrong_type"))]
    #[case(r#"" ""#, Err("required"))]
    fn numbers(#[case] json: &str, #[case] expected: Result<&str, &'static str>) {
        let created = created(&format!(r#"{{"number": {json}}}"#));
        assert_eq!(
            created.as_ref().map(|contact| contact.number.as_str()),
            expected.map_err(|code| vec![("number".to_owned(), code)]).as_ref().copied()
        );
    }

    #[rstest]
    #[case(r#"{"number": "1", "group_id": "", "name": null, "transaction": null}"#)]
    #[case(r#"{"number": "1", "group_id": null}"#)]
    #[case(r#"{"number": "1", "_id": 5, "createdAt": "x", "keyword": []}"#)]
    fn what_says_nothing(#[case] body: &str) {
        assert_eq!(created(body), created(r#"{"number": "1"}"#));
    }

    #[test]
    fn an_update_holds_what_was_sent() {
        assert_eq!(
            updated(r#"{"title": "Greetings", "keyword": "hello", "reply": "?"}"#),
            Ok(ContactChanges::default())
        );
        let cleared = updated(r#"{"name": null, "transaction": {"survey_id": null}}"#).unwrap();
        assert_eq!(cleared.name.as_ref().map(ContactName::as_str), Some(""));
        assert_eq!(cleared.transaction, TransactionChanges { survey_id: Some(None), survey_sort_id: None });
        let both = updated(r#"{"transaction": null}"#).unwrap();
        assert_eq!(both.transaction, TransactionChanges { survey_id: Some(None), survey_sort_id: Some(None) });
    }

    #[rstest]
    #[case(r#"{"group_id": null}"#, "group_id", "null")]
    #[case(r#"{"group_id": ""}"#, "group_id", "malformed")]
    #[case(r#"{"number": null}"#, "number", "null")]
    #[case(r#"{"transaction": []}"#, "transaction", "wrong_type")]
    fn refused_updates(#[case] body: &str, #[case] path: &str, #[case] code: &'static str) {
        assert_eq!(updated(body), Err(vec![(path.to_owned(), code)]));
    }

    #[test]
    fn contacts_are_deleted_only_by_filter_and_count() {
        let asked = |query: &str| {
            let (body, query) = (json::Object::default(), Query::parse(query));
            delete_matching(Read { body: &body, query: &query }).map(|(_, count)| count).map_err(fields)
        };
        let required = |names: &[&str]| -> Result<u64, _> {
            Err(names.iter().map(|name| ((*name).to_owned(), "required")).collect::<Vec<_>>())
        };
        assert_eq!(asked(""), required(&["group_id", "confirm"]));
        assert_eq!(asked("confirm=5&type=all"), required(&["group_id"]));
        assert_eq!(asked("group_id=64a00ec7c5e487d95dcb0d5c"), required(&["confirm"]));
        assert_eq!(asked("group_id=64a00ec7c5e487d95dcb0d5c&confirm=12"), Ok(12));
        assert_eq!(asked("q=amina&confirm=12"), Ok(12));
        assert_eq!(
            asked("group_id=64a00ec7c5e487d95dcb0d5c&confirm=%2B1"),
            Err(vec![("confirm".to_owned(), "malformed")])
        );
    }

    proptest! {
        #[test]
        fn numbers_come_through_digit_by_digit(digits in "0|[1-9][0-9]{0,255}") {
            let contact = created(&format!(r#"{{"number": {digits}}}"#)).unwrap();
            prop_assert_eq!(contact.number.as_str(), digits);
        }
    }

    /// The JSON of a contact, sent back whole, changes nothing that is its own.
    #[test]
    fn ignores_what_is_not_to_be_set() {
        let body = r#"{"_id": "x", "client_id": "y", "createdAt": 1, "updatedAt": 2, "__v": 3}"#;
        assert_eq!(updated(body), Ok(ContactChanges::default()));
    }
}
