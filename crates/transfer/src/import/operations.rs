//! What is asked of the store for a row.

use roster_domain::{
    ContactChanges, ContactName, GroupId, IdSource, MatchBy, NewContact, OnMatch, Operation, Timestamp, Transaction,
    TransactionChanges, Upsert,
};

use crate::Candidate;

/// The operation that makes this candidate a contact, or matches it with one there is. It names no group.
pub fn operation(candidate: &Candidate, by: MatchBy, on_match: OnMatch, ids: &IdSource, now: Timestamp) -> Operation {
    // What has no id can't be matched by it; made anew each time it would be there twice the second time.
    let by = if candidate.id.is_none() { MatchBy::Number } else { by };
    let id = candidate.id.filter(|_| by == MatchBy::Id).unwrap_or_else(|| ids.next(now));
    let created_at = candidate.created_at.unwrap_or(now);
    let contact = NewContact {
        id,
        group_id: None,
        name: candidate.name.clone().unwrap_or_else(|| ContactName::from_stored(String::new())),
        number: candidate.number.clone(),
        channel: candidate.channel.clone().unwrap_or_default(),
        transaction: candidate.transaction.clone(),
        created_at,
        updated_at: candidate.updated_at.unwrap_or(created_at),
        legacy_version: candidate.legacy_version.unwrap_or(0),
    };
    if by == MatchBy::Number && on_match == OnMatch::Add {
        return Operation::Create(contact);
    }
    let Transaction { survey_id, survey_sort_id } = &candidate.transaction;
    let given = ContactChanges {
        name: candidate.name.clone(),
        number: Some(candidate.number.clone()),
        group_id: None,
        channel: candidate.channel.clone(),
        transaction: TransactionChanges {
            survey_id: survey_id.map(Some),
            survey_sort_id: survey_sort_id.clone().map(Some),
        },
    };
    Operation::Upsert(Upsert { contact, by, given, on_match })
}

/// The same in this group.
pub fn in_group(mut operation: Operation, group: GroupId) -> Operation {
    match &mut operation {
        Operation::Create(contact) => contact.group_id = Some(group),
        Operation::Upsert(Upsert { contact, given, .. }) => {
            contact.group_id = Some(group);
            given.group_id = Some(group);
        }
        // No row asks this.
        Operation::Update { .. } | Operation::Delete { .. } => {}
    }
    operation
}

#[cfg(test)]
mod tests {
    use super::*;
    use roster_domain::{ContactId, Entropy, Number, ObjectId};
    use rstest::rstest;

    struct Zeros;
    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn candidate(id: Option<ContactId>) -> Candidate {
        Candidate { id, ..Candidate::of(Number::parse("08030000001").unwrap()) }
    }

    fn of(candidate: &Candidate, by: MatchBy, on_match: OnMatch) -> Operation {
        operation(candidate, by, on_match, &IdSource::new(&Zeros), Timestamp::from_millis(7_000))
    }

    #[rstest]
    #[case(true, MatchBy::Id, MatchBy::Id, true)]
    #[case(true, MatchBy::Number, MatchBy::Number, false)]
    #[case(false, MatchBy::Id, MatchBy::Number, false)]
    fn ids_are_kept_where_they_match(
        #[case] has_id: bool,
        #[case] by: MatchBy,
        #[case] matched: MatchBy,
        #[case] kept: bool,
    ) {
        let id = ContactId::from(ObjectId::from_bytes([9; 12]));
        let Operation::Upsert(upsert) = of(&candidate(has_id.then_some(id)), by, OnMatch::Skip) else { panic!() };
        assert_eq!((upsert.by, upsert.contact.id == id), (matched, kept));
    }

    #[test]
    fn what_is_added_is_looked_for_by_nothing() {
        assert!(matches!(of(&candidate(None), MatchBy::Number, OnMatch::Add), Operation::Create(_)));
    }

    #[test]
    fn times_are_those_of_the_file() {
        let made = Timestamp::from_millis(5);
        let old = Candidate { created_at: Some(made), legacy_version: Some(3), ..candidate(None) };
        let Operation::Create(contact) = of(&old, MatchBy::Number, OnMatch::Add) else { panic!() };
        assert_eq!((contact.created_at, contact.updated_at, contact.legacy_version), (made, made, 3));
        let Operation::Create(contact) = of(&candidate(None), MatchBy::Number, OnMatch::Add) else { panic!() };
        assert_eq!(contact.created_at, Timestamp::from_millis(7_000));
    }
}
