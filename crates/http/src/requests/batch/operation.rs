//! One operation of a batch.

use roster_domain::{
    ContactChanges, ContactId, Invalid, InvalidCode, MatchBy, OnMatch, Operation, Precondition, Target, Upsert,
};

use super::{Asked, Maker};
use crate::conditional;
use crate::json::{Json, Object};
use crate::problems::Problems;
use crate::requests::contacts;
use crate::requests::fields::{Fields, id, text, wrong_type};

/// Reads it, with all that is wrong with it.
pub fn operation(object: &Object, maker: Maker<'_>) -> Result<Asked, Problems> {
    let mut fields = Fields::of(object);
    let word = fields.required("op", text(word));
    let asked = match word {
        None => None,
        Some(Word::Create) => create(&mut fields, maker),
        Some(Word::Upsert) => upsert(&mut fields, maker),
        Some(Word::Update) => update(&mut fields),
        Some(Word::Move) => r#move(&mut fields),
        Some(Word::Delete) => delete(&mut fields),
    };
    match (asked, fields.into_problems()) {
        (Some(asked), problems) if problems.is_empty() => Ok(asked),
        (_, problems) => Err(problems),
    }
}

enum Word {
    Create,
    Update,
    Upsert,
    Delete,
    Move,
}

fn word(text: &str) -> Result<Word, Invalid> {
    match text {
        "create" => Ok(Word::Create),
        "update" => Ok(Word::Update),
        "upsert" => Ok(Word::Upsert),
        "delete" => Ok(Word::Delete),
        "move" => Ok(Word::Move),
        _ => Err(Invalid::new(InvalidCode::Malformed, "must be create, update, upsert, delete or move")),
    }
}

/// `contact`: as `POST /contact` takes it.
fn create(fields: &mut Fields<'_>, maker: Maker<'_>) -> Option<Asked> {
    refuse_precondition(fields);
    let given = within(fields, "contact", contacts::given)?;
    let contact = contacts::made(given, maker.ids.next(maker.now), maker.now);
    Some(Asked { operation: Operation::Create(contact), group_path: "contact.group_id" })
}

/// `by`, `on_match`, and `contact` as `POST /contact` takes it: by `_id` with one.
fn upsert(fields: &mut Fields<'_>, maker: Maker<'_>) -> Option<Asked> {
    refuse_precondition(fields);
    let by = fields.optional("by", text(by)).unwrap_or(MatchBy::Number);
    let on_match = fields.optional("on_match", text(on_match)).unwrap_or(OnMatch::Update);
    let (own, (number, given)) = within(fields, "contact", |contact| {
        let own = match by {
            MatchBy::Number => Ok(None),
            MatchBy::Id => own_id(contact).map(Some),
        };
        both(own, contacts::given(contact))
    })?;
    let id = own.unwrap_or_else(|| maker.ids.next(maker.now));
    let contact = contacts::made((number.clone(), given.clone()), id, maker.now);
    let given = ContactChanges { number: Some(number), ..given };
    let upsert = Upsert { contact, by, given, on_match };
    Some(Asked { operation: Operation::Upsert(upsert), group_path: "contact.group_id" })
}

/// `_id` or `number`, `set` as `PUT /contact/{id}` takes it, and `if_match`.
fn update(fields: &mut Fields<'_>) -> Option<Asked> {
    let (target, precondition) = (target(fields), precondition(fields));
    let changes = within(fields, "set", contacts::changes)?;
    let operation = Operation::Update { target: target?, changes, precondition };
    Some(Asked { operation, group_path: "set.group_id" })
}

/// `_id` or `number`, `group_id`, and `if_match`.
fn r#move(fields: &mut Fields<'_>) -> Option<Asked> {
    let (target, precondition) = (target(fields), precondition(fields));
    let group_id = fields.required("group_id", id)?;
    let changes = ContactChanges { group_id: Some(group_id), ..ContactChanges::default() };
    let operation = Operation::Update { target: target?, changes, precondition };
    Some(Asked { operation, group_path: "group_id" })
}

/// `_id` or `number`, and `if_match`.
fn delete(fields: &mut Fields<'_>) -> Option<Asked> {
    let (target, precondition) = (target(fields), precondition(fields));
    Some(Asked { operation: Operation::Delete { target: target?, precondition }, group_path: "group_id" })
}

