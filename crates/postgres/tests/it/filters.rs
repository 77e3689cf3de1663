//! Every list, filter and search uses the index it is meant to: the server itself tells with which plan each statement
//! of the store's ran.

use roster_domain::ports::Store;
use roster_domain::values::{NumberSuffix, SearchQuery};
use roster_domain::{
    Caller, Channel, ContactFilter, ContactId, ContactName, ContactOrder, ContactPlace, GroupId, Keyset, Limit,
    NameKey, Number, NumberKind, ObjectId, Scope, SessionId, Span, Timestamp,
};
use roster_postgres::{MIGRATOR, PostgresOptions, PostgresStore};
use roster_testkit::SeededEntropy;
use roster_testkit::postgres::database;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::heard_plans::{HeardPlans, telling};

/// Fifty users with two clients each, in Nigeria, with ten groups each; a tenth of all contacts is of each of user
/// 1's clients, a five-hundredth of user 2's first, the rest of the others'.
const OWNERS: &str = "
CREATE FUNCTION made_id(n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE
    AS $$ SELECT decode(lpad(to_hex(n), 24, '0'), 'hex') $$;
INSERT INTO users (id, email, firstname, lastname, password_hash, created_at, updated_at, revision)
    SELECT made_id(u), u || '@example.org', '', '', '', 'epoch', 'epoch', 0 FROM generate_series(1, 50) u;
INSERT INTO clients (user_id, id, name, is_default, session_id, region, created_at, updated_at, revision)
    SELECT made_id(u), made_id(u * 10 + c), 'Client', c = 0, u * 10 + c, 'NG', 'epoch', 'epoch', 0
    FROM generate_series(1, 50) u, generate_series(0, 1) c;
INSERT INTO contact_groups (user_id, id, client_id, title, is_default, created_at, updated_at, legacy_version,
                            revision, region)
    SELECT made_id(u), made_id((u * 10 + c) * 100 + g), made_id(u * 10 + c), 'Group', g = 0, 'epoch', 'epoch', 0, 0,
           'NG'
    FROM generate_series(1, 50) u, generate_series(0, 1) c, generate_series(0, 9) g;
";

/// Names of two words out of 20 and 10, and five letters that hardly two contacts share.
const CONTACTS: &str = "
INSERT INTO contacts (user_id, id, client_id, group_id, name, number, channel, created_at, updated_at, legacy_version,
                      revision, number_kind, e164, name_key, search_key)
    SELECT made_id(u), made_id(1000000 + n), made_id(u * 10 + c), made_id((u * 10 + c) * 100 + g), name, number,
           CASE WHEN n % 7 = 0 THEN 'telegram' ELSE 'whatsapp' END,
           timestamptz '2024-01-01' + n * interval '1 second', timestamptz '2024-01-01' + n * interval '1 second', 0, 0,
           'phone', '+' || number, name, name || E'\\n' || number
    FROM (
        SELECT n, CASE WHEN n % 5 = 0 THEN 1 WHEN n % 500 = 1 THEN 2 ELSE 3 + n % 48 END AS u,
               CASE WHEN n % 500 = 1 THEN 0 WHEN n % 5 = 0 THEN n % 2 ELSE (n / 100) % 2 END AS c, h % 10 AS g,
               (ARRAY['amina', 'chidi', 'ngozi', 'yusuf', 'tunde', 'zainab', 'emeka', 'fatima', 'ibrahim', 'kemi',
                      'sade', 'bola', 'hassan', 'grace', 'peter', 'maryam', 'uche', 'sani', 'halima',
                      'john'])[1 + (h >> 8) % 20]
               || ' ' ||
               (ARRAY['bello', 'okafor', 'adeyemi', 'musa', 'eze', 'balogun', 'lawal', 'nwosu', 'ojo',
                      'danjuma'])[1 + (h >> 16) % 10]
               || ' ' || substr(md5(n::text), 1, 5) AS name,
               '23480' || lpad((n * 7919 % 100000000)::text, 8, '0') AS number
        FROM (SELECT n, abs(hashint8(n)::bigint) AS h FROM generate_series(1::bigint, ROWS) n) s
    ) made;
";

fn id<Id: From<ObjectId>>(n: u64) -> Id {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&n.to_be_bytes());
    ObjectId::from_bytes(bytes).into()
}

