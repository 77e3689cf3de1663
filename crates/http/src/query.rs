//! The query string, decoded strictly: what can't be decoded is a problem, never a replacement character.

use std::collections::HashMap;

use roster_domain::InvalidCode;

use crate::credentials;
use crate::problems::Problems;

/// Parameters in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    parameters: Vec<(String, String)>,
    /// Names of parameters that can't be decoded; `None` where it is the name itself.
    undecodable: Vec<Option<String>>,
}

impl Query {
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => query.parameters.push((name, value)),
                (name, _) => query.undecodable.push(name),
            }
        }
        query
    }

    /// The value of a parameter, the first where it is given more than once.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Takes one more; `None` is a value that can't be decoded.
    pub fn add(&mut self, name: &str, value: Option<String>) {
        match value {
            Some(value) => self.parameters.push((name.to_owned(), value)),
            None => self.undecodable.push(Some(name.to_owned())),
        }
    }

    /// With those of others that aren't here.
    pub fn or(&self, others: &Self) -> Self {
        let missing = others.parameters.iter().filter(|(name, _)| self.get(name).is_none());
        Self {
            parameters: self.parameters.iter().chain(missing).cloned().collect(),
            undecodable: self.undecodable.clone(),
        }
    }

    /// Whether a parameter is there with a value that can't be decoded.
    pub fn is_undecodable(&self, name: &str) -> bool {
        self.undecodable.iter().flatten().any(|known| known == name)
    }

    /// Notes every parameter that isn't one of these (or a credential), is given more than once, or can't be decoded:
    /// so a misspelt filter never returns, moves or deletes everything. Of very many, the first ones.
    pub fn check(&self, known: &[&[&str]], problems: &mut Problems) {
        for name in self.undecodable.iter().take(NOTED) {
            let name = name.clone().unwrap_or_else(|| "query".to_owned());
            problems.say(name, InvalidCode::Malformed, "must be UTF-8, and percent-encoded in a query");
        }
        let mut times = HashMap::new();
        let out_of_order = self.parameters.iter().filter_map(|(name, _)| {
            let is_known =
                known.iter().any(|known| known.contains(&name.as_str())) || credentials::QUERY.contains(&name.as_str());
            let times = times.entry(name).or_insert(0_usize);
            *times += 1;
            match *times {
                1 if !is_known => Some((name, InvalidCode::Unknown, "is not a parameter of this call")),
                2 if is_known => Some((name, InvalidCode::Repeated, "must be given once only")),
                _ => None,
            }
        });
        for (name, code, message) in out_of_order.take(NOTED) {
            problems.say(name.clone(), code, message);
        }
    }
}

/// So many problems of a query are answered: enough for a person, while a query may hold 30,000.
const NOTED: usize = 32;

/// `application/x-www-form-urlencoded`, but strict: `%` must go before two hex digits, and the bytes must be UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => (hex(rest.next()?)? << 4) | hex(rest.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn problems(text: &str) -> Vec<(String, InvalidCode)> {
        let mut problems = Problems::default();
        Query::parse(text).check(&[&["limit"], &["type"]], &mut problems);
        problems.into_vec().into_iter().map(|problem| (problem.path.into_owned(), problem.invalid.code)).collect()
    }

    #[rstest]
    #[case("")]
    #[case("&&")]
    #[case("limit=5&type=all")]
    #[case("limit=5&session_id=a&access_token=b")]
    fn in_order(#[case] text: &str) {
        assert_eq!(problems(text), []);
    }

    #[rstest]
    #[case("limt=5", "limt", InvalidCode::Unknown)]
    #[case("limit=5&limit=6&limit=7", "limit", InvalidCode::Repeated)]
    #[case("session_id=a&session_id=a", "session_id", InvalidCode::Repeated)]
    #[case("limit=%zz", "limit", InvalidCode::Malformed)]
    #[case("limit=%", "limit", InvalidCode::Malformed)]
    #[case("limit=%ff", "limit", InvalidCode::Malformed)]
    #[case("%ff=5", "query", InvalidCode::Malformed)]
    #[case("=5", "", InvalidCode::Unknown)]
    fn out_of_order(#[case] text: &str, #[case] path: &str, #[case] code: InvalidCode) {
        assert_eq!(problems(text), [(path.to_owned(), code)]);
    }

    #[test]
    fn an_encoded_name_is_the_same_name() {
        assert_eq!(Query::parse("l%69mit=+%35").get("limit"), Some(" 5"));
    }

    #[test]
    fn what_is_here_goes_before_what_others_have() {
        let both = Query::parse("sort=name&q=%zz").or(&Query::parse("q=a&sort=oldest&type=all"));
        assert_eq!(
            ["sort", "type", "q", "limit"].map(|name| both.get(name)),
            [Some("name"), Some("all"), Some("a"), None]
        );
        assert!(both.is_undecodable("q"));
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = problems(&text);
        }

        #[test]
        fn reads_back_what_was_encoded(pairs: Vec<(String, String)>) {
            let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            prop_assert_eq!(Query::parse(&text).parameters, pairs);
        }
    }
}
