//! What is asked of an import: the same for flags and for the parameters of a call.

use encoding_rs::Encoding;
use form_urlencoded::Serializer;
use roster_domain::{Invalid, InvalidCode, MatchBy, OnMatch};

use crate::{ColumnMap, SourceFormat};

/// What is asked of an import. What is `None` nobody said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRequest {
    /// The format [by default: what the file looks like].
    pub format: Option<SourceFormat>,
    /// The encoding by any of its names [by default: what the file looks like].
    pub encoding: Option<String>,
    /// Which column is what, where the header doesn't say it in words that are known.
    pub map: Option<ColumnMap>,
    /// Whether each number of a card or a row makes a contact, instead of the first mobile one.
    pub each_number: bool,
    /// What makes a row and a contact the same [by default [`MatchBy::Number`], of a dump [`MatchBy::Id`]]. By
    /// [`MatchBy::Id`] new contacts keep the ids of the file, and a row without one goes by its number; by
    /// [`MatchBy::Number`] they are given new ones, since an id is one contact's of all clients of a user.
    pub by: Option<MatchBy>,
    /// What comes of a contact that matches [by default [`OnMatch::FillBlanks`], of a dump [`OnMatch::Skip`]].
    pub on_match: Option<OnMatch>,
    /// Where all of them go, whatever the file says: a group of the client, by its id or its title.
    pub group: Option<String>,
    /// Whether groups that aren't there are made, if their titles are known.
    pub create_groups: bool,
}

impl ImportRequest {
    /// The names of all there is to ask.
    pub const NAMES: &[&str] =
        &["format", "encoding", "map", "each_number", "match", "on_match", "group", "create_groups"];

    /// Asks for this.
    ///
    /// # Errors
    /// When the value can't be one of it, or nothing has this name.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Invalid> {
        match name {
            "format" => self.format = Some(Self::parse_format(value)?),
            "encoding" => self.encoding = Some(Self::parse_encoding(value)?),
            "map" => self.map = Some(ColumnMap::parse(value)?),
            "each_number" => self.each_number = yes_or_no(value)?,
            "match" => self.by = Some(Self::parse_match(value)?),
            "on_match" => self.on_match = Some(Self::parse_on_match(value)?),
            "group" => self.group = Some(Self::parse_group(value)?),
            "create_groups" => self.create_groups = yes_or_no(value)?,
            _ => {
                let known = Self::NAMES.join(", ");
                return Err(Invalid::new(InvalidCode::Unknown, format!("must be one of {known}")));
            }
        }
        Ok(())
    }

    /// What was said, by the names of [`Self::NAMES`] and in their order.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let yes = |is_asked: bool| is_asked.then(|| "true".to_owned());
        let all = [
            ("format", self.format.map(|format| format.as_str().to_owned())),
            ("encoding", self.encoding.clone()),
            ("map", self.map.as_ref().map(ToString::to_string)),
            ("each_number", yes(self.each_number)),
            ("match", self.by.map(|by| match_word(by).to_owned())),
            ("on_match", self.on_match.map(|on_match| on_match_word(on_match).to_owned())),
            ("group", self.group.clone()),
            ("create_groups", yes(self.create_groups)),
        ];
        all.into_iter().filter_map(|(name, said)| Some((name, said?))).collect()
    }

    /// What was said, as the parameters of a call: to be kept with the import.
    #[must_use]
    pub fn to_text(&self) -> String {
        Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    /// What [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// When something else did.
    pub fn from_text(text: &str) -> Result<Self, Invalid> {
        let mut request = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            request.set(&name, &value)?;
        }
        Ok(request)
    }

    /// A format by its word.
    ///
    /// # Errors
    /// When it is no word of one.
    pub fn parse_format(word: &str) -> Result<SourceFormat, Invalid> {
        SourceFormat::of_word(word).ok_or_else(|| no_such_word("must be csv, vcard, json, ndjson or bson"))
    }

    /// An encoding by any of its names, which stays as it was said.
    ///
    /// # Errors
    /// When none has that name.
    pub fn parse_encoding(name: &str) -> Result<String, Invalid> {
        match Encoding::for_label(name.as_bytes()) {
            Some(_) => Ok(name.to_owned()),
            None => Err(no_such_word("must be the name of an encoding, such as windows-1252")),
        }
    }

    /// What makes a row and a contact the same, by its word.
    ///
    /// # Errors
    /// When it is no word of that.
    pub fn parse_match(word: &str) -> Result<MatchBy, Invalid> {
        let known = MATCHES.into_iter().find(|by| match_word(*by) == word);
        known.ok_or_else(|| no_such_word("must be number or _id"))
    }

    /// The words of [`Self::parse_match`].
    #[must_use]
    pub fn match_words() -> [&'static str; 2] {
        MATCHES.map(match_word)
    }

    /// What comes of a contact that matches, by its word.
    ///
    /// # Errors
    /// When it is no word of that.
    pub fn parse_on_match(word: &str) -> Result<OnMatch, Invalid> {
        let known = ON_MATCHES.into_iter().find(|on_match| on_match_word(*on_match) == word);
        known.ok_or_else(|| no_such_word("must be skip, update, fill_blanks or add"))
    }

    /// The words of [`Self::parse_on_match`].
    #[must_use]
    pub fn on_match_words() -> [&'static str; 4] {
        ON_MATCHES.map(on_match_word)
    }

    /// A group's id or title, whichever it is: that is known once the client's groups are.
    ///
    /// # Errors
    /// When it is empty.
    pub fn parse_group(text: &str) -> Result<String, Invalid> {
        match text {
            "" => Err(Invalid::new(InvalidCode::Required, "must not be empty")),
            text => Ok(text.to_owned()),
        }
    }

    /// What is done where nobody says: what the client has already is kept, and given what it lacks; of a dump, which
    /// may be imported once more, it is left alone.
    pub(crate) fn matching(&self, is_dump: bool) -> (MatchBy, OnMatch) {
        let (by, on_match) =
            if is_dump { (MatchBy::Id, OnMatch::Skip) } else { (MatchBy::Number, OnMatch::FillBlanks) };
        (self.by.unwrap_or(by), self.on_match.unwrap_or(on_match))
    }
}

