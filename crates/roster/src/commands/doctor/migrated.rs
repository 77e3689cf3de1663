//! How the database stands to this program's migrations.

use roster_domain::{MigrationStanding, MigrationState};

use super::finding::Finding;
use crate::migrations::Migrations;
use crate::settings::StoreUrl;

const ABOUT: &str = "migrations";

/// Looks at them.
pub fn examine(url: &StoreUrl) -> Finding {
    match Migrations::of(url).and_then(|migrations| migrations.status()) {
        Ok(all) => judge(&all, matches!(url, StoreUrl::Sqlite(_))),
        Err(error) => {
            Finding::fail(ABOUT, format_args!("they can't be looked at: {error:#}"), "See what is said of the store")
        }
    }
}

/// `by_itself`: a start applies what is pending.
fn judge(all: &[MigrationStanding], by_itself: bool) -> Finding {
    let with = |state| all.iter().filter(move |standing| standing.state == state);
    if let Some(unknown) = with(MigrationState::Unknown).next_back() {
        return Finding::fail(
            ABOUT,
            format_args!("{} was applied by a newer program than this one", unknown.migration),
            "Use that program, or take its migrations back with it: roster migrate revert",
        );
    }
    if let Some(changed) = with(MigrationState::Changed).next() {
        return Finding::fail(
            ABOUT,
            format_args!("{} was applied with other text than this program's", changed.migration),
            "Use the program that applied it, or restore a backup",
        );
    }
    match (with(MigrationState::Pending).count(), by_itself) {
        (0, _) => Finding::ok(ABOUT, format_args!("all {} applied", all.len())),
        (pending, true) => Finding::ok(ABOUT, format_args!("{pending} pending; the next start applies them")),
        (pending, false) => {
            Finding::fail(ABOUT, format_args!("{pending} pending"), "roster migrate run (or: roster serve --migrate)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::Migration;
    use rstest::rstest;

    #[rstest]
    #[case(&[MigrationState::Applied, MigrationState::Applied], false, "ok    migrations: all 2 applied")]
    #[case(&[MigrationState::Applied, MigrationState::Pending], true, "ok    migrations: 1 pending")]
    #[case(&[MigrationState::Applied, MigrationState::Pending], false, "FAIL  migrations: 1 pending. roster migrate run")]
    #[case(&[MigrationState::Applied, MigrationState::Unknown], true, "FAIL  migrations: 0001 things was applied by a newer")]
    #[case(&[MigrationState::Changed, MigrationState::Pending], true, "FAIL  migrations: 0000 things was applied with other")]
    fn standings(#[case] states: &[MigrationState], #[case] by_itself: bool, #[case] expected: &str) {
        let migration = |version| Migration { version, description: "things".to_owned() };
        let standing = |(at, state): (usize, &MigrationState)| MigrationStanding {
            migration: migration(i64::try_from(at).unwrap()),
            state: *state,
        };
        let all: Vec<_> = states.iter().enumerate().map(standing).collect();
        let found = judge(&all, by_itself).to_string();
        assert!(found.starts_with(expected), "{found}");
    }
}
