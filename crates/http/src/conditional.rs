//! Conditional requests (RFC 9110, 13): what is answered carries the state it is in as its entity tag, and whoever sends
//! one back says which state they know.
//!
//! A tag holds when the thing was made and how often it was changed since, so that a store can compare it in the very
//! statement that writes. It says nothing that isn't known to whoever may read the thing.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::HttpResponse;
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use roster_domain::{Invalid, InvalidCode, NumberInfo, NumberKind, Precondition, Timestamp, Version};

use crate::error::Code;
use crate::failure::Failure;

/// A strong entity tag, quotes and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// That of a thing in this state.
    pub fn of(Version { created_at, revision }: Version) -> Self {
        Self(format!("\"{:x}-{revision:x}\"", created_at.millis()))
    }

    /// That of what is the same for everybody: whatever it says is in it.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Self(format!("\"{:016x}\"", hasher.finish()))
    }

    /// That of its full view. What is derived of it is made anew without a change of the thing itself, so it is in the
    /// tag as well.
    pub fn of_full_view(Version { created_at, revision }: Version, NumberInfo { kind, e164 }: &NumberInfo) -> Self {
        let e164 = e164.as_ref().map_or("", |e164| e164.as_str());
        Self(format!("\"{:x}-{revision:x}-{}{e164}\"", created_at.millis(), kind.as_str()))
    }

    /// The state that a tag names, whichever view it is of; `None`: none of ours looks like this.
    fn version(text: &str) -> Option<Version> {
        let mut parts = text.strip_prefix('"')?.strip_suffix('"')?.splitn(3, '-');
        let (created, revision, view) = (parts.next()?, parts.next()?, parts.next());
        let millis = u64::from_str_radix(created, 16).ok()?.cast_signed();
        let revision = u64::from_str_radix(revision, 16).ok()?.cast_signed();
        let version = Version { created_at: Timestamp::from_millis(millis), revision };
        // Of the ways to write a number only one is ours.
        let ours = Self::of(version).0;
        let is_ours = match view {
            None => ours == text,
            Some(view) => text.starts_with(&ours[..ours.len() - 1]) && is_full_view(view),
        };
        (is_ours && version.is_possible()).then_some(version)
    }

    /// Says it in the answer.
    pub fn mark(&self, mut answer: HttpResponse) -> Result<HttpResponse, Failure> {
        let value = HeaderValue::from_str(&self.0).map_err(|error| Failure::caused(Code::Internal, error))?;
        answer.headers_mut().insert(ETAG, value);
        Ok(answer)
    }

    /// Whether the caller has just this already (`If-None-Match`).
    pub fn is_known(&self, headers: &HeaderMap) -> Result<bool, Failure> {
        Ok(match listed(headers, &IF_NONE_MATCH)? {
            None => false,
            Some(Listed::Any) => true,
            // Compared weakly (RFC 9110, 13.1.2): somebody on the way may have weakened it.
            Some(Listed::Tags(tags)) => tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == self.0),
        })
    }
}

