//! What a list is answered as.

use actix_web::http::header::{ACCEPT, Accept, Header, Quality, QualityItem};
use actix_web::mime;

use super::Listing;
use crate::call::Call;
use crate::error::Code;
use crate::failure::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The envelope with all rows in it.
    Json,
    /// A row a line, and nothing around them.
    Lines,
}

impl Form {
    /// What the caller likes best of what there is. Only lists that have a choice look at it: for all others, and where
    /// nothing in the header can be read, it is JSON, as it always was.
    pub fn accepted<L: Listing>(call: &Call) -> Result<Self, Failure> {
        if !L::AS_LINES || !call.request.headers().contains_key(ACCEPT) {
            return Ok(Self::Json);
        }
        match Accept::parse(&call.request) {
            Ok(accept) if !accept.is_empty() => Self::best(&accept).ok_or_else(|| Code::NotAcceptable.into()),
            _ => Ok(Self::Json),
        }
    }

    /// RFC 9110, 12.5.1: the highest weight wins; of equal ones JSON, then what stands first.
    fn best(ranges: &[QualityItem<mime::Mime>]) -> Option<Self> {
        let weigh = |form: Self| {
            // The most specific range that fits says how much it is liked.
            ranges
                .iter()
                .filter_map(|range| Some((form.fit(&range.item)?, range.quality)))
                .max_by_key(|(fit, _)| *fit)
                .map(|(_, quality)| quality)
                .filter(|quality| *quality > Quality::ZERO)
        };
        match (weigh(Self::Json), weigh(Self::Lines)) {
            (Some(json), Some(lines)) if lines > json => Some(Self::Lines),
            (Some(_), _) => Some(Self::Json),
            (None, Some(_)) => Some(Self::Lines),
            (None, None) => None,
        }
    }

    /// How closely a range names it.
    fn fit(self, range: &mime::Mime) -> Option<u8> {
        let named = match self {
            Self::Json => range.essence_str() == "application/json",
            Self::Lines => matches!(range.essence_str(), "application/x-ndjson" | "application/ndjson"),
        };
        match (range.type_().as_str(), range.subtype().as_str()) {
            _ if named => Some(2),
            ("application", "*") => Some(1),
            ("*", "*") => Some(0),
            _ => None,
        }
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Lines => "application/x-ndjson",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("application/x-ndjson", Some(Form::Lines))]
    #[case("application/x-ndjson, application/json;q=0.9", Some(Form::Lines))]
    #[case("application/json, application/x-ndjson;q=0.9", Some(Form::Json))]
    #[case("application/x-ndjson, */*;q=0.1", Some(Form::Lines))]
    #[case("*/*", Some(Form::Json))]
    #[case("application/*", Some(Form::Json))]
    #[case("text/html, */*;q=0.8", Some(Form::Json))]
    #[case("application/json;q=0, */*", Some(Form::Lines))]
    #[case("application/json; charset=utf-8", Some(Form::Json))]
    #[case("text/csv", None)]
    #[case("application/json;q=0", None)]
    fn chooses(#[case] accept: &str, #[case] form: Option<Form>) {
        let ranges: Vec<_> = accept.split(',').map(|range| range.trim().parse().unwrap()).collect();
        assert_eq!(Form::best(&ranges), form);
    }
}
