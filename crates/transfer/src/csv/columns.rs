//! What each column is, by its header.

use crate::names::NamePart;
use crate::reach::Reach;
use crate::{ColumnMap, Failure, Field};

use super::column_map::Target;
use super::header::OURS;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Ignored,
    Id,
    Client,
    Name,
    Part(NamePart),
    Organisation,
    Nickname,
    /// A number, to the letter.
    Number(Reach),
    /// The country code of the numbers that have none.
    CountryCode,
    /// Numbers of one label, ` ::: ` between.
    Numbers,
    Group,
    /// Groups, ` ::: ` or a semicolon between.
    Groups,
    GroupId,
    Channel,
    SurveyId,
    SurveySortId,
    CreatedAt,
    UpdatedAt,
    Version,
}

/// A column that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its place, from 0.
    pub at: usize,
    /// As the file calls it.
    pub name: String,
    pub role: Role,
    /// The column that holds the label of the number in this one.
    pub label: Option<usize>,
}

/// The columns of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Those that are read.
    pub read: Vec<Column>,
    /// How many there are.
    pub count: usize,
    /// Whether this is an export of ours, untouched: then an apostrophe before a value is no news.
    pub is_ours: bool,
    /// Whether the line that told this is a header, or already a row.
    pub has_header: bool,
}

/// So many characters of a header are repeated with every problem.
const LONGEST_NAME: usize = 128;

/// As many names as a failure repeats.
const MOST_REPEATED: usize = 100;

impl Columns {
    /// Of a file whose first line is this.
    pub fn of(first: &[&str], map: &ColumnMap) -> Result<Self, Failure> {
        let mut roles: Vec<Role> = first.iter().map(|name| role_of(name)).collect();
        let has_header = !map.is_by_place() || roles.iter().any(is_number);
        if !has_header {
            roles.fill(Role::Ignored);
        }
        for (field, _) in map.entries() {
            for role in roles.iter_mut().filter(|role| is_of(role, *field)) {
                *role = Role::Ignored;
            }
        }
        for (field, target) in map.entries() {
            let at = match target {
                // A row may have more cells than the first.
                Target::At(place) => place.saturating_sub(1),
                Target::Named(name) => place_of(first, name).ok_or_else(|| Failure::NoSuchColumn(name.clone()))?,
            };
            if at >= MOST_CELLS {
                return Err(Failure::NoSuchColumn((at + 1).to_string()));
            }
            if at >= roles.len() {
                roles.resize(at + 1, Role::Ignored);
            }
            roles[at] = role_for(*field);
        }
        if !roles.iter().any(is_number) {
            let columns = first.iter().take(MOST_REPEATED).map(|name| (*name).to_owned()).collect();
            return Err(Failure::NoNumberColumn { columns });
        }
        let name = |at: usize| match first.get(at) {
            Some(name) if has_header && !name.trim().is_empty() => name.trim().chars().take(LONGEST_NAME).collect(),
            _ => format!("column {}", at + 1),
        };
        let label = |at: usize| first.get(at).and_then(|name| label_of(name, first));
        let column = |(at, role): (usize, &Role)| {
            let label = if *role == Role::Numbers { label(at) } else { None };
            Column { at, name: name(at), role: *role, label }
        };
        let read = roles.iter().enumerate().filter(|(_, role)| **role != Role::Ignored).map(column).collect();
        Ok(Self { read, count: roles.len(), is_ours: first == OURS, has_header })
    }
}

/// More cells than this has no row.
pub const MOST_CELLS: usize = 16 * 1024;

/// How many columns of a header are known.
pub fn known(first: &[&str], map: &ColumnMap) -> usize {
    let is_named = |name: &str| {
        map.entries().iter().any(|(_, target)| matches!(target, Target::Named(named) if is_same(named, name)))
    };
    first.iter().filter(|name| is_named(name) || role_of(name) != Role::Ignored).count()
}

fn is_same(named: &str, header: &str) -> bool {
    named == header || named.trim().eq_ignore_ascii_case(header.trim())
}

fn place_of(first: &[&str], name: &str) -> Option<usize> {
    first.iter().position(|header| *header == name).or_else(|| first.iter().position(|header| is_same(name, header)))
}

fn is_number(role: &Role) -> bool {
    matches!(role, Role::Number(_) | Role::Numbers)
}

