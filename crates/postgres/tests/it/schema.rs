//! A database's schema as text, to compare.

use sqlx::{Connection, PgConnection};

/// Tables, columns, constraints and indexes, without the record of migrations.
pub async fn schema(url: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let lines = sqlx::query_scalar(
        "SELECT concat_ws(' ', table_name, column_name, ordinal_position, data_type, is_nullable, column_default, \
                          collation_name) AS line \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' \
         UNION ALL \
         SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) \
         FROM pg_constraint \
         WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> '_sqlx_migrations' \
         UNION ALL \
         SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' \
         ORDER BY line",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    lines
}
