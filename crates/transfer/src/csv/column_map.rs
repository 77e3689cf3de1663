//! Which column is what, where somebody says it.

use std::fmt;

use roster_domain::{Invalid, InvalidCode};

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The whole name.
    Name,
    /// A part of the name.
    FirstName,
    /// A part of the name.
    LastName,
    /// The number.
    Number,
    /// The title of a group.
    Group,
    /// `group_id`.
    GroupId,
    /// The platform.
    Channel,
    /// `_id`.
    Id,
    /// `createdAt`, in RFC 3339.
    CreatedAt,
    /// `updatedAt`, in RFC 3339.
    UpdatedAt,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 10] = [
        Self::Name,
        Self::FirstName,
        Self::LastName,
        Self::Number,
        Self::Group,
        Self::GroupId,
        Self::Channel,
        Self::Id,
        Self::CreatedAt,
        Self::UpdatedAt,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Number => "number",
            Self::Group => "group",
            Self::GroupId => "group_id",
            Self::Channel => "channel",
            Self::Id => "_id",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
        }
    }
}

/// Which column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one with this header.
    Named(String),
    /// The one at this place, from 1.
    At(usize),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::At(place) => write!(f, "{place}"),
        }
    }
}

/// Says of some fields which column holds them. Such a field is taken from there alone; the others are found by the
/// header as usual. Where all columns are given by their places, the file may do without a header: its first line is
/// one only if that names a number in words that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMap {
    entries: Vec<(Field, Target)>,
}

impl ColumnMap {
    /// Reads `name=Full_Name,number=Phone`; a column that is a whole number is a place, from 1.
    ///
    /// # Errors
    /// When it isn't a list of such pairs, or a field isn't known or comes twice.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let malformed =
            || Invalid::new(InvalidCode::Malformed, "must be fields and columns, as in number=Phone,name=2");
        let mut map = Self::default();
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (field, column) = pair.split_once('=').ok_or_else(malformed)?;
            let (field, column) = (field.trim(), column.trim());
            let field = Field::ALL.into_iter().find(|known| known.as_str() == field).ok_or_else(|| {
                let known = Field::ALL.map(Field::as_str).join(", ");
                Invalid::new(InvalidCode::Unknown, format!("must map these fields: {known}"))
            })?;
            if column.is_empty() || column == "0" {
                return Err(malformed());
            }
            if map.target(field).is_some() {
                return Err(Invalid::new(InvalidCode::Repeated, "must map each field once"));
            }
            map = match column.parse() {
                Ok(place) => map.at(field, place),
                Err(_) => map.named(field, column),
            };
        }
        Ok(map)
    }

    /// With this field from the column with this header, which may hold anything.
    #[must_use]
    pub fn named(mut self, field: Field, column: impl Into<String>) -> Self {
        self.entries.push((field, Target::Named(column.into())));
        self
    }

    /// With this field from the column at this place, from 1.
    #[must_use]
    pub fn at(mut self, field: Field, place: usize) -> Self {
        self.entries.push((field, Target::At(place)));
        self
    }

    pub(crate) fn target(&self, field: Field) -> Option<&Target> {
        self.entries.iter().find(|(mapped, _)| *mapped == field).map(|(_, target)| target)
    }

    pub(crate) fn entries(&self) -> &[(Field, Target)] {
        &self.entries
    }

    /// Whether the columns are all given by their places.
    pub(crate) fn is_by_place(&self) -> bool {
        !self.entries.is_empty() && self.entries.iter().all(|(_, target)| matches!(target, Target::At(_)))
    }

    /// What the column of this name is, if it is mapped: so that members of objects can be mapped too.
    pub(crate) fn field_of(&self, name: &str) -> Option<Field> {
        let is_it = |target: &Target| matches!(target, Target::Named(column) if column == name);
        self.entries.iter().find(|(_, target)| is_it(target)).map(|(field, _)| *field)
    }
}

/// As [`ColumnMap::parse`] reads it.
impl fmt::Display for ColumnMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (field, target)) in self.entries.iter().enumerate() {
            let between = if n == 0 { "" } else { "," };
            write!(f, "{between}{}={target}", field.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn names_and_places() {
        let map = ColumnMap::parse("name=Full_Name, number = 2").unwrap();
        assert_eq!(map, ColumnMap::default().named(Field::Name, "Full_Name").at(Field::Number, 2));
        assert_eq!(map.to_string(), "name=Full_Name,number=2");
        assert_eq!(ColumnMap::parse(""), Ok(ColumnMap::default()));
    }

    #[rstest]
    #[case("number", InvalidCode::Malformed)]
    #[case("number=", InvalidCode::Malformed)]
    #[case("number=0", InvalidCode::Malformed)]
    #[case("phone=Phone", InvalidCode::Unknown)]
    #[case("number=1,number=2", InvalidCode::Repeated)]
    fn refused(#[case] text: &str, #[case] code: InvalidCode) {
        assert_eq!(ColumnMap::parse(text).map_err(|invalid| invalid.code), Err(code));
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = ColumnMap::parse(&text);
        }
    }
}
