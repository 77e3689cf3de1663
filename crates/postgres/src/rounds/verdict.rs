//! What a failure means for a round, and for the connection it went over.

use roster_domain::ports::StoreError;
use tokio::time::error::Elapsed;

use crate::error::{lost_connection, store_error};

/// Why a round has no answers.
pub(super) enum Broken {
    /// There is no connection; nothing was asked.
    Unreachable(StoreError),
    /// There was no answer in time. What was asked may still be done.
    Late(Elapsed),
    By(sqlx::Error),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It lies in one of the items: a value or a constraint (classes 22 and 23). Nothing was done.
    Item,
    /// It met another transaction, and was undone (class 40).
    MetAnother,
    /// It waited too long; nothing was done. Items may fare better singly.
    Waited,
    /// It lies in the connection or the server's state (a standby, a changed table); nothing was done.
    Undone,
    /// The connection is lost, and whether it was done isn't known.
    Lost,
    /// Trying again would be no use.
    Final,
}

impl Broken {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Unreachable(_) | Self::Late(_) => Verdict::Final,
            Self::By(error) if lost_connection(error) => Verdict::Lost,
            Self::By(sqlx::Error::Database(refusal)) => of_code(&refusal.code().unwrap_or_default()),
            Self::By(_) => Verdict::Final,
        }
    }

    /// Whether the connection can be used on.
    pub(super) fn spares_connection(&self) -> bool {
        matches!(self.verdict(), Verdict::Item | Verdict::MetAnother | Verdict::Waited)
    }

    /// The same failure for each of a round's items.
    pub(super) fn into_errors(self) -> impl Fn() -> StoreError {
        let error = match self {
            Self::Unreachable(error) => error,
            Self::Late(late) => StoreError::unavailable(late),
            Self::By(error) => store_error(error),
        };
        move || error.again()
    }
}

/// Of a refusal that leaves the connection alive.
fn of_code(code: &str) -> Verdict {
    match code {
        "55P03" | "57014" => Verdict::Waited,
        _ => match code.get(..2) {
            Some("22" | "23") => Verdict::Item,
            Some("40") => Verdict::MetAnother,
            _ => Verdict::Undone,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("22P05", Verdict::Item)]
    #[case("23505", Verdict::Item)]
    #[case("40001", Verdict::MetAnother)]
    #[case("40P01", Verdict::MetAnother)]
    #[case("55P03", Verdict::Waited)]
    #[case("57014", Verdict::Waited)]
    #[case("25006", Verdict::Undone)]
    #[case("0A000", Verdict::Undone)]
    #[case("26000", Verdict::Undone)]
    #[case("53100", Verdict::Undone)]
    #[case("XX000", Verdict::Undone)]
    fn of_codes(#[case] code: &str, #[case] verdict: Verdict) {
        assert_eq!(of_code(code), verdict);
    }

    #[test]
    fn a_lost_connection_is_not_used_again() {
        let lost = Broken::By(sqlx::Error::Io(io::ErrorKind::BrokenPipe.into()));
        assert_eq!(lost.verdict(), Verdict::Lost);
        assert!(!lost.spares_connection());
        assert!(matches!(lost.into_errors()(), StoreError::Unavailable(_)));
    }
}