/// Whether the column holds (a part of) this field.
fn is_of(role: &Role, field: Field) -> bool {
    match field {
        Field::Name => matches!(role, Role::Name | Role::Part(_) | Role::Organisation | Role::Nickname),
        Field::FirstName => matches!(role, Role::Name | Role::Part(NamePart::First)),
        Field::LastName => matches!(role, Role::Name | Role::Part(NamePart::Last)),
        Field::Number => is_number(role) || *role == Role::CountryCode,
        Field::Group => matches!(role, Role::Group | Role::Groups),
        Field::GroupId => *role == Role::GroupId,
        Field::Channel => *role == Role::Channel,
        Field::Id => *role == Role::Id,
        Field::CreatedAt => *role == Role::CreatedAt,
        Field::UpdatedAt => *role == Role::UpdatedAt,
    }
}

const fn role_for(field: Field) -> Role {
    match field {
        Field::Name => Role::Name,
        Field::FirstName => Role::Part(NamePart::First),
        Field::LastName => Role::Part(NamePart::Last),
        Field::Number => Role::Number(Reach::Plain),
        Field::Group => Role::Group,
        Field::GroupId => Role::GroupId,
        Field::Channel => Role::Channel,
        Field::Id => Role::Id,
        Field::CreatedAt => Role::CreatedAt,
        Field::UpdatedAt => Role::UpdatedAt,
    }
}

/// What a header says, in our words, or in those of Google Contacts, Outlook, iCloud and the tools around WhatsApp.
/// Ids, times and channels only in ours: elsewhere the same word means something else.
fn role_of(header: &str) -> Role {
    match header.trim() {
        "_id" => return Role::Id,
        "client_id" => return Role::Client,
        "group_id" => return Role::GroupId,
        "channel" => return Role::Channel,
        "survey_id" => return Role::SurveyId,
        "survey_sort_id" => return Role::SurveySortId,
        "createdAt" => return Role::CreatedAt,
        "updatedAt" => return Role::UpdatedAt,
        "__v" => return Role::Version,
        _ => {}
    }
    let header = plain(header);
    match header.as_str() {
        "name" | "full name" | "fullname" | "display name" | "contact name" | "contact" | "contacts" | "saved name"
        | "customer name" | "client name" | "whatsapp name" | "public name" | "profile name" | "nombre completo"
        | "nom complet" | "nome completo" | "nama" => Role::Name,
        "name prefix" | "prefix" | "honorific prefix" => Role::Part(NamePart::Prefix),
        "first name" | "firstname" | "given name" | "first" | "vorname" | "prénom" | "nombre" | "nome" => {
            Role::Part(NamePart::First)
        }
        "middle name" | "middlename" | "additional name" | "weitere vornamen" | "segundo nombre" => {
            Role::Part(NamePart::Middle)
        }
        "last name" | "lastname" | "family name" | "surname" | "last" | "nachname" | "nom" | "apellido"
        | "apellidos" | "sobrenome" => Role::Part(NamePart::Last),
        "name suffix" | "suffix" | "honorific suffix" => Role::Part(NamePart::Suffix),
        "organization name"
        | "organization 1 name"
        | "organization"
        | "organisation"
        | "company"
        | "company name"
        | "firma"
        | "société"
        | "empresa" => Role::Organisation,
        "nickname" | "nick name" => Role::Nickname,
        "country code" | "countrycode" | "dial code" | "dialing code" | "calling code" => Role::CountryCode,
        "group" | "group name" | "contact group" => Role::Group,
        "group membership" | "labels" | "categories" | "groups" | "tags" | "kategorien" => Role::Groups,
        header => number_role(header),
    }
}

/// Words that make a column speak about a number without holding it.
const ABOUT: &[&str] = &[
    "label",
    "type",
    "name",
    "email",
    "mail",
    "country",
    "code",
    "status",
    "message",
    "account",
    "notes",
    "note",
    "url",
    "carrier",
    "extension",
    "ext",
    "id",
    "verified",
    "valid",
    "count",
    "date",
    "time",
    "template",
    "group",
    "opt",
];

fn number_role(header: &str) -> Role {
    let words = || header.split(' ');
    if let (Some("phone"), Some(place), Some("value"), None) = {
        let mut words = words();
        (words.next(), words.next(), words.next(), words.next())
    } && place.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Role::Numbers;
    }
    let speaks_of_one = match header {
        "number" | "contact number" | "no" | "numero" | "número" | "nomor" => true,
        _ => words().any(|word| word != "number" && Reach::is_word(word) && !is_vague(word)),
    };
    if !speaks_of_one || words().any(|word| ABOUT.contains(&word)) {
        return Role::Ignored;
    }
    Reach::of_label(header).map_or(Role::Ignored, Role::Number)
}

