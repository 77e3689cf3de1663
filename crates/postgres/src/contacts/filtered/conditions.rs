//! What a filter asks of a row, whichever way it was found.

use roster_domain::{ContactFilter, SearchQuery};
use sqlx::{Postgres, QueryBuilder};

/// Adds all of it but the group and the number, which say where to look.
pub(crate) fn push(query: &mut QueryBuilder<Postgres>, filter: &ContactFilter) {
    if let Some(channel) = &filter.channel {
        query.push(" AND c.channel = ").push_bind(channel.as_str().to_owned());
    }
    if let Some(kind) = filter.kind {
        query.push(" AND c.number_kind = ").push_bind(kind.as_str());
    }
    if let Some(at) = filter.created_after {
        query.push(" AND c.created_at >= ").push_bind(at.to_utc());
    }
    if let Some(at) = filter.created_before {
        query.push(" AND c.created_at < ").push_bind(at.to_utc());
    }
    if let Some(at) = filter.updated_after {
        query.push(" AND c.updated_at >= ").push_bind(at.to_utc());
    }
    for pattern in patterns(filter) {
        query.push(" AND c.search_key LIKE ").push_bind(pattern);
    }
}

/// What the search key must be like.
fn patterns(filter: &ContactFilter) -> Vec<String> {
    let words = filter.search.iter().flat_map(SearchQuery::words);
    let suffix = filter.number_suffix.iter().map(|suffix| format!("%{}", suffix.as_str()));
    words.map(|word| format!("%{}%", escaped(word))).chain(suffix).collect()
}

/// So that LIKE takes it for plain text.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether all that match are found at once, wherever they stand: by their number or by words.
pub(crate) fn is_looked_up(filter: &ContactFilter) -> bool {
    filter.number.is_some() || has_trigram(filter)
}

/// Whether `contacts_by_search` can find what the filter searches for: it holds three letters or digits in a row.
pub(crate) fn has_trigram(filter: &ContactFilter) -> bool {
    let words = filter.search.iter().flat_map(SearchQuery::words);
    filter.number_suffix.is_some() || words.into_iter().any(|word| holds_trigram(word))
}

fn holds_trigram(word: &str) -> bool {
    word.split(|character: char| !character.is_alphanumeric()).any(|run| run.chars().count() >= 3)
}

#[cfg(test)]
mod tests {
    use roster_domain::values::NumberSuffix;
    use rstest::rstest;

    use super::*;

    fn searching(query: &str) -> ContactFilter {
        ContactFilter { search: Some(SearchQuery::parse(query).unwrap()), ..ContactFilter::default() }
    }

    #[rstest]
    #[case("100%_a\\", &["%100\\%\\_a\\\\%"])]
    #[case("bello amina", &["%bello%", "%amina%"])]
    fn plain_text(#[case] query: &str, #[case] expected: &[&str]) {
        assert_eq!(patterns(&searching(query)), expected);
    }

    #[test]
    fn a_suffix_is_at_the_end() {
        let suffix = Some(NumberSuffix::parse("0001").unwrap());
        let filter = ContactFilter { number_suffix: suffix, ..ContactFilter::default() };
        assert_eq!(patterns(&filter), ["%0001"]);
        assert!(has_trigram(&filter));
    }

    #[rstest]
    #[case("am", false)]
    #[case("am be", false)]
    #[case("a-b-c", false)]
    #[case("a-bel", true)]
    #[case("x bel", true)]
    #[case("محمد", true)]
    fn trigrams(#[case] query: &str, #[case] expected: bool) {
        assert_eq!(has_trigram(&searching(query)), expected);
    }
}