/// Which contact: one way of saying so, not two that may disagree.
fn target(fields: &mut Fields<'_>) -> Option<Target> {
    let id = fields.optional("_id", id::<ContactId>);
    let number = fields.optional("number", contacts::number);
    match (fields.get("_id"), fields.get("number")) {
        (None, None) => {
            fields.problems().say("_id", InvalidCode::Required, "is required, or number: which contact is meant");
        }
        (Some(_), Some(_)) => fields.problems().say("number", InvalidCode::NotAllowed, "is not allowed beside _id"),
        (Some(_), None) | (None, Some(_)) => {}
    }
    id.map(Target::Id).or(number.map(Target::Number))
}

fn precondition(fields: &mut Fields<'_>) -> Precondition {
    fields.optional("if_match", text(conditional::precondition_in)).unwrap_or(Precondition::Exists)
}

/// Passed over, it would be taken for kept.
fn refuse_precondition(fields: &mut Fields<'_>) {
    if fields.get("if_match").is_some() {
        let message = "is allowed only with update, delete and move";
        fields.problems().say("if_match", InvalidCode::NotAllowed, message);
    }
}

fn by(text: &str) -> Result<MatchBy, Invalid> {
    match text {
        "number" => Ok(MatchBy::Number),
        "_id" => Ok(MatchBy::Id),
        _ => Err(Invalid::new(InvalidCode::Malformed, "must be number or _id")),
    }
}

fn on_match(text: &str) -> Result<OnMatch, Invalid> {
    match text {
        "update" => Ok(OnMatch::Update),
        "fill_blanks" => Ok(OnMatch::FillBlanks),
        "skip" => Ok(OnMatch::Skip),
        _ => Err(Invalid::new(InvalidCode::Malformed, "must be update, fill_blanks or skip")),
    }
}

fn own_id(contact: &Object) -> Result<ContactId, Problems> {
    let mut fields = Fields::of(contact);
    let id = fields.required("_id", id);
    id.ok_or_else(|| fields.into_problems())
}

fn both<A, B>(first: Result<A, Problems>, second: Result<B, Problems>) -> Result<(A, B), Problems> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (Err(mut first), Err(second)) => {
            first.append(second);
            Err(first)
        }
        (Err(problems), Ok(_)) | (Ok(_), Err(problems)) => Err(problems),
    }
}