/// Whether the full view puts this behind the state: a kind, and where the number is a phone's, its E.164 form.
fn is_full_view(text: &str) -> bool {
    let is_e164 = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or_default();
        (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    NumberKind::ALL
        .iter()
        .filter_map(|kind| text.strip_prefix(kind.as_str()))
        .any(|e164| e164.is_empty() || is_e164(e164))
}

/// What `If-Match` asks for. Tags are compared strongly, so a weak one is as good as none, and neither is one that isn't
/// ours: such a write is never done.
pub fn precondition(headers: &HeaderMap) -> Result<Precondition, Failure> {
    Ok(match listed(headers, &IF_MATCH)? {
        None => Precondition::Exists,
        Some(listed) => matching(listed),
    })
}

/// The same of an `if_match` in a body, which is written as the header is.
pub fn precondition_in(text: &str) -> Result<Precondition, Invalid> {
    let malformed = || Invalid::new(InvalidCode::Malformed, "must be * or a list of entity tags");
    let mut tags = Vec::new();
    let is_any = add_tags(text, &mut tags).ok_or_else(malformed)?;
    Ok(matching(if is_any { Listed::Any } else { Listed::Tags(tags) }))
}

fn matching(listed: Listed) -> Precondition {
    match listed {
        Listed::Any => Precondition::Exists,
        Listed::Tags(tags) => Precondition::OneOf(tags.iter().filter_map(|tag| Tag::version(tag)).collect()),
    }
}

enum Listed {
    Any,
    Tags(Vec<String>),
}

/// `*`, or entity tags with commas between (RFC 9110, 8.8.3 and 13.1), over all headers of the name.
fn listed(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Listed>, Failure> {
    let malformed = || Failure::told(Code::MalformedHeader, format!("{name} must be * or a list of entity tags."));
    let mut tags = Vec::new();
    let mut any = false;
    for value in headers.get_all(name) {
        let line = value.to_str().map_err(|_| malformed())?;
        any |= add_tags(line, &mut tags).ok_or_else(malformed)?;
    }
    Ok(match (any, headers.contains_key(name)) {
        (true, _) => Some(Listed::Any),
        (false, true) => Some(Listed::Tags(tags)),
        (false, false) => None,
    })
}

/// Adds those of one line; whether it is `*` instead. `None`: it is neither.
fn add_tags(line: &str, tags: &mut Vec<String>) -> Option<bool> {
    let mut rest = line.trim();
    if rest == "*" {
        return Some(true);
    }
    while !rest.is_empty() {
        let opening = if rest.starts_with("W/") { 3 } else { 1 };
        if !rest.get(opening - 1..)?.starts_with('"') {
            return None;
        }
        let length = rest.get(opening..)?.find('"')?;
        let (tag, behind) = rest.split_at_checked(opening + length + 1)?;
        tags.push(tag.to_owned());
        rest = behind.trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(',')?.trim_start_matches([' ', '\t', ',']);
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roster_domain::{E164, NumberKind};
    use rstest::rstest;

    const VERSION: Version = Version { created_at: Timestamp::from_millis(1_688_760_945_962), revision: 31 };

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn matching(values: &[&str]) -> Option<Precondition> {
        precondition(&headers(&IF_MATCH, values)).ok()
    }

    #[rstest]
    #[case(&[], Some(Precondition::Exists))]
    #[case(&["*"], Some(Precondition::Exists))]
    #[case(&["\"18931ff0d2a-1f\""], Some(Precondition::OneOf(vec![VERSION])))]
    #[case(&["\"x\" , \"18931ff0d2a-1f\""], Some(Precondition::OneOf(vec![VERSION])))]
    #[case(&["\"x\"", "\"18931ff0d2a-1f\""], Some(Precondition::OneOf(vec![VERSION])))]
    #[case(&["W/\"18931ff0d2a-1f\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"018931ff0d2a-1f\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"18931FF0D2A-1F\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"18931ff0d2a-+1f\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"18931ff0d2a-1f-phone+2348031234567\""], Some(Precondition::OneOf(vec![VERSION])))]
    #[case(&["\"18931ff0d2a-1f-wa_group\""], Some(Precondition::OneOf(vec![VERSION])))]
    #[case(&["\"18931ff0d2a-1f-\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"18931ff0d2a-1f-cell\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"18931ff0d2a-1f-phone+\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"18931ff0d2a-1f-phone2348031234567\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"18931ff0d2a-1f-phone+2348031234567-\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"18931ff0d2a-1f-phone+1234567890123456\""], Some(Precondition::OneOf(vec![])))]
    // No row was made in the year -29700.
    #[case(&["\"fffc72815b398000-0\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"8000000000000000-0\""], Some(Precondition::OneOf(vec![])))]
    #[case(&["\"7fffffffffffffff-0-other\""], Some(Precondition::OneOf(vec![])))]
    #[case(&[""], Some(Precondition::OneOf(vec![])))]
    #[case(&["18931ff0d2a-1f"], None)]
    #[case(&["\"18931ff0d2a-1f"], None)]
    #[case(&["\"a\" \"b\""], None)]
    #[case(&["W/"], None)]
    fn preconditions(#[case] values: &[&str], #[case] expected: Option<Precondition>) {
        assert_eq!(matching(values), expected);
    }

    #[test]
    fn the_full_view_has_a_tag_of_its_own_and_is_of_the_same_state() {
        let info = NumberInfo { kind: NumberKind::Phone, e164: Some(E164::from_stored("+2348031234567".to_owned())) };
        let (plain, full) = (Tag::of(VERSION), Tag::of_full_view(VERSION, &info));
        let other = Tag::of_full_view(VERSION, &NumberInfo { kind: NumberKind::Other, e164: None });
        assert!(plain != full && full != other);
        for tag in [&plain, &full, &other] {
            assert_eq!(matching(&[&tag.0]), Some(Precondition::OneOf(vec![VERSION])));
        }
    }

    #[rstest]
    #[case(&[], false)]
    #[case(&["*"], true)]
    #[case(&["\"18931ff0d2a-1f\""], true)]
    #[case(&["W/\"18931ff0d2a-1f\""], true)]
    #[case(&["\"18931ff0d2a-1e\""], false)]
    fn known_to_the_caller(#[case] values: &[&str], #[case] known: bool) {
        assert_eq!(Tag::of(VERSION).is_known(&headers(&IF_NONE_MATCH, values)).ok(), Some(known));
    }

    /// Of whatever a store may hold.
    fn version() -> impl Strategy<Value = Version> {
        // The years 0000 to 9999.
        (-62_167_219_200_000..=253_402_300_799_999_i64, any::<i64>())
            .prop_map(|(millis, revision)| Version { created_at: Timestamp::from_millis(millis), revision })
    }

    fn info() -> impl Strategy<Value = NumberInfo> {
        let e164 = prop::option::of("[+][1-9][0-9]{0,14}".prop_map(E164::from_stored));
        (prop::sample::select(&NumberKind::ALL[..]), e164).prop_map(|(kind, e164)| NumberInfo { kind, e164 })
    }

    proptest! {
        #[test]
        fn reads_every_tag_it_writes(version in version(), info in info()) {
            for tag in [Tag::of(version), Tag::of_full_view(version, &info)] {
                prop_assert_eq!(matching(&[&tag.0]), Some(Precondition::OneOf(vec![version])));
            }
        }

        #[test]
        fn what_it_reads_it_writes(text in "\"[0-9a-f]{1,17}-[0-9a-f]{1,17}(-(phone|wa_group|wa_broadcast|other|[a-z]{0,5})[+]?[0-9]{0,17})?\"") {
            if let Some(version) = Tag::version(&text) {
                let of = |kind, e164| Tag::of_full_view(version, &NumberInfo { kind, e164 });
                let e164 = text.find('+').map(|at| E164::from_stored(text[at..].trim_end_matches('"').to_owned()));
                let mut ours = NumberKind::ALL.iter().map(|kind| of(*kind, e164.clone())).chain([Tag::of(version)]);
                prop_assert!(ours.any(|tag| tag.0 == text), "{text}");
                prop_assert!(version.is_possible());
            }
        }

        #[test]
        fn never_panics(text in "[ -~]{0,40}") {
            let _ = matching(&[&text]);
        }
    }
}
