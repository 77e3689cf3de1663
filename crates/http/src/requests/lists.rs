//! What a list is asked for: filters, and with `limit` which page.

use roster_domain::{Invalid, InvalidCode, Limit};

use crate::cursor::{CursorSeal, Place};
use crate::error::Code;
use crate::failure::Failure;
use crate::problems::Problems;
use crate::query::Query;

/// The filters of one kind of list.
pub trait ListFilter: Sized + PartialEq {
    /// The query parameters that hold them.
    const PARAMETERS: &[&[&str]];

    /// Reads them, noting what is wrong.
    fn read(query: &Query, problems: &mut Problems) -> Self;

    /// Writes them as they would be read, each in its one spelling.
    fn parameters(&self) -> Vec<(&'static str, String)>;
}

/// A list without filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfiltered;

impl ListFilter for Unfiltered {
    const PARAMETERS: &[&[&str]] = &[];

    fn read(_: &Query, _: &mut Problems) -> Self {
        Self
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// A list as it was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted<F, P> {
    pub filter: F,
    /// A page of so many rows; `None` is the whole list.
    pub limit: Option<Limit>,
    /// Behind this row.
    pub after: Option<P>,
}

/// Reads filters, `limit` and `cursor`. A cursor brings its filters along: others may be left out, or must equal them.
pub fn wanted<F: ListFilter, P: Place>(query: &Query, seal: &CursorSeal<'_>) -> Result<Wanted<F, P>, Failure> {
    let mut problems = Problems::default();
    let text = query.get("cursor");
    let kept = match text {
        Some(text) if query.get("limit").is_some() => {
            Some(Kept::<F, P>::open(text, seal).ok_or(Code::MalformedCursor)?)
        }
        None if query.is_undecodable("cursor") => return Err(Code::MalformedCursor.into()),
        _ => None,
    };
    let known: Vec<&[&str]> = F::PARAMETERS.iter().copied().chain([&["limit", "cursor"][..]]).collect();
    query.check(&known, &mut problems);
    // What is left out may be what allows the rest, so nothing is judged before it is all together.
    let filter = match &kept {
        Some(kept) => F::read(&query.or(&kept.query), &mut problems),
        None => F::read(query, &mut problems),
    };
    let limit = query.get("limit").and_then(|text| problems.take("limit", Limit::parse(text)));
    if text.is_some() && query.get("limit").is_none() {
        problems.say("cursor", InvalidCode::NotAllowed, "is allowed only together with limit");
    }
    problems.none()?;
    match kept {
        Some(kept) if kept.filter != filter => {
            Err(Failure::told(Code::MalformedCursor, "The cursor is of a list with other filters."))
        }
        kept => Ok(Wanted { filter, limit, after: kept.map(|kept| kept.after) }),
    }
}

/// What a cursor keeps of its list.
struct Kept<F, P> {
    after: P,
    query: Query,
    filter: F,
}

impl<F: ListFilter, P: Place> Kept<F, P> {
    /// `None` also when its filters, good when it was made, aren't any more: read without them, the list would be longer.
    fn open(text: &str, seal: &CursorSeal<'_>) -> Option<Self> {
        let cursor = seal.open::<P>(text)?;
        let query = Query::parse(&cursor.filters);
        let mut problems = Problems::default();
        query.check(F::PARAMETERS, &mut problems);
        let filter = F::read(&query, &mut problems);
        problems.is_empty().then_some(Self { after: cursor.after, query, filter })
    }
}

/// `type`: only `all` is a word it knows.
pub fn type_all(query: &Query, problems: &mut Problems) -> bool {
    match query.get("type") {
        None => false,
        Some("all") => true,
        Some(_) => {
            problems.add("type", Invalid::new(InvalidCode::Malformed, "must be all, or left out"));
            false
        }
    }
}

/// The filters as a query string.
pub fn encoded<F: ListFilter>(filter: &F) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(filter.parameters()).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::Cursor;
    use crate::requests::contacts::Listed;
    use crate::requests::groups::Chosen as Groups;
    use roster_domain::{Caller, ClientId, ContactId, ObjectId, UserId};
    use roster_identity::{KeyRing, SecretKey};
    use roster_testkit::SeededEntropy;
    use rstest::rstest;

    const GROUP: &str = "64a00ec7c5e487d95dcb0d5c";

    type Asked<F> = Result<Wanted<F, ContactId>, (Code, Vec<String>)>;

