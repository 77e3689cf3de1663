//! An import as it is answered. Its counts are told only where their sums hold.

use roster_domain::{
    ClientId, Import, ImportFailure, ImportFile, ImportId, ImportProgress, ImportState, Tally, Timestamp, UndoCounts,
};
use roster_transfer::ImportRequest;
use serde::ser::Error;
use serde::{Serialize, Serializer};

use super::shown::{shown, shown_if_any};

#[derive(Serialize)]
pub struct ImportJson<'a> {
    #[serde(serialize_with = "shown")]
    _id: ImportId,
    #[serde(serialize_with = "shown")]
    client_id: ClientId,
    source: &'static str,
    state: &'static str,
    dry_run: bool,
    options: Options<'a>,
    file: FileJson<'a>,
    counts: Counts,
    /// So many rows the report tells of.
    reported: u64,
    progress: ProgressJson,
    failure: Option<FailureJson<'a>>,
    undo: Option<UndoJson>,
    #[serde(rename = "createdAt", serialize_with = "shown")]
    created_at: Timestamp,
    #[serde(rename = "startedAt", serialize_with = "shown_if_any")]
    started_at: Option<Timestamp>,
    #[serde(rename = "endedAt", serialize_with = "shown_if_any")]
    ended_at: Option<Timestamp>,
    #[serde(rename = "expiresAt", serialize_with = "shown_if_any")]
    expires_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct FileJson<'a> {
    name: Option<&'a str>,
    content_type: Option<&'a str>,
    bytes: Option<u64>,
}

#[derive(Serialize)]
struct CountsJson {
    read: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    skipped: u64,
    invalid: u64,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct ProgressJson {
    percent: Option<u64>,
    rows_per_second: Option<u64>,
    seconds_left: Option<u64>,
}

#[derive(Serialize)]
struct FailureJson<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct UndoJson {
    removed: u64,
    restored: u64,
    left: u64,
}

impl<'a> From<&'a Import> for ImportJson<'a> {
    fn from(import: &'a Import) -> Self {
        let ImportFile { name, content_type, bytes } = &import.file;
        Self {
            _id: import.id,
            client_id: import.client_id,
            source: import.source.as_str(),
            state: import.state.as_str(),
            dry_run: import.is_dry_run,
            options: Options(&import.options),
            file: FileJson { name: name.as_deref(), content_type: content_type.as_deref(), bytes: *bytes },
            counts: Counts(import.progress.tally),
            reported: import.progress.reported,
            progress: ProgressJson::of(import.state, &import.progress, *bytes),
            failure: import.failure.as_ref().map(|ImportFailure { code, message }| FailureJson { code, message }),
            undo: import.undo.map(|UndoCounts { removed, restored, left }| UndoJson { removed, restored, left }),
            created_at: import.created_at,
            started_at: import.started_at,
            ended_at: import.ended_at,
            expires_at: import.expires_at,
        }
    }
}

/// What was asked for, as it was said.
struct Options<'a>(&'a str);

impl Serialize for Options<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = ImportRequest::from_text(self.0).map_err(|invalid| S::Error::custom(invalid.message))?;
        serializer.collect_map(request.pairs())
    }
}

struct Counts(Tally);

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Tally { read, created, updated, unchanged, skipped, invalid } =
            self.0.settled().map_err(S::Error::custom)?;
        CountsJson { read, created, updated, unchanged, skipped, invalid }.serialize(serializer)
    }
}

impl ProgressJson {
    /// By the bytes that are read of so many; the rows that are still to come can't be counted.
    fn of(state: ImportState, progress: &ImportProgress, bytes: Option<u64>) -> Self {
        let &ImportProgress { tally, bytes_read, worked_millis, .. } = progress;
        let percent = match (state, bytes) {
            (ImportState::Completed, _) => Some(100),
            (_, Some(bytes)) => share(100, bytes_read, bytes).map(|percent| percent.min(100)),
            (_, None) => None,
        };
        let left = bytes.filter(|_| state == ImportState::Running).map(|bytes| bytes.saturating_sub(bytes_read));
        Self {
            percent,
            rows_per_second: share(1_000, tally.read, worked_millis),
            seconds_left: left
                .and_then(|left| share(worked_millis, left, bytes_read))
                .map(|millis| millis.div_ceil(1_000)),
        }
    }
}

