//! `roster audit`

use std::fmt::Display;
use std::num::NonZero;

use roster_domain::AuditEntry;

use super::paged;
use super::with_store::{account, with_store};
use crate::cli::AuditArgs;
use crate::output::Foreign;
use crate::telemetry;

/// Lists the audit trail, newest first, one entry a line: when, what, whose account, in which session, to what, from
/// which address, in which request; `-` stands for what isn't known.
///
/// # Errors
/// When no account has the address, or the store can't be reached or isn't migrated.
pub fn run(args: AuditArgs) -> anyhow::Result<()> {
    let settings = super::settings(args.settings, Vec::new())?;
    telemetry::start(&settings.log)?;
    with_store(&settings.store, async |store| {
        let user = match &args.email {
            Some(address) => Some(account(&store, address).await?.user.id),
            None => None,
        };
        let read = async |keyset| store.operator.audit(user, keyset).await;
        paged::print(args.limit.map(NonZero::get), read, |entry| entry.id, line).await
    })
}

fn line(entry: &AuditEntry) -> String {
    let AuditEntry { id: _, user, event, at, session, subject, origin } = entry;
    let [user, session, address] = [shown(*user), shown(*session), shown(origin.address)];
    let [subject, request] = [subject, &origin.request_id].map(|text| shown(text.as_deref().map(Foreign)));
    format!("{at}  {:<20}  {user}  {session}  {subject}  {address}  {request}", event.as_str())
}

fn shown(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::{AuditEvent, AuditId, ObjectId, Origin, Timestamp, UserId};
    use roster_testkit::SeededEntropy;

    #[test]
    fn a_line_shows_everything_and_steers_no_terminal() {
        let at = Timestamp::from_millis(1_700_000_000_000);
        let entry = AuditEntry {
            id: AuditId::generate(at, &SeededEntropy::new(1)),
            user: Some(UserId::from(ObjectId::from_bytes([7; 12]))),
            event: AuditEvent::SignInFailed,
            at,
            session: None,
            subject: Some("a\u{1b}[2Jb".to_owned()),
            origin: Origin { address: Some([192, 0, 2, 7].into()), request_id: Some("r-1".to_owned()) },
        };
        assert_eq!(
            line(&entry),
            "2023-11-14T22:13:20.000Z  sign_in_failed        070707070707070707070707  -  a\\u{1b}[2Jb  192.0.2.7  r-1"
        );
        let nobodys = AuditEntry { user: None, subject: None, origin: Origin::default(), ..entry };
        assert_eq!(line(&nobodys), "2023-11-14T22:13:20.000Z  sign_in_failed        -  -  -  -  -");
    }

    #[test]
    fn every_event_fits_its_column() {
        assert!(AuditEvent::ALL.iter().all(|event| event.as_str().len() <= 20));
    }
}
