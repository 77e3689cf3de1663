//! A row of `imports`, and the statements that answer some.

use chrono::{DateTime, Utc};
use roster_domain::{Import, ImportFailure, ImportFile, ImportProgress, ImportSource, ImportState, Tally, UndoCounts};
use uuid::Uuid;

use crate::error::corrupt;
use crate::rows::id;

/// A row of `imports` that somebody sees.
pub(super) struct ImportRow {
    pub id: Uuid,
    pub client_id: Vec<u8>,
    pub source: String,
    pub state: String,
    pub is_dry_run: bool,
    pub options: String,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub file_bytes: Option<i64>,
    pub rows_read: i64,
    pub rows_created: i64,
    pub rows_updated: i64,
    pub rows_unchanged: i64,
    pub rows_skipped: i64,
    pub rows_invalid: i64,
    pub rows_reported: i64,
    pub bytes_read: i64,
    pub worked_millis: i64,
    pub failure_code: Option<String>,
    pub failure_message: Option<String>,
    pub is_undone: bool,
    pub undo_removed: i64,
    pub undo_restored: i64,
    pub undo_left: i64,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// The statement that answers rows of `imports`: what stands before their columns, and what behind them.
macro_rules! import_rows {
    (($($before:tt)+), ($($behind:tt)+) $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::imports::row::ImportRow,
            $($before)+
                + " id, client_id, source, state, is_dry_run, options, file_name, content_type, file_bytes, rows_read, \
                    rows_created, rows_updated, rows_unchanged, rows_skipped, rows_invalid, rows_reported, bytes_read, \
                    worked_millis, failure_code, failure_message, undo_after IS NOT NULL AS \"is_undone!\", \
                    undo_removed, undo_restored, undo_left, created_at, started_at, ended_at, expires_at "
                + $($behind)+
            $(, $argument)*
        )
    };
}
pub(super) use import_rows;

/// Sets this of an import which the scope reaches and of which that holds, and answers it.
macro_rules! import_set {
    ($executor:expr, $scope:expr, $id:expr, $set:tt, $holds:tt $(, $argument:expr)* $(,)?) => {{
        let (user, client) = ($scope.user(), $scope.client());
        $crate::imports::row::import_rows!(
            ("UPDATE imports SET "
                + $set
                + " WHERE user_id = $1 AND id = $2 AND client_id = COALESCE($3, client_id) AND "
                + $holds
                + " RETURNING"),
            (""),
            user.as_bytes().as_slice(),
            uuid::Uuid::from($id),
            $crate::keys::client_bytes(client.as_ref())
            $(, $argument)*
        )
        .fetch_optional($executor)
        .await
    }};
}
pub(super) use import_set;

impl TryFrom<ImportRow> for Import {
    type Error = sqlx::Error;

    fn try_from(row: ImportRow) -> sqlx::Result<Self> {
        let tally = Tally {
            read: row.rows_read.unsigned_abs(),
            created: row.rows_created.unsigned_abs(),
            updated: row.rows_updated.unsigned_abs(),
            unchanged: row.rows_unchanged.unsigned_abs(),
            skipped: row.rows_skipped.unsigned_abs(),
            invalid: row.rows_invalid.unsigned_abs(),
        };
        let undo = UndoCounts {
            removed: row.undo_removed.unsigned_abs(),
            restored: row.undo_restored.unsigned_abs(),
            left: row.undo_left.unsigned_abs(),
        };
        Ok(Self {
            id: row.id.into(),
            client_id: id(&row.client_id, "imports.client_id")?,
            source: ImportSource::from_word(&row.source).ok_or_else(|| corrupt("imports.source"))?,
            state: ImportState::from_word(&row.state).ok_or_else(|| corrupt("imports.state"))?,
            is_dry_run: row.is_dry_run,
            options: row.options,
            file: ImportFile {
                name: row.file_name,
                content_type: row.content_type,
                bytes: row.file_bytes.map(i64::unsigned_abs),
            },
            progress: ImportProgress {
                tally,
                reported: row.rows_reported.unsigned_abs(),
                bytes_read: row.bytes_read.unsigned_abs(),
                worked_millis: row.worked_millis.unsigned_abs(),
            },
            failure: row.failure_code.zip(row.failure_message).map(|(code, message)| ImportFailure { code, message }),
            undo: row.is_undone.then_some(undo),
            created_at: row.created_at.into(),
            started_at: row.started_at.map(Into::into),
            ended_at: row.ended_at.map(Into::into),
            expires_at: row.expires_at.map(Into::into),
        })
    }
}

/// A count as a column takes it.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
