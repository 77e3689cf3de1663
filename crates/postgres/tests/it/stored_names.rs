//! Lists by name while contacts are derived anew.

use sqlx::Executor;

use crate::races::scene;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_by_name_goes_on_from_the_names_that_are_stored() {
    let (_bench, ada, mut other) = scene().await;
    ada.assert_walked_by_stored_names(async |statement| {
        other.execute(statement).await.unwrap();
    })
    .await;
}