/// A list, and the indexes of contacts that it should be read by, one after the other.
struct Case {
    name: &'static str,
    user: u64,
    span: Span,
    filter: ContactFilter,
    order: ContactOrder,
    indexes: &'static [&'static str],
}

impl Case {
    /// Of user 1's large client.
    fn new(name: &'static str, filter: ContactFilter, indexes: &'static [&'static str]) -> Self {
        Self { name, user: 1, span: Span::OneClient, filter, order: ContactOrder::Newest, indexes }
    }

    fn of_all(self) -> Self {
        Self { span: Span::AllClients, ..self }
    }

    fn by(self, order: ContactOrder) -> Self {
        Self { order, ..self }
    }
}

fn searching(text: &str) -> ContactFilter {
    ContactFilter { search: SearchQuery::parse(text).ok(), ..ContactFilter::default() }
}

/// User 1's first client's third group.
fn group() -> GroupId {
    id(1002)
}

/// The number of one contact of user 1's large client, the seven-tenths of the way from the oldest to the newest.
fn number(rows: u64) -> String {
    format!("23480{:08}", rows * 7 / 10 * 7919 % 100_000_000)
}

/// Words that this contact alone holds.
fn rare(rows: u64) -> ContactFilter {
    searching(&format!("234 {}", &number(rows)[7..]))
}

fn cases(rows: u64) -> Vec<Case> {
    use ContactOrder::{Name, Oldest};
    let all = ContactFilter::default;
    let in_group = |filter: ContactFilter| ContactFilter { group_id: Some(group()), ..filter };
    let channel = || ContactFilter { channel: Channel::parse("telegram").ok(), ..all() };
    let kind = || ContactFilter { kind: Some(NumberKind::Phone), ..all() };
    let at = Timestamp::parse("2024-01-01T12:00:00Z").ok();
    let times = || ContactFilter { created_after: at, updated_after: at, ..all() };
    let before = || ContactFilter { created_before: at, ..all() };
    let number_is = || ContactFilter { number: Number::parse(&number(rows)).ok(), ..all() };
    let suffix = || ContactFilter { number_suffix: NumberSuffix::parse(&number(rows)[5..]).ok(), ..all() };
    let (frequent, rare) = (|| searching("bello"), || rare(rows));
    let short = || searching("am");
    let mut cases = vec![
        Case::new("oldest", all(), &["contacts_by_client"]).by(Oldest),
        Case::new("oldest of all", all(), &["contacts_pkey"]).by(Oldest).of_all(),
        Case::new("oldest of a group", in_group(all()), &["contacts_by_group"]).by(Oldest),
        Case::new("channel", channel(), &["contacts_by_client"]),
        Case::new("channel of all", channel(), &["contacts_pkey"]).of_all(),
        Case::new("channel of a group", in_group(channel()), &["contacts_by_group"]),
        Case::new("kind", kind(), &["contacts_by_client"]),
        Case::new("times", times(), &["contacts_by_client"]),
        Case::new("before", before(), &["contacts_by_client"]),
        Case::new("name", all(), &["contacts_by_name"]).by(Name),
        Case::new("name and channel", channel(), &["contacts_by_name"]).by(Name),
        Case::new("name of all", all(), &["contacts_by_name"]).by(Name).of_all(),
        Case::new("name of a group", in_group(all()), &["contacts_by_name"]).by(Name),
        Case::new("number", number_is(), &["contacts_by_number"]),
        Case::new("number of all", number_is(), &["contacts_by_number"]).of_all(),
        Case::new("number in a group", in_group(number_is()), &["contacts_by_number"]),
        Case::new("number by name", number_is(), &["contacts_by_number"]).by(Name),
        Case::new("frequent word", frequent(), &["contacts_by_client"]),
        Case::new("frequent word of all", frequent(), &["contacts_pkey"]).of_all(),
        Case::new("frequent word in a group", in_group(frequent()), &["contacts_by_group"]),
        Case::new("rare words", rare(), &["contacts_by_client", "contacts_by_search"]),
        Case::new("rare words, oldest", rare(), &["contacts_by_client", "contacts_by_search"]).by(Oldest),
        Case::new("rare words of all", rare(), &["contacts_pkey", "contacts_by_search"]).of_all(),
        Case::new("rare words by name", rare(), &["contacts_by_name", "contacts_by_search"]).by(Name),
        Case::new("rare words of all by name", rare(), &["contacts_by_search"]).by(Name).of_all(),
        Case::new("suffix", suffix(), &["contacts_by_client", "contacts_by_search"]),
        Case::new("short word", short(), &["contacts_by_client"]),
        Case::new("short word by name", short(), &["contacts_by_name"]).by(Name),
    ];
    if rows >= 1_000_000 {
        // A smaller group is read whole.
        let indexes = &["contacts_by_group", "contacts_by_search"];
        cases.push(Case::new("rare words in a group", in_group(rare()), indexes));
    }
    cases
}

fn scope(user: u64) -> Scope {
    let session = SessionId::generate(Timestamp::from_millis(0), &SeededEntropy::new(7));
    Caller::User { user: id(user), session, client: None }.scope()
}

/// Half-way through a list.
fn half_way(order: ContactOrder, rows: u64) -> ContactPlace {
    let id: ContactId = id(1_000_000 + rows / 2);
    match order {
        ContactOrder::Newest | ContactOrder::Oldest => ContactPlace::Id(id),
        ContactOrder::Name => ContactPlace::Name(NameKey::of(&ContactName::parse("ibrahim").unwrap()), id),
    }
}

async fn assert_plans(store: &Store, heard: &HeardPlans, rows: u64) {
    let limit = Limit::parse("10").unwrap();
    // More often than the server tries plans for given values before it keeps one for all.
    for round in 0..7 {
        for Case { name, user, span, filter, order, indexes } in cases(rows) {
            for after in [None, Some(half_way(order, rows))] {
                let deep = after.is_some();
                heard.forget();
                store.contacts.page(&scope(user), span, &filter, order, Keyset { after, limit }).await.unwrap();
                heard.assert_indexes(&format!("{name}, deep: {deep}, round {round}"), indexes);
            }
        }
    }
    let all = ContactFilter::default;
    let number = ContactFilter { number: Number::parse(&number(rows)).ok(), ..all() };
    let counted = [
        ("all", ContactFilter { kind: Some(NumberKind::Phone), ..all() }, "contacts_by_client"),
        ("group", ContactFilter::of_group(Some(group())), "contacts_by_group"),
        ("number", number.clone(), "contacts_by_number"),
        ("words", rare(rows), "contacts_by_search"),
    ];
    for (name, filter, index) in counted {
        heard.forget();
        store.contacts.count(&scope(1), Span::OneClient, &filter).await.unwrap();
        heard.assert_indexes(&format!("count, {name}"), &[index]);
        heard.forget();
        store.contacts.delete_matching(&scope(1), Span::OneClient, &filter, u64::MAX).await.unwrap();
        heard.assert_indexes(&format!("which to delete, {name}"), &[index]);
    }
    let in_snapshots = [
        ("all", all(), &["contacts_by_client"][..]),
        ("kind", ContactFilter { kind: Some(NumberKind::Phone), ..all() }, &["contacts_by_client"]),
        ("group", ContactFilter::of_group(Some(group())), &["contacts_by_group"]),
        ("number", number.clone(), &["contacts_by_number", "contacts_pkey"]),
        ("words", rare(rows), &["contacts_by_search", "contacts_pkey"]),
    ];
    for (name, filter, indexes) in in_snapshots {
        heard.forget();
        let mut snapshot = store.snapshots.snapshot(&scope(1), Span::OneClient, &filter).await.unwrap();
        while !snapshot.next().await.unwrap().is_empty() {}
        heard.assert_indexes(&format!("snapshot, {name}"), indexes);
        heard.assert_nothing_sorted(&format!("snapshot, {name}"));
    }
    let with_counts = [
        ("all", all(), "contacts_by_group"),
        ("number", number, "contacts_by_number"),
        ("words", rare(rows), "contacts_by_search"),
    ];
    for (name, filter, index) in with_counts {
        heard.forget();
        let keyset = Keyset { after: None, limit };
        store.groups.page_with_counts(&scope(1), Span::OneClient, &filter, keyset).await.unwrap();
        heard.assert_indexes(&format!("groups with counts, {name}"), &[index]);
    }
}

async fn look_at_plans(rows: u64, deleted: u64) {
    let database = database(&MIGRATOR).await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    connection.execute(OWNERS).await.unwrap();
    connection.execute(AssertSqlSafe(CONTACTS.replace("ROWS", &rows.to_string()))).await.unwrap();
    connection.execute("ANALYZE").await.unwrap();

    let heard = HeardPlans::new();
    let _listening = heard.listen();
    let store = PostgresStore::connect(&telling(database.url()), &PostgresOptions::default()).await.unwrap();
    let ports = Store::of(store.clone());
    assert_plans(&ports, &heard, rows).await;
    let delete = "DELETE FROM contacts WHERE id IN (SELECT made_id(1000000 + n) FROM generate_series($1, $2) n)";
    let (first, last) = (rows as i64 / 3, rows as i64 / 3 + deleted as i64 - 1);
    let gone = sqlx::query(delete).bind(first).bind(last).execute(&mut connection).await.unwrap();
    assert_eq!(gone.rows_affected(), deleted);
    // Plans made before, and plans made anew.
    assert_plans(&ports, &heard, rows).await;
    store.close().await;
    let store = PostgresStore::connect(&telling(database.url()), &PostgresOptions::default()).await.unwrap();
    assert_plans(&Store::of(store.clone()), &heard, rows).await;
    store.close().await;
}

/// As after the first import, which autovacuum hasn't come by yet.
#[tokio::test]
async fn what_a_snapshot_looked_up_is_read_by_its_id_of_tables_without_statistics_too() {
    let database = database(&MIGRATOR).await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    connection.execute(OWNERS).await.unwrap();
    connection.execute(AssertSqlSafe(CONTACTS.replace("ROWS", "20000"))).await.unwrap();
    // Thousands have the number that is looked for.
    let same = "UPDATE contacts SET number = $1, e164 = '+' || $1 WHERE user_id = made_id(1)";
    sqlx::query(same).bind(number(20_000)).execute(&mut connection).await.unwrap();
    let heard = HeardPlans::new();
    let _listening = heard.listen();
    let store = PostgresStore::connect(&telling(database.url()), &PostgresOptions::default()).await.unwrap();
    let number = ContactFilter { number: Number::parse(&number(20_000)).ok(), ..ContactFilter::default() };
    let ports = Store::of(store.clone());
    let mut snapshot = ports.snapshots.snapshot(&scope(1), Span::OneClient, &number).await.unwrap();
    while !snapshot.next().await.unwrap().is_empty() {}
    heard.assert_indexes("snapshot without statistics", &["contacts_by_number", "contacts_pkey"]);
    store.close().await;
}

#[tokio::test]
async fn every_filter_uses_its_index() {
    look_at_plans(60_000, 6_000).await;
}

#[tokio::test]
#[ignore = "takes minutes: cargo test -p roster-postgres --test it a_million -- --ignored"]
async fn every_filter_uses_its_index_among_a_million() {
    look_at_plans(1_000_000, 100_000).await;
}
