//! Words for schemas: what holds for the values of many resources is said here once.

use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{KnownFormat, Ref, RefOr, SchemaFormat};

/// A schema, or the name of one.
pub type Shape = RefOr<Schema>;

/// Control characters, none of which a text for people may hold but at its ends, where they are trimmed.
const CONTROLS: &str = r"\u0000-\u001f\u007f-\u009f";
const TRIMMED: &str = r"[\t-\r \u0085]*";

/// One of the schemas that have names.
pub fn named(name: &str) -> Shape {
    Ref::from_schema_name(name).into()
}

pub fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text in which each character is allowed that isn't a control, of so many at most.
pub fn line(most: usize) -> ObjectBuilder {
    string().max_length(Some(most)).pattern(Some(format!("^{TRIMMED}[^{CONTROLS}]*{TRIMMED}$")))
}

/// The same, of something: white space alone is nothing.
pub fn full_line(most: usize) -> ObjectBuilder {
    let pattern = format!(r"^{TRIMMED}[^{CONTROLS}]*[^{CONTROLS}\s][^{CONTROLS}]*{TRIMMED}$");
    string().min_length(Some(1)).max_length(Some(most)).pattern(Some(pattern))
}

/// One of these words.
pub fn word<'a>(words: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    string().enum_values(Some(words))
}

/// Only this.
pub fn always(value: bool) -> ObjectBuilder {
    boolean().enum_values(Some([value]))
}

pub fn boolean() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

pub fn integer() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer)
}

/// How many there are.
pub fn count() -> ObjectBuilder {
    integer().minimum(Some(0))
}

pub fn list(of: impl Into<Shape>) -> ArrayBuilder {
    ArrayBuilder::new().items(of.into())
}

/// An object that always has these members.
pub fn object<const N: usize>(members: [(&str, Shape); N]) -> ObjectBuilder {
    members.into_iter().fold(ObjectBuilder::new().schema_type(Type::Object), |object, (name, shape)| {
        object.property(name, shape).required(name)
    })
}

/// An object that may have these members.
pub fn members<const N: usize>(members: [(&str, Shape); N]) -> ObjectBuilder {
    members
        .into_iter()
        .fold(ObjectBuilder::new().schema_type(Type::Object), |object, (name, shape)| object.property(name, shape))
}

/// Null, or a value of this type.
pub fn or_null(shape: ObjectBuilder) -> ObjectBuilder {
    let mut object = shape.build();
    if let SchemaType::Type(known) = object.schema_type {
        object.schema_type = [known, Type::Null].into_iter().collect();
    }
    object.into()
}

/// One of several shapes.
pub fn any_of<const N: usize>(shapes: [Shape; N]) -> AnyOfBuilder {
    shapes.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item)
}

/// What has a name, or null.
pub fn named_or_null(name: &str) -> Shape {
    any_of([named(name), ObjectBuilder::new().schema_type(Type::Null).into()]).into()
}

/// An id in the form that is taken.
pub fn id() -> ObjectBuilder {
    string().pattern(Some("^[0-9a-fA-F]{24}$")).examples(["64a87271eccf5b76ca8e15ee"])
}

/// What several resources use.
pub fn shared() -> Vec<(String, Shape)> {
    let uuid = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
    let id = string()
        .pattern(Some("^[0-9a-f]{24}$"))
        .description(Some("24 hexadecimal digits, by which things sort as they were made. Taken in either case."))
        .examples(["64a87271eccf5b76ca8e15ee"]);
    let uuid =
        string().pattern(Some(uuid)).description(Some("A UUID.")).examples(["0197a3c8-4f2e-7c31-9d0c-1f2e3d4c5b6a"]);
    let time = string()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("RFC 3339 in UTC, to the millisecond."))
        .examples(["2023-07-07T20:15:45.962Z"]);
    let deleted = || {
        let ok = integer().enum_values(Some([1]));
        object([("n", count().into()), ("ok", ok.into()), ("deletedCount", count().into())])
    };
    let contacts = count().description(Some("How many contacts moved or went along."));
    let page = object([
        ("next_cursor", or_null(string()).description(Some("Leads to the next page; null on the last.")).into()),
        ("has_more", boolean().into()),
    ]);
    let shapes: [(&str, Shape); 6] = [
        ("Id", id.into()),
        ("Uuid", uuid.into()),
        ("Time", time.into()),
        ("Deleted", deleted().description(Some("How many things are gone.")).into()),
        ("DeletedWithContacts", deleted().property("contacts", contacts).required("contacts").into()),
        ("Page", page.into()),
    ];
    shapes.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect()
}
