//! What calls on imports ask for.

use roster_domain::InvalidCode;
use roster_transfer::{ImportRequest, yes_or_no};

use crate::failure::Failure;
use crate::input::Read;
use crate::problems::Problems;
use crate::query::Query;

/// `POST /imports`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub request: ImportRequest,
    pub is_dry_run: bool,
}

const DRY_RUN: &str = "dry_run";

/// What the file is called, where no form says so.
pub const FILE_NAME: &str = "file_name";

/// The parameters of [`create`].
pub const PARAMETERS: &[&[&str]] = &[ImportRequest::NAMES, &[DRY_RUN, FILE_NAME]];

/// Reads what is asked for, in the query or in the parts of a form.
pub fn create(parameters: &Query, is_form: bool, problems: &mut Problems) -> Asked {
    if is_form && parameters.get(FILE_NAME).is_some() {
        problems.say(FILE_NAME, InvalidCode::NotAllowed, "is not for forms, which say it beside the file");
    }
    parameters.check(PARAMETERS, problems);
    let mut asked = Asked::default();
    for name in ImportRequest::NAMES {
        if let Some(value) = parameters.get(name) {
            problems.take(*name, asked.request.set(name, value));
        }
    }
    let is_dry_run = parameters.get(DRY_RUN).and_then(|word| problems.take(DRY_RUN, yes_or_no(word)));
    Asked { is_dry_run: is_dry_run.unwrap_or(false), ..asked }
}

/// What a report tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// What became of the rows.
    Rows,
    /// Contacts that were left as they are when the import was undone.
    Undo,
}

/// The parameters of [`report`].
pub const REPORTED: &[&[&str]] = &[&["of"]];

/// `GET /imports/{id}/report`.
pub fn report(read: Read<'_>) -> Result<Report, Failure> {
    let mut problems = Problems::default();
    read.query.check(REPORTED, &mut problems);
    let of = match read.query.get("of") {
        None => Report::Rows,
        Some("undo") => Report::Undo,
        Some(_) => {
            problems.say("of", InvalidCode::Malformed, "must be undo, or left out");
            Report::Rows
        }
    };
    problems.none()?;
    Ok(of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::OnMatch;
    use rstest::rstest;

    fn read(query: &str, is_form: bool) -> (Asked, Vec<(String, &'static str)>) {
        let mut problems = Problems::default();
        let asked = create(&Query::parse(query), is_form, &mut problems);
        let problems = problems.into_vec().into_iter();
        (asked, problems.map(|problem| (problem.path.into_owned(), problem.invalid.code.as_str())).collect())
    }

    #[test]
    fn what_is_asked() {
        let (asked, problems) = read("on_match=add&dry_run=1&group=Book+club&file_name=a.csv&session_id=x", false);
        let request =
            ImportRequest { on_match: Some(OnMatch::Add), group: Some("Book club".to_owned()), ..Default::default() };
        assert_eq!((asked, problems), (Asked { request, is_dry_run: true }, vec![]));
        assert_eq!(read("", true), (Asked::default(), vec![]));
    }

    #[rstest]
    #[case("dry_run=yes&on_match=replace", false, &[("on_match", "malformed"), ("dry_run", "malformed")])]
    #[case("dry_run=1&dry_run=1&colour=red", false, &[("dry_run", "repeated"), ("colour", "unknown")])]
    #[case("file_name=a.csv", true, &[("file_name", "not_allowed")])]
    fn what_is_refused(#[case] query: &str, #[case] is_form: bool, #[case] expected: &[(&str, &str)]) {
        let problems = read(query, is_form).1;
        let problems: Vec<(&str, &str)> = problems.iter().map(|(path, code)| (path.as_str(), *code)).collect();
        assert_eq!(problems, expected);
    }
}
