//! How the rows of imports are read and written.

use roster_domain::{
    ClientId, Import, ImportFailure, ImportFile, ImportId, ImportProgress, ImportSource, ImportState, Keyset, Lease,
    NewImport, Page, Scope, Tally, Timestamp, UndoCounts, UserId,
};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, optional_time, parsed, time, uuid};
use crate::query::{self, ABOVE_ALL, one_more};
use crate::statements::statements;

/// Of a scope ?1 and ?2 (NULL: all the user's clients).
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, client_id, source, state, is_dry_run, options, file_name, content_type, file_bytes, rows_read,
                rows_created, rows_updated, rows_unchanged, rows_skipped, rows_invalid, rows_reported, bytes_read,
                worked_millis, failure_code, failure_message, undo_after IS NOT NULL, undo_removed, undo_restored,
                undo_left, created_at, started_at, ended_at, expires_at
            FROM imports WHERE user_id = ?1 AND (?2 IS NULL OR client_id = ?2) AND state <> 'discarded' AND ",
            $rest
        )
    };
}

statements! {
    GET = select!("id = ?3")
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id=?)"];

    /// Newest first.
    PAGE = select!("id < ?3 ORDER BY id DESC LIMIT ?4")
        => ["SEARCH imports USING INDEX sqlite_autoindex_imports_1 (user_id=? AND id<?)"];

    INSERT = "INSERT INTO imports (user_id, id, client_id, source, state, is_dry_run, options, file_name, content_type,
            file_bytes, created_at, started_at, lease_holder, lease_until, staged_bytes, is_untidy, report_parts,
            rows_read, rows_created, rows_updated, rows_unchanged, rows_skipped, rows_invalid, rows_reported,
            bytes_read, worked_millis, undo_removed, undo_restored, undo_left)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
        => [];
}

pub(super) fn get(connection: &Connection, scope: &Scope, id: ImportId) -> rusqlite::Result<Option<Import>> {
    let (user, client) = (scope.user(), scope.client());
    let params = params![user.as_bytes(), client.as_ref().map(ClientId::as_bytes), id.as_bytes()];
    query::one(connection, GET, params, import)
}

pub(super) fn page(connection: &Connection, scope: &Scope, keyset: Keyset<ImportId>) -> rusqlite::Result<Page<Import>> {
    let (user, client) = (scope.user(), scope.client());
    let below = keyset.after.as_ref().map_or(ABOVE_ALL, |id| id.as_bytes());
    let params = params![user.as_bytes(), client.as_ref().map(ClientId::as_bytes), below, one_more(keyset.limit)];
    Ok(Page::of_one_more(query::all(connection, PAGE, params, import)?, keyset.limit))
}

/// A new one: a file that is being received, or rows that go in from now on.
pub(super) fn insert(
    connection: &Connection,
    user: UserId,
    client_id: ClientId,
    source: ImportSource,
    new: &NewImport,
    lease: Lease,
) -> rusqlite::Result<Import> {
    let (state, bytes, started_at) = match source {
        ImportSource::Staged => (ImportState::Receiving, Some(0), None),
        ImportSource::Direct => (ImportState::Running, new.file.bytes, Some(new.created_at)),
    };
    let import = Import {
        id: new.id,
        client_id,
        source,
        state,
        is_dry_run: new.is_dry_run,
        options: new.options.clone(),
        file: ImportFile { bytes, ..new.file.clone() },
        progress: ImportProgress::default(),
        failure: None,
        undo: None,
        created_at: new.created_at,
        started_at,
        ended_at: None,
        expires_at: None,
    };
    query::write(
        connection,
        INSERT,
        params![
            user.as_bytes(),
            import.id.as_bytes(),
            import.client_id.as_bytes(),
            source.as_str(),
            import.state.as_str(),
            import.is_dry_run,
            import.options,
            import.file.name,
            import.file.content_type,
            import.file.bytes,
            import.created_at.millis(),
            import.started_at.map(Timestamp::millis),
            lease.holder,
            lease.until.millis(),
        ],
    )?;
    Ok(import)
}

fn import(row: &Row<'_>) -> rusqlite::Result<Import> {
    let failure = match (row.get(18)?, row.get(19)?) {
        (Some(code), Some(message)) => Some(ImportFailure { code, message }),
        _ => None,
    };
    let undo = UndoCounts { removed: row.get(21)?, restored: row.get(22)?, left: row.get(23)? };
    Ok(Import {
        id: uuid(row, 0)?,
        client_id: id(row, 1)?,
        source: parsed(row, 2, ImportSource::from_word)?,
        state: parsed(row, 3, ImportState::from_word)?,
        is_dry_run: row.get(4)?,
        options: row.get(5)?,
        file: ImportFile { name: row.get(6)?, content_type: row.get(7)?, bytes: row.get(8)? },
        progress: ImportProgress {
            tally: Tally {
                read: row.get(9)?,
                created: row.get(10)?,
                updated: row.get(11)?,
                unchanged: row.get(12)?,
                skipped: row.get(13)?,
                invalid: row.get(14)?,
            },
            reported: row.get(15)?,
            bytes_read: row.get(16)?,
            worked_millis: row.get(17)?,
        },
        failure,
        undo: row.get::<_, bool>(20)?.then_some(undo),
        created_at: time(row, 24)?,
        started_at: optional_time(row, 25)?,
        ended_at: optional_time(row, 26)?,
        expires_at: optional_time(row, 27)?,
    })
}