/// `of` times `part` by `whole`; `None` where there is no whole, or where it would be beyond all bounds.
fn share(of: u64, part: u64, whole: u64) -> Option<u64> {
    (u128::from(of) * u128::from(part)).checked_div(u128::from(whole)).and_then(|share| u64::try_from(share).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roster_domain::{ImportSource, ObjectId};
    use rstest::rstest;
    use serde_json::json;

    fn import() -> Import {
        Import {
            id: ImportId::parse("018f4c1e-2b3a-7c4d-8e5f-0123456789ab").unwrap(),
            client_id: ObjectId::from_bytes([1; 12]).into(),
            source: ImportSource::Staged,
            state: ImportState::Running,
            is_dry_run: false,
            options: "on_match=add&create_groups=true".to_owned(),
            file: ImportFile { name: Some("people.csv".to_owned()), content_type: None, bytes: Some(1_000) },
            progress: ImportProgress {
                tally: Tally { read: 5, created: 3, invalid: 2, ..Tally::default() },
                reported: 2,
                bytes_read: 250,
                worked_millis: 2_000,
            },
            failure: None,
            undo: None,
            created_at: Timestamp::from_millis(0),
            started_at: Some(Timestamp::from_millis(1)),
            ended_at: None,
            expires_at: None,
        }
    }

    #[test]
    fn all_members_always() {
        assert_eq!(
            serde_json::to_value(ImportJson::from(&import())).unwrap(),
            json!({
                "_id": "018f4c1e-2b3a-7c4d-8e5f-0123456789ab",
                "client_id": "010101010101010101010101",
                "source": "staged",
                "state": "running",
                "dry_run": false,
                "options": { "on_match": "add", "create_groups": "true" },
                "file": { "name": "people.csv", "content_type": null, "bytes": 1_000 },
                "counts": { "read": 5, "created": 3, "updated": 0, "unchanged": 0, "skipped": 0, "invalid": 2 },
                "reported": 2,
                "progress": { "percent": 25, "rows_per_second": 2, "seconds_left": 6 },
                "failure": null,
                "undo": null,
                "createdAt": "1970-01-01T00:00:00.000Z",
                "startedAt": "1970-01-01T00:00:00.001Z",
                "endedAt": null,
                "expiresAt": null,
            })
        );
    }

    #[test]
    fn sums_that_do_not_hold_are_not_told() {
        let mut import = import();
        import.progress.tally.created = 4;
        assert!(serde_json::to_value(ImportJson::from(&import)).is_err());
    }

    #[rstest]
    #[case(ImportState::Waiting, Some(1_000), 0, 0, (Some(0), None, None))]
    #[case(ImportState::Running, Some(1_000), 1_000, 1_000, (Some(100), Some(7), Some(0)))]
    #[case(ImportState::Running, None, 500, 1_000, (None, Some(7), None))]
    #[case(ImportState::Running, Some(1_000), 1, 1_500, (Some(0), Some(4), Some(1_499)))]
    #[case(ImportState::Failed, Some(1_000), 500, 1_000, (Some(50), Some(7), None))]
    #[case(ImportState::Completed, None, 0, 0, (Some(100), None, None))]
    #[case(ImportState::Completed, Some(0), 0, 10, (Some(100), Some(700), None))]
    fn progress(
        #[case] state: ImportState,
        #[case] bytes: Option<u64>,
        #[case] bytes_read: u64,
        #[case] worked_millis: u64,
        #[case] (percent, rows_per_second, seconds_left): (Option<u64>, Option<u64>, Option<u64>),
    ) {
        let tally = Tally { read: 7, created: 7, ..Tally::default() };
        let progress = ImportProgress { tally, reported: 0, bytes_read, worked_millis };
        let expected = ProgressJson { percent, rows_per_second, seconds_left };
        assert_eq!(ProgressJson::of(state, &progress, bytes), expected);
    }

    proptest! {
        #[test]
        fn never_panics(read: u64, bytes_read: u64, worked_millis: u64, bytes: Option<u64>) {
            let tally = Tally { read, created: read, ..Tally::default() };
            let progress = ImportProgress { tally, reported: 0, bytes_read, worked_millis };
            let told = ProgressJson::of(ImportState::Running, &progress, bytes);
            prop_assert!(told.percent.is_none_or(|percent| percent <= 100));
        }
    }
}