const MATCHES: [MatchBy; 2] = [MatchBy::Number, MatchBy::Id];

const fn match_word(by: MatchBy) -> &'static str {
    match by {
        MatchBy::Number => "number",
        MatchBy::Id => "_id",
    }
}

const ON_MATCHES: [OnMatch; 4] = [OnMatch::FillBlanks, OnMatch::Update, OnMatch::Skip, OnMatch::Add];

const fn on_match_word(on_match: OnMatch) -> &'static str {
    match on_match {
        OnMatch::Skip => "skip",
        OnMatch::Update => "update",
        OnMatch::FillBlanks => "fill_blanks",
        OnMatch::Add => "add",
    }
}

/// Yes or no, as a parameter says it.
///
/// # Errors
/// When it is no word of either.
pub fn yes_or_no(word: &str) -> Result<bool, Invalid> {
    match word {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(Invalid::new(InvalidCode::Malformed, "must be true or false")),
    }
}

fn no_such_word(message: &'static str) -> Invalid {
    Invalid::new(InvalidCode::Malformed, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;
    use rstest::rstest;

    fn requests() -> impl Strategy<Value = ImportRequest> {
        let maps = "(name=[a-z&=+%0-9 ]{0,8}[a-z],)?number=([1-9][0-9]?|[ -+\\-->@-~é]{0,8}[a-z])";
        (
            option::of(select(SourceFormat::ALL.to_vec())),
            option::of(select(vec!["utf-8", "Windows-1252", "latin1"])),
            option::of(maps.prop_map(|text| ColumnMap::parse(&text).unwrap())),
            any::<bool>(),
            option::of(select(MATCHES.to_vec())),
            option::of(select(ON_MATCHES.to_vec())),
            option::of(".{1,12}"),
            any::<bool>(),
        )
            .prop_map(|(format, encoding, map, each_number, by, on_match, group, create_groups)| {
                ImportRequest {
                    format,
                    encoding: encoding.map(str::to_owned),
                    map,
                    each_number,
                    by,
                    on_match,
                    group,
                    create_groups,
                }
            })
    }

    proptest! {
        #[test]
        fn what_was_asked_is_read_back(request in requests()) {
            prop_assert_eq!(ImportRequest::from_text(&request.to_text()), Ok(request.clone()));
            prop_assert!(request.pairs().iter().all(|(name, _)| ImportRequest::NAMES.contains(name)));
        }

        #[test]
        fn never_panics(text: String) {
            let _ = ImportRequest::from_text(&text);
        }
    }

    #[test]
    fn what_nobody_said_is_not_shown() {
        assert_eq!((ImportRequest::default().pairs(), ImportRequest::default().to_text()), (vec![], String::new()));
        let mut request = ImportRequest::default();
        for (name, value) in [("on_match", "add"), ("create_groups", "1"), ("each_number", "0"), ("group", "Book club")]
        {
            request.set(name, value).unwrap();
        }
        assert_eq!(request.to_text(), "on_match=add&group=Book+club&create_groups=true");
    }

    #[rstest]
    #[case("format", "xlsx", "must be csv, vcard, json, ndjson or bson")]
    #[case("encoding", "klingon", "must be the name of an encoding, such as windows-1252")]
    #[case("map", "number", "must be fields and columns, as in number=Phone,name=2")]
    #[case("each_number", "yes", "must be true or false")]
    #[case("match", "name", "must be number or _id")]
    #[case("on_match", "replace", "must be skip, update, fill_blanks or add")]
    #[case("group", "", "must not be empty")]
    #[case("create_groups", "", "must be true or false")]
    fn what_cant_be_asked(#[case] name: &str, #[case] value: &str, #[case] message: &str) {
        let refused = ImportRequest::default().set(name, value);
        assert_eq!(refused.map_err(|invalid| invalid.message.into_owned()), Err(message.to_owned()));
        assert!(
            ImportRequest::default().set("colour", "red").is_err_and(|invalid| invalid.code == InvalidCode::Unknown)
        );
    }

    #[rstest]
    #[case(false, (MatchBy::Number, OnMatch::FillBlanks))]
    #[case(true, (MatchBy::Id, OnMatch::Skip))]
    fn what_is_done_where_nobody_says(#[case] is_dump: bool, #[case] usual: (MatchBy, OnMatch)) {
        assert_eq!(ImportRequest::default().matching(is_dump), usual);
        let said = ImportRequest { on_match: Some(OnMatch::Update), ..ImportRequest::default() };
        assert_eq!(said.matching(is_dump), (usual.0, OnMatch::Update));
    }
}
