//! Statements are constants that say which plan they must have.

/// `NAME = sql => [plan];` makes each a `&str` constant, and of all of them the list that the test here goes through:
/// it prepares every statement against the migrated schema and compares what EXPLAIN QUERY PLAN says, line by line.
/// A plan that scans a table or sorts has no place in it.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr => [$($plan:literal),* $(,)?];)+) => {
        $($(#[$doc])* pub(super) const $name: &str = $sql;)+

        #[cfg(test)]
        pub(crate) const ALL: &[crate::statements::Statement] =
            &[$(crate::statements::Statement { name: stringify!($name), sql: $name, plan: &[$($plan),*] }),+];
    };
}
pub(crate) use statements;

/// A statement and the plan it must have.
#[cfg(test)]
pub(crate) struct Statement {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
    pub(crate) plan: &'static [&'static str],
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use rusqlite::Connection;

    use super::Statement;
    use crate::{
        attempts, audit, batches, clients, connection, contacts, finders, groups, housekeeping, imports, migrations,
        operator, sessions, users,
    };

    const MODULES: [(&str, &[Statement]); 16] = [
        ("attempts", attempts::ALL),
        ("audit", audit::ALL),
        ("batches::lookup", batches::LOOKUP),
        ("batches::write", batches::WRITE),
        ("clients", clients::ALL),
        ("contacts", contacts::ALL),
        ("homes", contacts::HOMES),
        ("finders", finders::ALL),
        ("groups", groups::ALL),
        ("erasure", housekeeping::ERASURE),
        ("derivation", housekeeping::DERIVATION),
        ("sweep", housekeeping::SWEEP),
        ("imports' sweep", housekeeping::IMPORTS),
        ("operator", operator::ALL),
        ("sessions", sessions::ALL),
        ("users", users::ALL),
    ];

    /// What EXPLAIN QUERY PLAN says of it, line by line.
    pub(crate) fn plan(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
        connection.prepare(sql)?;
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        // Unbound parameters are NULL, which doesn't matter to the plan.
        let mut rows = explain.raw_query();
        let mut plan = Vec::new();
        while let Some(row) = rows.next()? {
            plan.push(row.get("detail")?);
        }
        Ok(plan)
    }

    /// An empty database with the present schema.
    pub(crate) fn migrated() -> (Connection, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db");
        migrations::run(&path).unwrap();
        (connection::writer(&path, Duration::from_secs(2)).unwrap(), folder)
    }

    #[test]
    fn each_has_the_plan_it_names() {
        let (connection, _folder) = migrated();
        let mut wrong = Vec::new();
        for (module, statements) in MODULES.into_iter().chain(imports::STATEMENTS) {
            for Statement { name, sql, plan: expected } in statements {
                let found = plan(&connection, sql).unwrap_or_else(|failure| panic!("{module}::{name}: {failure}"));
                if found != *expected {
                    wrong.push(format!("{module}::{name}: {found:#?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn none_scans_or_sorts() {
        for (module, statements) in MODULES.into_iter().chain(imports::STATEMENTS) {
            for Statement { name, plan, .. } in statements {
                for line in *plan {
                    assert!(!line.contains("SCAN") && !line.contains("TEMP B-TREE"), "{module}::{name}: {line}");
                }
            }
        }
    }
}
