//! The filters of contacts: the same on every call that lists, counts or deletes them.

use std::borrow::Cow;

use roster_domain::{
    Channel, ContactFilter, Invalid, InvalidCode, Number, NumberKind, NumberSuffix, SearchQuery, Timestamp,
};

use super::fields::parse_id;
use crate::problems::Problems;
use crate::query::Query;

/// The query parameters that hold them.
pub const ALL: [&str; 9] =
    ["group_id", "channel", "number", "number_suffix", "kind", "q", "created_after", "created_before", "updated_after"];

/// The same without `group_id`, which means nothing where contacts are counted group by group.
pub const WITHIN_GROUPS: &[&str] = ALL.split_at(1).1;

/// Reads what is there, noting what is wrong.
pub fn read(query: &Query, problems: &mut Problems) -> ContactFilter {
    ContactFilter { group_id: one(query, problems, "group_id", parse_id), ..read_within_groups(query, problems) }
}

/// The same without `group_id`.
pub fn read_within_groups(query: &Query, problems: &mut Problems) -> ContactFilter {
    ContactFilter {
        group_id: None,
        channel: one(query, problems, "channel", Channel::parse),
        number: one(query, problems, "number", number),
        number_suffix: one(query, problems, "number_suffix", NumberSuffix::parse),
        kind: one(query, problems, "kind", NumberKind::parse),
        search: one(query, problems, "q", SearchQuery::parse),
        created_after: one(query, problems, "created_after", instant),
        created_before: one(query, problems, "created_before", instant),
        updated_after: one(query, problems, "updated_after", instant),
    }
}

/// Writes them as they would be read, each in its one spelling.
pub fn parameters(filter: &ContactFilter) -> Vec<(&'static str, String)> {
    let ContactFilter {
        group_id,
        channel,
        number,
        number_suffix,
        kind,
        search,
        created_after,
        created_before,
        updated_after,
    } = filter;
    let parameters = [
        ("group_id", group_id.map(|id| id.to_string())),
        ("channel", channel.as_ref().map(|channel| channel.as_str().to_owned())),
        ("number", number.as_ref().map(|number| number.as_str().to_owned())),
        ("number_suffix", number_suffix.as_ref().map(|suffix| suffix.as_str().to_owned())),
        ("kind", kind.map(|kind| kind.as_str().to_owned())),
        ("q", search.as_ref().map(|search| search.as_str().to_owned())),
        ("created_after", created_after.map(|at| at.to_string())),
        ("created_before", created_before.map(|at| at.to_string())),
        ("updated_after", updated_after.map(|at| at.to_string())),
    ];
    parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn one<T>(
    query: &Query,
    problems: &mut Problems,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Option<T> {
    query.get(name).and_then(|text| problems.take(name, parse(text)))
}

/// A `+` that wasn't encoded arrives as a space; no number begins with one.
fn number(text: &str) -> Result<Number, Invalid> {
    let text = match text.strip_prefix(' ') {
        Some(rest) => Cow::Owned(format!("+{rest}")),
        None => Cow::Borrowed(text),
    };
    Number::parse(&text)
}

/// RFC 3339. Stored times are whole milliseconds, so one in between stands for the next of them, whichever side of it is
/// asked for. The `+` of its offset may have arrived as a space.
fn instant(text: &str) -> Result<Timestamp, Invalid> {
    let text = match text.rsplit_once(' ') {
        Some((time, offset)) if time.contains([':', 'T', 't']) => Cow::Owned(format!("{time}+{offset}")),
        _ => Cow::Borrowed(text),
    };
    Timestamp::parse_rounded_up(&text)
        .map_err(|_| Invalid::new(InvalidCode::Malformed, "must be a time as RFC 3339 writes it: 2023-07-07T20:15:45Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn asked(query: &str) -> (ContactFilter, Vec<String>) {
        let mut problems = Problems::default();
        let filter = read(&Query::parse(query), &mut problems);
        (filter, problems.into_vec().into_iter().map(|problem| problem.path.into_owned()).collect())
    }

    #[rstest]
    #[case("number=+2348031234567", "+2348031234567")]
    #[case("number=%2B2348031234567", "+2348031234567")]
    #[case("number=+234+803", "+234 803")]
    #[case("number=0803%20", "0803")]
    fn a_leading_space_is_a_plus(#[case] query: &str, #[case] number: &str) {
        assert_eq!(asked(query).0.number.as_ref().map(Number::as_str), Some(number));
    }

    #[rstest]
    #[case("2023-07-07T20:15:45.962Z", "2023-07-07T20:15:45.962Z")]
    #[case("2023-07-07T20:15:45.9620001Z", "2023-07-07T20:15:45.963Z")]
    #[case("2023-07-07T21:15:45+01:00", "2023-07-07T20:15:45.000Z")]
    #[case("2023-07-07T21:15:45 01:00", "2023-07-07T20:15:45.000Z")]
    #[case("2023-07-07 20:15:45Z", "2023-07-07T20:15:45.000Z")]
    fn instants(#[case] text: &str, #[case] instant: &str) {
        assert_eq!(super::instant(text).map(|at| at.to_string()).as_deref(), Ok(instant));
    }

    #[test]
    fn all_problems_come_at_once() {
        let (filter, paths) = asked(
            "group_id=x&channel=A&number=&number_suffix=123&kind=cell&q=+&created_after=now&created_before=2023&updated_after=",
        );
        assert_eq!(filter, ContactFilter::default());
        assert_eq!(paths, ALL);
    }

    proptest! {
        #[test]
        fn reads_what_it_wrote(number in "\\PC{1,20}", q in "\\PC{1,20}", suffix in "[0-9]{4,9}", at in 0_i64..4_000_000_000_000) {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("number", number.trim_start())
                .append_pair("q", &q)
                .append_pair("number_suffix", &suffix)
                .append_pair("kind", "phone")
                .append_pair("channel", "sms")
                .append_pair("created_after", &Timestamp::from_millis(at).to_string())
                .finish();
            let (filter, _) = asked(&query);
            let written = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters(&filter)).finish();
            prop_assert_eq!(asked(&written), (filter, vec![]));
        }
    }
}