    fn asked<F: ListFilter>(query: &str, kept: Option<&str>) -> Asked<F> {
        let keys = KeyRing::new(vec![SecretKey::generate(&SeededEntropy::new(1))]).unwrap();
        let id = ObjectId::from_bytes([1; 12]);
        let caller = Caller::Client { user: UserId::from(id), client: ClientId::from(id) };
        let seal = CursorSeal::new(&keys, &caller, "/contact", "newest first");
        let cursor =
            kept.map(|filters| seal.close(&Cursor { after: ContactId::from(id), filters: filters.to_owned() }));
        let query = cursor.map_or(query.to_owned(), |cursor| format!("{query}&cursor={cursor}"));
        wanted(&Query::parse(&query), &seal)
            .map_err(|failure| (failure.code, failure.fields.into_iter().map(|f| f.path.into_owned()).collect()))
    }

    #[rstest]
    #[case("limit=2")]
    #[case("limit=2&type=all")]
    #[case("limit=2&group_id=64A00EC7C5E487D95DCB0D5C")]
    fn a_cursor_brings_its_filters(#[case] query: &str) {
        let kept = format!("type=all&group_id={GROUP}");
        let wanted = asked::<Listed>(query, Some(&kept)).unwrap();
        let chosen = wanted.filter.chosen;
        assert!(chosen.all_clients && chosen.filter.group_id.is_some() && wanted.after.is_some());
    }

    #[rstest]
    #[case("limit=2&type=all", "")]
    #[case("limit=2&group_id=64a00ec7c5e487d95dcb0d5c", "type=all")]
    #[case("limit=2&group_id=64a00ec7c5e487d95dcb0d5c", "group_id=64a00ec7c5e487d95dcb0d5d")]
    #[case("limit=2&sort=newest", "sort=name")]
    #[case("limit=2&sort=name", "")]
    fn other_filters_than_the_cursors_are_refused(#[case] query: &str, #[case] kept: &str) {
        assert_eq!(asked::<Listed>(query, Some(kept)), Err((Code::MalformedCursor, vec![])));
    }

    #[rstest]
    #[case("sort=newest", "")]
    #[case("sort=oldest&q=a", "q=a&sort=oldest")]
    fn equal_filters_are_equal_however_they_are_said(#[case] sent: &str, #[case] kept: &str) {
        let with_cursor = asked::<Listed>(&format!("limit=2&{sent}"), Some(kept)).unwrap();
        assert_eq!(with_cursor.filter, asked::<Listed>(sent, None).unwrap().filter);
    }

    /// Whoever signed it may have known other filters, or none that is asked for.
    #[rstest]
    #[case("type=al")]
    #[case("q=a&colour=red")]
    #[case("q=%ff")]
    #[case("q=a&q=a")]
    #[case("limit=2")]
    fn a_cursor_whose_filters_are_none_is_malformed(#[case] kept: &str) {
        assert_eq!(asked::<Listed>("limit=2", Some(kept)), Err((Code::MalformedCursor, vec![])));
    }

    #[rstest]
    #[case("q=amina")]
    #[case("with=counts")]
    #[case("type=all&q=amina")]
    #[case("")]
    fn what_allows_a_filter_may_be_left_out(#[case] sent: &str) {
        let kept = "type=all&with=counts&q=amina";
        let wanted = asked::<Groups>(&format!("limit=2&{sent}"), Some(kept)).unwrap();
        assert!(wanted.filter.all_clients && wanted.filter.counted.is_some_and(|filter| filter.search.is_some()));
        let refused = asked::<Groups>("limit=2&q=bello", Some(kept));
        assert_eq!(refused, Err((Code::MalformedCursor, vec![])));
        assert_eq!(asked::<Groups>("limit=2&q=amina", Some("")), Err((Code::ValidationFailed, vec!["q".to_owned()])));
    }

    #[rstest]
    #[case("type=al", &["type"])]
    #[case("group_id=", &["group_id"])]
    #[case("limit=0&grp=1", &["grp", "limit"])]
    #[case("cursor=x", &["cursor"])]
    fn refused(#[case] query: &str, #[case] paths: &[&str]) {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(asked::<Listed>(query, None), Err((Code::ValidationFailed, paths)));
    }

    #[test]
    fn a_strange_cursor_is_malformed() {
        assert_eq!(asked::<Listed>("limit=2&cursor=%ff", None), Err((Code::MalformedCursor, vec![])));
        assert_eq!(asked::<Listed>("limit=2&cursor=abc", None), Err((Code::MalformedCursor, vec![])));
    }
}
