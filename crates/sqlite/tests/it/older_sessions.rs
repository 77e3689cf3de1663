//! Sessions from before their rotation was noted, and back.

use roster_sqlite::migrations;
use rusqlite::Connection;

use crate::place;

/// The migration that this is about.
const ROTATION: i64 = 6;

#[test]
fn they_live_on_and_the_ended_do_not_come_back() {
    let (_folder, path) = place::empty_folder();
    migrations::run(&path).unwrap();
    while migrations::revert(&path).unwrap().unwrap().version > ROTATION {}
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at)
                VALUES (zeroblob(12), 'ada@example.org', '', '', '', 1, 1);
            INSERT INTO sessions (user_id, id, user_agent, counter, nonce, key_id, token_hash, created_at,
                    last_used_at, expires_at)
                VALUES (zeroblob(12), zeroblob(16), '', 3, zeroblob(16), zeroblob(8), zeroblob(32), 17, 18, 99);
            INSERT INTO sessions SELECT user_id, randomblob(16), user_agent, counter, nonce, key_id, token_hash,
                    previous_token_hash, created_at, last_used_at, expires_at FROM sessions;",
        )
        .unwrap();

    migrations::run(&path).unwrap();
    let sessions: Vec<(i64, bool, Option<i64>, i64)> = connection
        .prepare("SELECT rotated_at, pair_used, ended_at, expires_at FROM sessions")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(sessions, [(17, true, None, 99); 2]);

    connection.execute("UPDATE sessions SET ended_at = 20, expires_at = 20 WHERE id <> zeroblob(16)", []).unwrap();
    while migrations::revert(&path).unwrap().unwrap().version > ROTATION {}
    let left: Vec<[u8; 16]> = connection
        .prepare("SELECT id FROM sessions")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(left, [[0; 16]]);
}
