//! Lists by name while contacts are derived anew.

use roster_sqlite::SqliteOptions;
use rusqlite::Connection;

use crate::place;

#[tokio::test]
async fn a_list_by_name_goes_on_from_the_names_that_are_stored() {
    let (_store, bench, path) = place::open(&SqliteOptions::default());
    let ada = bench.account("ada@example.org").await;
    ada.assert_walked_by_stored_names(async |statement| {
        Connection::open(&path).unwrap().execute(statement, []).unwrap();
    })
    .await;
}
