//! Properties of our own, so that a card tells all of a contact.

use std::borrow::Cow;

pub const CHANNEL: &str = "X-ROSTER-CHANNEL";
pub const CLIENT_ID: &str = "X-ROSTER-CLIENT-ID";
pub const GROUP_ID: &str = "X-ROSTER-GROUP-ID";
pub const CREATED: &str = "X-ROSTER-CREATED";
pub const UPDATED: &str = "X-ROSTER-UPDATED";
pub const VERSION: &str = "X-ROSTER-VERSION";
pub const SURVEY_ID: &str = "X-ROSTER-SURVEY-ID";
pub const SURVEY_SORT_INTEGER: &str = "X-ROSTER-SURVEY-SORT-INTEGER";
pub const SURVEY_SORT_TEXT: &str = "X-ROSTER-SURVEY-SORT-TEXT";
/// The number where it holds a carriage return, which no card can.
pub const NUMBER: &str = "X-ROSTER-NUMBER";

/// Without carriage returns: escapes of vCard have none for them.
pub fn encoded(text: &str) -> Cow<'_, str> {
    if text.contains(['%', '\r']) {
        Cow::Owned(text.replace('%', "%25").replace('\r', "%0D"))
    } else {
        Cow::Borrowed(text)
    }
}

pub fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('%') { Cow::Owned(text.replace("%0D", "\r").replace("%25", "%")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_undone(text in "[%\r0D25a]{0,12}") {
            prop_assert!(!encoded(&text).contains('\r'));
            prop_assert_eq!(decoded(&encoded(&text)).into_owned(), text);
        }
    }
}