/// Reads the object at a member that must be there.
fn within<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: impl FnOnce(&Object) -> Result<T, Problems>,
) -> Option<T> {
    let inner = match fields.get(name) {
        None => return fields.required(name, |_| Err(wrong_type("must be an object"))),
        Some(Json::Object(inner)) => inner,
        Some(_) => return fields.optional(name, |_| Err(wrong_type("must be an object"))),
    };
    read(inner).map_err(|problems| fields.problems().add_all(name, problems)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use proptest::prelude::*;
    use roster_domain::{
        Channel, ContactName, GroupId, IdSource, NewContact, Number, ObjectId, SurveySortId, Timestamp, Transaction,
        TransactionChanges,
    };
    use roster_testkit::SeededEntropy;
    use rstest::rstest;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const ID: &str = "64a87271eccf5b76ca8e15ee";
    const GROUP: &str = "64a00ec7c5e487d95dcb0d5c";

    fn source() -> IdSource {
        IdSource::new(&SeededEntropy::new(1))
    }

    fn read(text: &str) -> Result<Asked, Vec<(String, &'static str)>> {
        let (object, ids) = (json::parse(text.as_bytes()).unwrap(), source());
        operation(&object, Maker { ids: &ids, now: NOW }).map_err(|problems| {
            let told = problems.into_vec().into_iter();
            told.map(|problem| (problem.path.into_owned(), problem.invalid.code.as_str())).collect()
        })
    }

    #[rstest]
    #[case(json!({}), &[("op", "required")])]
    #[case(json!({ "op": "creat" }), &[("op", "malformed")])]
    #[case(json!({ "op": 5 }), &[("op", "wrong_type")])]
    #[case(json!({ "op": "create" }), &[("contact", "required")])]
    #[case(json!({ "op": "create", "contact": null }), &[("contact", "null")])]
    #[case(json!({ "op": "create", "contact": [] }), &[("contact", "wrong_type")])]
    #[case(json!({ "op": "create", "contact": { "number": "", "transaction": { "survey_id": 1 } } }),
        &[("contact.number", "required"), ("contact.transaction.survey_id", "wrong_type")])]
    #[case(json!({ "op": "create", "contact": { "number": "1" }, "if_match": "*" }), &[("if_match", "not_allowed")])]
    #[case(json!({ "op": "upsert", "by": "name", "on_match": "add", "contact": { "number": "1" } }),
        &[("by", "malformed"), ("on_match", "malformed")])]
    #[case(json!({ "op": "upsert", "by": "_id", "contact": {} }),
        &[("contact._id", "required"), ("contact.number", "required")])]
    #[case(json!({ "op": "upsert", "by": "_id", "contact": { "_id": "x", "number": "1" } }), &[("contact._id", "malformed")])]
    #[case(json!({ "op": "update", "_id": ID, "number": "1", "set": {} }), &[("number", "not_allowed")])]
    #[case(json!({ "op": "update", "_id": null }), &[("_id", "null"), ("set", "required")])]
    #[case(json!({ "op": "update", "number": "1", "set": { "group_id": null } }), &[("set.group_id", "null")])]
    #[case(json!({ "op": "update", "number": "1", "set": {}, "if_match": "x" }), &[("if_match", "malformed")])]
    #[case(json!({ "op": "delete", "number": -1, "if_match": 5 }), &[("number", "malformed"), ("if_match", "wrong_type")])]
    #[case(json!({ "op": "move", "_id": ID }), &[("group_id", "required")])]
    #[case(json!({ "op": "move", "group_id": "x" }), &[("_id", "required"), ("group_id", "malformed")])]
    fn all_problems_come_at_once(#[case] sent: Value, #[case] expected: &[(&str, &'static str)]) {
        let expected: Vec<_> = expected.iter().map(|(path, code)| ((*path).to_owned(), *code)).collect();
        assert_eq!(read(&sent.to_string()), Err(expected));
    }

    #[test]
    fn a_number_may_be_digits() {
        let asked = read(r#"{"op": "delete", "number": 120363045767536459}"#).unwrap();
        let target = Target::Number(Number::parse("120363045767536459").unwrap());
        assert_eq!(asked.operation, Operation::Delete { target, precondition: Precondition::Exists });
    }

    #[test]
    fn an_upsert_by_number_passes_over_an_id() {
        let asked = read(&json!({ "op": "upsert", "contact": { "_id": "x", "number": "1" } }).to_string()).unwrap();
        let Operation::Upsert(upsert) = asked.operation else { panic!("{asked:?}") };
        assert_eq!((upsert.by, upsert.on_match), (MatchBy::Number, OnMatch::Update));
        assert_eq!(upsert.contact.id, source().next(NOW));
    }

    /// What a contact may have, each of it or not.
    fn changes() -> impl Strategy<Value = ContactChanges> {
        let name = "\\PC{0,20}".prop_filter_map("a name", |text| ContactName::parse(&text).ok());
        let channel = "[a-z0-9_]{1,32}".prop_map(|text| Channel::parse(&text).unwrap());
        let survey = prop::option::of(any::<[u8; 12]>().prop_map(ObjectId::from_bytes));
        let sort = prop_oneof![
            any::<i64>().prop_map(|integer| Some(SurveySortId::parse_integer(&integer.to_string()).unwrap())),
            "[a-z]{1,9}".prop_map(|text| Some(SurveySortId::parse_text(&text).unwrap())),
            Just(None),
        ];
        (
            prop::option::of(name),
            prop::option::of(number()),
            prop::option::of(any::<[u8; 12]>().prop_map(|bytes| GroupId::from(ObjectId::from_bytes(bytes)))),
            prop::option::of(channel),
            prop::option::of(survey),
            prop::option::of(sort),
        )
            .prop_map(|(name, number, group_id, channel, survey_id, survey_sort_id)| ContactChanges {
                name,
                number,
                group_id,
                channel,
                transaction: TransactionChanges { survey_id, survey_sort_id },
            })
    }

    fn number() -> impl Strategy<Value = Number> {
        "\\PC{1,20}".prop_filter_map("a number", |text| Number::parse(&text).ok())
    }

    /// As somebody would write it.
    fn written(changes: &ContactChanges) -> Value {
        let mut members = json!({});
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members[name] = value;
            }
        };
        set("name", changes.name.as_ref().map(|name| json!(name.as_str())));
        set("number", changes.number.as_ref().map(|number| json!(number.as_str())));
        set("group_id", changes.group_id.map(|id| json!(id.to_string())));
        set("channel", changes.channel.as_ref().map(|channel| json!(channel.as_str())));
        let mut transaction = json!({});
        if let Some(survey_id) = changes.transaction.survey_id {
            transaction["survey_id"] = json!(survey_id.map(|id| id.to_string()));
        }
        if let Some(sort) = &changes.transaction.survey_sort_id {
            transaction["survey_sort_id"] = match sort {
                Some(SurveySortId::Integer(integer)) => json!(integer),
                Some(SurveySortId::Text(text)) => json!(text),
                None => Value::Null,
            };
        }
        set("transaction", Some(transaction));
        members
    }

    fn contact(given: &ContactChanges, id: ContactId) -> NewContact {
        NewContact {
            id,
            group_id: given.group_id,
            name: given.name.clone().unwrap_or_else(|| ContactName::parse("").unwrap()),
            number: given.number.clone().unwrap(),
            channel: given.channel.clone().unwrap_or_default(),
            transaction: Transaction {
                survey_id: given.transaction.survey_id.flatten(),
                survey_sort_id: given.transaction.survey_sort_id.clone().flatten(),
            },
            created_at: NOW,
            updated_at: NOW,
            legacy_version: 0,
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(given in changes(), number in number(), id: [u8; 12], by_id: bool) {
            let id = ContactId::from(ObjectId::from_bytes(id));
            let given = ContactChanges { number: Some(number.clone()), ..given };
            let made = source().next(NOW);

            let asked = read(&json!({ "op": "create", "contact": written(&given) }).to_string()).unwrap();
            prop_assert_eq!(asked.operation, Operation::Create(contact(&given, made)));

            let mut upserted = written(&given);
            upserted["_id"] = json!(id.to_string());
            let by = if by_id { "_id" } else { "number" };
            let asked =
                read(&json!({ "op": "upsert", "by": by, "on_match": "fill_blanks", "contact": upserted }).to_string());
            let upsert = Upsert {
                contact: contact(&given, if by_id { id } else { made }),
                by: if by_id { MatchBy::Id } else { MatchBy::Number },
                given: given.clone(),
                on_match: OnMatch::FillBlanks,
            };
            prop_assert_eq!(asked.unwrap().operation, Operation::Upsert(upsert));

            let (target, member) = if by_id {
                (Target::Id(id), ("_id", id.to_string()))
            } else {
                (Target::Number(number.clone()), ("number", number.as_str().to_owned()))
            };
            let mut sent = json!({ "op": "update", "set": written(&given), "if_match": "\"18bcfe56800-2\"" });
            sent[member.0] = json!(member.1);
            let asked = read(&sent.to_string()).unwrap();
            let precondition = conditional::precondition_in("\"18bcfe56800-2\"").unwrap();
            prop_assert!(matches!(&precondition, Precondition::OneOf(versions) if versions.len() == 1));
            prop_assert_eq!(
                asked.operation,
                Operation::Update { target: target.clone(), changes: given, precondition: precondition.clone() }
            );

            let mut sent = json!({ "op": "move", "group_id": GROUP });
            sent[member.0] = json!(member.1);
            let changes = ContactChanges { group_id: Some(GroupId::parse(GROUP).unwrap()), ..ContactChanges::default() };
            prop_assert_eq!(
                read(&sent.to_string()).unwrap().operation,
                Operation::Update { target: target.clone(), changes, precondition: Precondition::Exists }
            );

            let mut sent = json!({ "op": "delete", "if_match": "\"18bcfe56800-2\"" });
            sent[member.0] = json!(member.1);
            prop_assert_eq!(read(&sent.to_string()).unwrap().operation, Operation::Delete { target, precondition });
        }

        #[test]
        fn never_panics(text in r#"\{("(op|by|set|contact|number|_id|if_match|on_match|group_id)":("create"|"upsert"|"update"|"move"|"delete"|"_id"|\{\}|\[\]|null|1|""),?){0,6}"#) {
            if let Ok(object) = json::parse(format!("{}}}", text.trim_end_matches(',')).as_bytes()) {
                let ids = source();
                let _ = operation(&object, Maker { ids: &ids, now: NOW });
            }
        }
    }
}
