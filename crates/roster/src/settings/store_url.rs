//! Which store a URL means.

use std::path::PathBuf;

use secrecy::SecretString;

/// Where the data is.
#[derive(Clone, Debug)]
pub enum StoreUrl {
    /// A file of the embedded store.
    Sqlite(PathBuf),
    /// A PostgreSQL server, as sqlx reads it; may hold a password.
    Postgres(SecretString),
}

impl StoreUrl {
    /// What `store.url` must look like; goes on from "must be".
    pub const EXPECTED: &str = "sqlite://FILE (sqlite://roster.db, or sqlite:///var/lib/roster/roster.db from the \
                                root) or postgres://USER:PASSWORD@HOST/DATABASE";

    /// `sqlite://roster.db` is relative to the working folder, `sqlite:///roster.db` is not. Anything else than these
    /// and PostgreSQL's URLs is none; a SQLite URL takes no parameters, and means a file (not `:memory:`).
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            let is_file =
                !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '#']) && !path.contains(":memory:");
            return is_file.then(|| Self::Sqlite(PathBuf::from(path)));
        }
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        is_postgres.then(|| Self::Postgres(SecretString::from(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::path::Path;

    #[rstest]
    #[case("sqlite://roster.db", Some("roster.db"))]
    #[case("sqlite:///var/roster.db", Some("/var/roster.db"))]
    #[case("sqlite://", None)]
    #[case("sqlite://data/", None)]
    #[case("sqlite::memory:", None)]
    #[case("sqlite://:memory:", None)]
    #[case("sqlite://roster.db?mode=ro", None)]
    #[case("roster.db", None)]
    fn files(#[case] url: &str, #[case] path: Option<&str>) {
        let parsed = match StoreUrl::parse(url) {
            Some(StoreUrl::Sqlite(path)) => Some(path),
            _ => None,
        };
        assert_eq!(parsed.as_deref(), path.map(Path::new));
    }

    #[rstest]
    #[case("postgres://ada@localhost/roster", true)]
    #[case("postgresql:///roster", true)]
    #[case("mysql://localhost/roster", false)]
    #[case("Postgres", false)]
    fn servers(#[case] url: &str, #[case] good: bool) {
        assert_eq!(matches!(StoreUrl::parse(url), Some(StoreUrl::Postgres(_))), good);
    }

    #[test]
    fn a_password_is_never_printed() {
        let url = StoreUrl::parse("postgres://ada:correct-horse@localhost/roster").unwrap();
        assert!(!format!("{url:?}").contains("horse"));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = StoreUrl::parse(&text);
        }
    }
}
