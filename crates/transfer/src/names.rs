//! A name out of its parts.

/// The parts of a name as products export them, in the order in which they are read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamePart {
    Prefix,
    First,
    Middle,
    Last,
    Suffix,
}

impl NamePart {
    pub const ALL: [Self; 5] = [Self::Prefix, Self::First, Self::Middle, Self::Last, Self::Suffix];
}

/// Appends the parts that aren't blank, with a space between.
pub fn join<'a>(parts: impl IntoIterator<Item = &'a str>, name: &mut String) {
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(part);
    }
}