/// Words that only beside others speak of a number.
fn is_vague(word: &str) -> bool {
    matches!(word, "main" | "primary" | "pref" | "default" | "voice" | "haupt" | "principal" | "android")
}

/// The column that labels the number in the column of this header.
fn label_of(header: &str, first: &[&str]) -> Option<usize> {
    let header = plain(header);
    let numbered = header.strip_suffix(" value")?;
    first.iter().position(|name| {
        let name = plain(name);
        name.strip_prefix(numbered).is_some_and(|rest| matches!(rest, " label" | " type"))
    })
}

/// In lower case, one space between words, nothing but letters and digits.
fn plain(header: &str) -> String {
    let lower = header.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Phone", Role::Number(Reach::Plain))]
    #[case("Phone Number", Role::Number(Reach::Plain))]
    #[case("phone_number", Role::Number(Reach::Plain))]
    #[case("number", Role::Number(Reach::Plain))]
    #[case("Mobile Phone", Role::Number(Reach::Mobile))]
    #[case("Business Phone 2", Role::Number(Reach::Work))]
    #[case("Primary Phone", Role::Number(Reach::Plain))]
    #[case("WhatsApp", Role::Number(Reach::WhatsApp))]
    #[case("WhatsApp Number", Role::Number(Reach::WhatsApp))]
    #[case("Phone 1 - Value", Role::Numbers)]
    #[case("Phone 1 - Type", Role::Ignored)]
    #[case("Phone 1 - Label", Role::Ignored)]
    #[case("Home Fax", Role::Ignored)]
    #[case("Assistant's Phone", Role::Ignored)]
    #[case("TTY/TDD Phone", Role::Ignored)]
    #[case("Account Number", Role::Ignored)]
    #[case("WhatsApp Name", Role::Name)]
    #[case("Country Code", Role::CountryCode)]
    #[case("E-mail 1 - Value", Role::Ignored)]
    #[case("Given Name", Role::Part(NamePart::First))]
    #[case("Additional Name", Role::Part(NamePart::Middle))]
    #[case("Group Membership", Role::Groups)]
    #[case("Labels", Role::Groups)]
    #[case("group", Role::Group)]
    #[case("Group", Role::Group)]
    #[case("GROUP ", Role::Group)]
    #[case("createdAt", Role::CreatedAt)]
    #[case("Created At", Role::Ignored)]
    #[case("Main", Role::Ignored)]
    #[case("Home Address", Role::Ignored)]
    fn headers(#[case] header: &str, #[case] role: Role) {
        assert_eq!(role_of(header), role);
    }

    #[test]
    fn numbers_have_their_labels() {
        let first = ["Name", "Phone 1 - Type", "Phone 1 - Value", "Phone 2 - Value", "Phone 2 - Label"];
        let columns = Columns::of(&first, &ColumnMap::default()).unwrap();
        let labels: Vec<_> = columns.read.iter().map(|column| (column.at, column.label)).collect();
        assert_eq!(labels, [(0, None), (2, Some(1)), (3, Some(4))]);
    }

    #[test]
    fn what_is_mapped_is_taken_from_there_alone() {
        let map = ColumnMap::parse("number=Kontakt,name=2").unwrap();
        let columns = Columns::of(&["Phone", "Full Name", "Name", "kontakt", "group"], &map).unwrap();
        let read: Vec<_> = columns.read.iter().map(|column| (column.at, column.role)).collect();
        assert_eq!(read, [(1, Role::Name), (3, Role::Number(Reach::Plain)), (4, Role::Group)]);
    }

    #[test]
    fn places_make_a_header_needless() {
        let map = ColumnMap::parse("number=2,name=1").unwrap();
        assert!(!Columns::of(&["Amina", "2348000000001"], &map).unwrap().has_header);
        assert!(Columns::of(&["Name", "Phone"], &map).unwrap().has_header);
    }

    #[test]
    fn without_a_number_there_is_no_reading() {
        let columns = Columns::of(&["Amina", "2348000000001"], &ColumnMap::default());
        assert!(matches!(columns, Err(Failure::NoNumberColumn { columns }) if columns.len() == 2));
        let map = ColumnMap::parse("number=Phone").unwrap();
        assert!(matches!(Columns::of(&["Name"], &map), Err(Failure::NoSuchColumn(name)) if name == "Phone"));
    }
}
