//! How connections are opened.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;

use crate::ConnectError;

/// Sizes and times of the store.
#[derive(Clone, Copy, Debug)]
pub struct PostgresOptions {
    /// How many connections at most for acts, beside up to four for each runtime that acts are called on, and two for every
    /// two processors that write (see `rounds`); one more hears of revocations.
    pub pool_size: u32,
    /// How long an act waits for one of those.
    pub acquire_timeout: Duration,
    /// How long a statement on single things, and a page of a list, may take.
    pub statement_timeout: Duration,
    /// How long a statement over many rows may take.
    pub bulk_timeout: Duration,
    /// How long a statement waits for a lock that somebody else holds.
    pub lock_timeout: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            pool_size: 10,
            acquire_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(2),
            bulk_timeout: Duration::from_secs(10),
            lock_timeout: LOCK_TIMEOUT,
        }
    }
}

/// How long anything waits for a lock that somebody else holds, unless it is set otherwise.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// After this the server itself ends a transaction that nobody goes on with.
const IDLE_IN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads the URL. What is wrong with it is not repeated, since it may hold a password.
pub(crate) fn parse(url: &str) -> Result<PgConnectOptions, ConnectError> {
    let has_scheme = url.starts_with("postgres://") || url.starts_with("postgresql://");
    if !has_scheme || password_ends_early(url) {
        return Err(ConnectError::MalformedUrl);
    }
    let options: PgConnectOptions = url.parse().map_err(|_| ConnectError::MalformedUrl)?;
    let named = options.get_application_name().is_some();
    Ok(if named { options } else { options.application_name("roster") })
}

/// A `/`, `?` or `#` in a password must be percent-encoded: bare it would end the host, and what follows would go for
/// the name of the database or for a parameter, which errors and the log repeat.
fn password_ends_early(url: &str) -> bool {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let Some(end) = rest.find(['/', '?', '#']) else { return false };
    let (authority, behind) = rest.split_at(end);
    let path = if behind.starts_with('/') { behind.split(['?', '#']).next().unwrap_or_default() } else { "" };
    path.contains('@') || (!authority.contains('@') && !behind.starts_with('/') && behind.contains('@'))
}

/// With the limits that the server enforces. (The time zone is always UTC: sqlx sees to that.)
pub(crate) fn with_timeouts(options: PgConnectOptions, statement: Duration, lock: Duration) -> PgConnectOptions {
    options.options([
        ("statement_timeout", statement.as_millis()),
        ("lock_timeout", lock.as_millis()),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_TIMEOUT.as_millis()),
    ])
}

/// For acts: every statement of theirs has its index, and must use it from the first row on. A plan made while a table
/// was small would scan the whole of it, and be kept when it has grown. And an order that an index gives in part only is
/// no order.
pub(crate) fn on_indexes(options: PgConnectOptions) -> PgConnectOptions {
    options.options([
        ("enable_seqscan", "off"),
        ("enable_bitmapscan", "off"),
        ("enable_sort", "off"),
        ("enable_incremental_sort", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("jit", "off"),
    ])
}

/// For rounds, beside that: a plan is made once for a statement, before any value is known. It would be made anew for
/// each round otherwise, and that takes longer than the round.
pub(crate) fn for_rounds(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("plan_cache_mode", "force_generic_plan")])
}

/// How a statement is planned that searches. All that is planned on these connections is planned once and for all values,
/// so the planner may not go by what it takes for usual: that whatever reads the fewest rows is best (so rows are made
/// dear) and that the order of an index is better than any sorting; but a word is looked up in bulk.
pub(crate) const SEARCHING: [(&str, &str); 3] =
    [("enable_bitmapscan", "on"), ("cpu_tuple_cost", "1000"), ("max_parallel_workers_per_gather", "0")];

/// For searches: as for rounds but for that, and each may take so long.
pub(crate) fn for_searches(options: PgConnectOptions, statement: Duration) -> PgConnectOptions {
    for_rounds(options).options(SEARCHING).options([("statement_timeout", statement.as_millis())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("postgres://roster:s3cret@db.example.org/roster", true)]
    #[case("postgresql://roster@%2Fvar%2Frun%2Fpostgresql:5432/roster?sslmode=disable", true)]
    #[case("postgres://roster:s3%2Fcret@db.example.org/roster?user=ada@example", true)]
    #[case("postgres://roster:12/cret@db.example.org/roster", false)]
    #[case("postgres://roster:s3/cret@db.example.org/roster", false)]
    #[case("postgres://roster:12?cret@db.example.org/roster", false)]
    #[case("postgres://roster:12#cret@db.example.org/roster", false)]
    #[case("postgres://roster:s3cret@db.example.org/roster?sslmode=s3cret", false)]
    #[case("mysql://roster:s3cret@db.example.org/roster", false)]
    #[case("", false)]
    fn urls(#[case] url: &str, #[case] good: bool) {
        let parsed = parse(url);
        assert_eq!(parsed.is_ok(), good);
        if let Err(error) = parsed {
            assert!(!format!("{error} {error:?}").contains("cret"));
        }
    }
}
