//! The statements about sessions, and how their rows are read. A session lives at a time when it wasn't ended and
//! expires later.

use roster_domain::{Keyset, Page, Session, SessionId, SessionSecret, Timestamp, TokenHash, UserId};
use rusqlite::{Connection, Row, params};

use crate::columns::{id, time, token_hash, uuid};
use crate::query::{self, ABOVE_ALL, one_more};
use crate::statements::statements;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT s.user_id, s.id, s.user_agent, s.created_at, s.last_used_at, s.expires_at, s.counter, s.nonce,
                s.key_id, s.token_hash, s.previous_token_hash, s.rotated_at, s.pair_used
            FROM sessions s ",
            $rest
        )
    };
}

statements! {
    /// Expired or not, of a user who isn't shut out.
    FIND = select!("JOIN users u ON u.id = s.user_id
        WHERE s.user_id = ?1 AND s.id = ?2 AND s.ended_at IS NULL AND u.disabled_at IS NULL AND u.erased_at IS NULL")
        => [
            "SEARCH u USING INDEX sqlite_autoindex_users_1 (id=?)",
            "SEARCH s USING INDEX sqlite_autoindex_sessions_1 (user_id=? AND id=?)",
        ];

    /// Those that live at ?3, newest first.
    PAGE = select!("WHERE s.user_id = ?1 AND s.id < ?2 AND s.ended_at IS NULL AND s.expires_at > ?3
        ORDER BY s.id DESC LIMIT ?4")
        => ["SEARCH s USING INDEX sqlite_autoindex_sessions_1 (user_id=? AND id<?)"];

    /// Touches no row when the user is gone or disabled.
    INSERT = "INSERT INTO sessions (user_id, id, user_agent, created_at, last_used_at, expires_at, counter, nonce,
            key_id, token_hash, previous_token_hash, rotated_at, pair_used)
        SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 FROM users
        WHERE id = ?1 AND disabled_at IS NULL AND erased_at IS NULL AND (?14 IS NULL OR password_hash = ?14)"
        => ["SEARCH users USING INDEX sqlite_autoindex_users_1 (id=?)"];

    END = "UPDATE sessions SET ended_at = ?3, expires_at = ?3
        WHERE user_id = ?1 AND id = ?2 AND ended_at IS NULL AND expires_at > ?3"
        => ["SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (user_id=? AND id=?)"];

    /// Those that live at ?2.
    END_LIVING = "UPDATE sessions SET ended_at = ?2, expires_at = ?2
        WHERE user_id = ?1 AND ended_at IS NULL AND expires_at > ?2"
        => ["SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (user_id=?)"];

    /// Those that have expired too, lest they live again when the clock is set back; but not ?3, where one is given.
    END_OTHERS = "UPDATE sessions SET ended_at = ?2, expires_at = min(expires_at, ?2)
        WHERE user_id = ?1 AND ended_at IS NULL AND id IS NOT ?3"
        => ["SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (user_id=?)"];

    /// Only while its secret is still the one with counter ?3 and hash ?4.
    ROTATE = "UPDATE sessions SET counter = ?5, nonce = ?6, key_id = ?7, token_hash = ?8, previous_token_hash = ?9,
            rotated_at = ?10, pair_used = ?11, last_used_at = max(last_used_at, ?12), expires_at = max(expires_at, ?13)
        WHERE user_id = ?1 AND id = ?2 AND counter = ?3 AND token_hash = ?4 AND ended_at IS NULL AND expires_at > ?10"
        => ["SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (user_id=? AND id=?)"];

    /// Only if that says something new.
    NOTE_USE = "UPDATE sessions SET last_used_at = max(last_used_at, ?3), expires_at = max(expires_at, ?4),
            pair_used = pair_used OR counter IS ?5
        WHERE user_id = ?1 AND id = ?2 AND ended_at IS NULL AND expires_at > ?3
            AND (last_used_at < ?3 OR expires_at < ?4 OR (counter IS ?5 AND NOT pair_used))"
        => ["SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (user_id=? AND id=?)"];
}

/// The session that a token names, unless it was ended or its user is shut out.
pub(crate) fn find(connection: &Connection, user: UserId, id: SessionId) -> rusqlite::Result<Option<Session>> {
    query::one(connection, FIND, params![user.as_bytes(), id.as_bytes()], session)
}

pub(super) fn page(
    connection: &Connection,
    user: UserId,
    at: Timestamp,
    keyset: Keyset<SessionId>,
) -> rusqlite::Result<Page<Session>> {
    let below = keyset.after.as_ref().map_or(ABOVE_ALL, |id| id.as_bytes());
    let params = params![user.as_bytes(), below, at.millis(), one_more(keyset.limit)];
    Ok(Page::of_one_more(query::all(connection, PAGE, params, session)?, keyset.limit))
}

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        user: id(row, 0)?,
        id: uuid(row, 1)?,
        user_agent: row.get(2)?,
        created_at: time(row, 3)?,
        last_used_at: time(row, 4)?,
        expires_at: time(row, 5)?,
        secret: SessionSecret {
            counter: row.get(6)?,
            nonce: row.get(7)?,
            key_id: row.get(8)?,
            token_hash: token_hash(row, 9)?,
            previous_token_hash: row.get::<_, Option<[u8; 32]>>(10)?.map(TokenHash),
            rotated_at: time(row, 11)?,
            pair_used: row.get(12)?,
        },
    })
}
