//! What comes of a batch, worked out before anything is written.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    Batch, BatchClient, MOST_NAMED, MatchBy, OnMatch, Operation, OperationOutcome, Refusal, Target, Upsert, number_key,
};
use crate::values::{Number, Region};
use crate::{Contact, ContactChanges, ContactId, Derived, GroupId, NewContact, Precondition};

/// What is to be written, and to be answered once it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// For each operation, in their order.
    pub outcomes: Vec<OperationOutcome>,
    /// To be inserted, by id.
    pub inserts: Vec<(Contact, Derived)>,
    /// Rows as they are to be, by id.
    pub updates: Vec<(Contact, Derived)>,
    /// To be deleted, by id.
    pub deletes: Vec<ContactId>,
}

impl Plan {
    /// What comes of a batch, where `found` are all contacts that its [`Lookup`](super::Lookup) speaks of, held against
    /// change, and `groups` those of its groups that are the client's.
    ///
    /// # Errors
    /// The first refusal of an atomic batch, with the operation's place: then nothing is to be written.
    pub fn of(
        batch: &Batch,
        client: &BatchClient,
        found: Vec<Contact>,
        groups: &HashSet<GroupId>,
    ) -> Result<Self, (usize, Refusal)> {
        let mut rows = Rows::new(client, found, batch);
        let mut outcomes = Vec::with_capacity(batch.operations.len());
        for (index, operation) in batch.operations.iter().enumerate() {
            match rows.act(index, operation, groups) {
                OperationOutcome::Refused(refusal) if batch.atomic => return Err((index, refusal)),
                outcome => outcomes.push(outcome),
            }
        }
        Ok(rows.into_plan(outcomes))
    }
}

/// The rows as they stand after the operations so far.
struct Rows<'a> {
    client: &'a BatchClient,
    batch: &'a Batch,
    rows: HashMap<ContactId, Row>,
    /// Those of the client that are there, by what they match by.
    by_number: HashMap<String, BTreeSet<ContactId>>,
}

struct Row {
    /// As the store has it; `None`: it hasn't.
    stored: Option<Contact>,
    /// As it is to be; `None`: gone.
    now: Option<Contact>,
    /// What is derived of that, where it is known already.
    derived: Option<Derived>,
}

impl<'a> Rows<'a> {
    fn new(client: &'a BatchClient, found: Vec<Contact>, batch: &'a Batch) -> Self {
        let rows = HashMap::with_capacity(found.len() + batch.operations.len());
        let mut rows = Self { client, batch, rows, by_number: HashMap::new() };
        for contact in found {
            rows.index(&contact, rows.key(&contact.number));
            rows.rows.insert(contact.id, Row { stored: Some(contact.clone()), now: Some(contact), derived: None });
        }
        rows
    }

    fn key(&self, number: &Number) -> String {
        number_key(number, self.client.region.as_ref())
    }

    /// Of the contact that an operation would make.
    fn derived(&self, index: usize, contact: &NewContact) -> Derived {
        let region = self.client.region.as_ref();
        match self.batch.ahead.get(index, region) {
            Some(derived) => derived.clone(),
            None => Derived::of(&contact.name, &contact.number, region),
        }
    }

    fn index(&mut self, contact: &Contact, key: String) {
        if contact.client_id == self.client.id {
            self.by_number.entry(key).or_default().insert(contact.id);
        }
    }

    fn unindex(&mut self, contact: &Contact) {
        let key = self.key(&contact.number);
        if let Some(ids) = self.by_number.get_mut(&key) {
            ids.remove(&contact.id);
        }
    }

    fn act(&mut self, index: usize, operation: &Operation, groups: &HashSet<GroupId>) -> OperationOutcome {
        let outcome = match operation {
            Operation::Create(contact) => self.create(contact, self.derived(index, contact), groups),
            Operation::Upsert(upsert) => self.upsert(index, upsert, groups),
            Operation::Update { target, changes, precondition } => {
                self.find(target).and_then(|contact| self.update(contact, changes, precondition, groups))
            }
            Operation::Delete { target, precondition } => {
                self.find(target).and_then(|contact| self.delete(contact, precondition))
            }
        };
        outcome.unwrap_or_else(OperationOutcome::Refused)
    }

    fn create(
        &mut self,
        new: &NewContact,
        derived: Derived,
        groups: &HashSet<GroupId>,
    ) -> Result<OperationOutcome, Refusal> {
        self.check(new.group_id, groups)?;
        let group_id = new.group_id.unwrap_or(self.client.default_group);
        if self.rows.get(&new.id).is_some_and(|row| row.now.is_some()) {
            return Err(Refusal::IdTaken);
        }
        let contact = new.made_in(self.client.id, group_id);
        self.put(contact.clone(), Some(derived));
        Ok(OperationOutcome::Created(contact))
    }

    fn upsert(
        &mut self,
        index: usize,
        upsert: &Upsert,
        groups: &HashSet<GroupId>,
    ) -> Result<OperationOutcome, Refusal> {
        let mut derived = None;
        let matched = match (upsert.by, upsert.on_match) {
            (MatchBy::Number, OnMatch::Add) => None,
            (MatchBy::Number, _) => {
                let derived = derived.insert(self.derived(index, &upsert.contact));
                self.by_number(derived.number.match_key(&upsert.contact.number))?
            }
            (MatchBy::Id, on_match) => match self.rows.get(&upsert.contact.id).and_then(|row| row.now.clone()) {
                // Ids are the user's: it may be a contact of another client.
                Some(other) if other.client_id != self.client.id || on_match == OnMatch::Add => {
                    return Err(Refusal::IdTaken);
                }
                matched => matched,
            },
        };
        let Some(contact) = matched else {
            let derived = derived.unwrap_or_else(|| self.derived(index, &upsert.contact));
            return self.create(&upsert.contact, derived, groups);
        };
        match upsert.on_match {
            OnMatch::Skip | OnMatch::Add => Ok(OperationOutcome::Skipped(contact)),
            OnMatch::Update => self.update(contact, &upsert.given, &Precondition::Exists, groups),
            OnMatch::FillBlanks => {
                let blanks = upsert.given.blanks_of(&contact);
                self.update(contact, &blanks, &Precondition::Exists, groups)
            }
        }
    }

    fn update(
        &mut self,
        contact: Contact,
        changes: &ContactChanges,
        precondition: &Precondition,
        groups: &HashSet<GroupId>,
    ) -> Result<OperationOutcome, Refusal> {
        if !precondition.admits(contact.version()) {
            return Err(Refusal::Stale);
        }
        self.check(changes.group_id, groups)?;
        let mut changed = changes.applied_to(&contact);
        if changed == contact {
            return Ok(OperationOutcome::Unchanged(contact));
        }
        changed.updated_at = self.batch.at;
        changed.revision += 1;
        self.unindex(&contact);
        self.put(changed.clone(), None);
        Ok(OperationOutcome::Updated { before: contact, contact: changed })
    }

    fn delete(&mut self, contact: Contact, precondition: &Precondition) -> Result<OperationOutcome, Refusal> {
        if !precondition.admits(contact.version()) {
            return Err(Refusal::Stale);
        }
        self.unindex(&contact);
        if let Some(row) = self.rows.get_mut(&contact.id) {
            row.now = None;
        }
        Ok(OperationOutcome::Deleted(contact))
    }

    fn check(&self, group: Option<GroupId>, groups: &HashSet<GroupId>) -> Result<(), Refusal> {
        match group {
            Some(group) if !groups.contains(&group) => Err(Refusal::UnknownGroup),
            _ => Ok(()),
        }
    }

    fn find(&self, target: &Target) -> Result<Contact, Refusal> {
        let found = match target {
            Target::Id(id) => {
                let row = self.rows.get(id).and_then(|row| row.now.as_ref());
                row.filter(|contact| contact.client_id == self.client.id).cloned()
            }
            Target::Number(number) => self.by_number(&self.key(number))?,
        };
        found.ok_or(Refusal::Absent)
    }

    /// The one contact with the number.
    fn by_number(&self, key: &str) -> Result<Option<Contact>, Refusal> {
        let Some(ids) = self.by_number.get(key) else { return Ok(None) };
        if ids.len() > 1 {
            return Err(Refusal::Ambiguous(ids.iter().copied().take(MOST_NAMED).collect()));
        }
        let row = ids.first().and_then(|id| self.rows.get(id));
        Ok(row.and_then(|row| row.now.clone()))
    }

    fn put(&mut self, contact: Contact, derived: Option<Derived>) {
        let key = match &derived {
            Some(derived) => derived.number.match_key(&contact.number).to_owned(),
            None => self.key(&contact.number),
        };
        self.index(&contact, key);
        let row = self.rows.entry(contact.id).or_insert(Row { stored: None, now: None, derived: None });
        (row.now, row.derived) = (Some(contact), derived);
    }

    fn into_plan(self, outcomes: Vec<OperationOutcome>) -> Plan {
        let region = self.client.region.clone();
        let mut plan = Plan { outcomes, ..Plan::default() };
        let mut rows: Vec<(ContactId, Row)> = self.rows.into_iter().collect();
        // Whoever writes rows in the order of their ids never waits for one who waits for them.
        rows.sort_unstable_by_key(|(id, _)| *id);
        for (id, row) in rows {
            match (row.stored, row.now) {
                (None, Some(new)) => plan.inserts.push(with_derived(new, row.derived, region.as_ref())),
                (Some(stored), Some(now)) if now != stored => {
                    plan.updates.push(with_derived(now, row.derived, region.as_ref()));
                }
                (Some(_), None) => plan.deletes.push(id),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        plan
    }
}

fn with_derived(contact: Contact, known: Option<Derived>, region: Option<&Region>) -> (Contact, Derived) {
    let derived = known.unwrap_or_else(|| Derived::of(&contact.name, &contact.number, region));
    (contact, derived)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channel, ContactName, E164, Lookup, ObjectId, Timestamp, Transaction};

    fn id<Id: From<ObjectId>>(n: u8) -> Id {
        ObjectId::from_bytes([n; 12]).into()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn client() -> BatchClient {
        BatchClient { id: id(1), region: Region::parse("NG").ok(), default_group: id(2) }
    }

    fn new(n: u8, name: &str, number: &str) -> NewContact {
        NewContact {
            id: id(n),
            group_id: None,
            name: ContactName::parse(name).unwrap(),
            number: Number::parse(number).unwrap(),
            channel: Channel::default(),
            transaction: Transaction::default(),
            created_at: at(1),
            updated_at: at(1),
            legacy_version: 0,
        }
    }

    fn stored(n: u8, name: &str, number: &str) -> Contact {
        let new = new(n, name, number);
        Contact {
            id: new.id,
            client_id: id(1),
            group_id: id(2),
            name: new.name,
            number: new.number,
            channel: new.channel,
            transaction: new.transaction,
            created_at: new.created_at,
            updated_at: new.updated_at,
            legacy_version: 0,
            revision: 4,
        }
    }

    fn upsert(contact: NewContact, on_match: OnMatch) -> Operation {
        let given = ContactChanges { name: Some(contact.name.clone()), ..ContactChanges::default() };
        Operation::Upsert(Upsert { contact, by: MatchBy::Number, given, on_match })
    }

    fn plan(operations: Vec<Operation>, found: Vec<Contact>) -> Plan {
        let batch = Batch::new(operations, false, at(9));
        Plan::of(&batch, &client(), found, &HashSet::from([id(3)])).unwrap()
    }

    fn names(plan: &[(Contact, Derived)]) -> Vec<&str> {
        plan.iter().map(|(contact, _)| contact.name.as_str()).collect()
    }

    #[test]
    fn any_form_of_a_number_matches() {
        let found = vec![stored(5, "", "+234 803 000 0001")];
        let plan = plan(vec![upsert(new(6, "Amina", "08030000001"), OnMatch::FillBlanks)], found);
        assert!(plan.inserts.is_empty());
        assert_eq!(names(&plan.updates), ["Amina"]);
        let (contact, _) = &plan.updates[0];
        assert_eq!((contact.id, contact.revision, contact.updated_at), (id(5), 5, at(9)));
        assert_eq!(contact.number.as_str(), "+234 803 000 0001");
    }

    #[test]
    fn the_second_of_two_new_ones_finds_the_first() {
        let twice = ["Amina", "Bola"].map(|name| upsert(new(name.len() as u8, name, "08030000001"), OnMatch::Update));
        let plan = plan(twice.into(), Vec::new());
        assert_eq!(names(&plan.inserts), ["Bola"]);
        assert!(matches!(plan.outcomes[..], [OperationOutcome::Created(_), OperationOutcome::Updated { .. }]));
    }

    #[test]
    fn nothing_is_overwritten_where_blanks_are_filled() {
        let plan = plan(
            vec![upsert(new(6, "Bola", "08030000001"), OnMatch::FillBlanks)],
            vec![stored(5, "Amina", "08030000001")],
        );
        assert!(matches!(plan.outcomes[..], [OperationOutcome::Unchanged(_)]));
        assert!(plan.updates.is_empty());
    }

    #[test]
    fn several_that_match_are_named() {
        let found = vec![stored(7, "A", "08030000001"), stored(5, "B", "+2348030000001")];
        let plan = plan(vec![upsert(new(6, "C", "2348030000001"), OnMatch::Update)], found);
        assert_eq!(plan.outcomes, [OperationOutcome::Refused(Refusal::Ambiguous(vec![id(5), id(7)]))]);
    }

    #[test]
    fn of_very_many_that_match_the_first_are_named() {
        let found: Vec<Contact> = (0..=200).rev().map(|n| stored(n, "", "status")).collect();
        let batch = |operations| Batch::new(operations, false, at(9));
        let upsert = || upsert(new(255, "A", "status"), OnMatch::Update);
        let delete = |n| Operation::Delete { target: Target::Id(id(n)), precondition: Precondition::Exists };
        for going in [2, 99, 150] {
            let mut operations: Vec<Operation> = (0..going).map(delete).collect();
            operations.push(upsert());
            // What a store looks up of them is enough.
            let lookup = batch(operations.clone()).lookup(None);
            let (mut some, others): (Vec<Contact>, Vec<Contact>) =
                found.iter().rev().cloned().partition(|contact| lookup.ids.contains(&contact.id));
            some.extend(others.into_iter().take(Lookup::MOST_OF_A_NUMBER));
            let plan = plan(operations, some);
            let named = (going..=200).take(100).map(id).collect();
            assert_eq!(plan.outcomes.last(), Some(&OperationOutcome::Refused(Refusal::Ambiguous(named))));
        }
    }

    #[test]
    fn a_contact_made_anew_under_its_id_is_written_whole() {
        let delete = Operation::Delete { target: Target::Id(id(5)), precondition: Precondition::Exists };
        let anew = NewContact { created_at: at(7), ..new(5, "B", "2") };
        let plan = plan(vec![delete, Operation::Create(anew)], vec![stored(5, "A", "1")]);
        assert!(plan.inserts.is_empty() && plan.deletes.is_empty());
        let (contact, _) = &plan.updates[0];
        assert_eq!((contact.name.as_str(), contact.created_at, contact.revision), ("B", at(7), 0));
    }

    #[test]
    fn what_was_deleted_is_gone_for_those_behind() {
        let delete = || Operation::Delete { target: Target::Id(id(5)), precondition: Precondition::Exists };
        let plan = plan(
            vec![delete(), delete(), upsert(new(6, "C", "08030000001"), OnMatch::Skip)],
            vec![stored(5, "A", "08030000001")],
        );
        assert_eq!(plan.deletes, [id(5)]);
        assert_eq!(plan.outcomes[1], OperationOutcome::Refused(Refusal::Absent));
        assert!(matches!(plan.outcomes[2], OperationOutcome::Created(_)));
    }

    #[test]
    fn an_atomic_batch_ends_at_its_first_refusal() {
        let create = |n, group: Option<GroupId>| Operation::Create(NewContact { group_id: group, ..new(n, "A", "1") });
        let operations = vec![create(6, None), create(7, Some(id(3))), create(8, Some(id(4)))];
        let batch = Batch::new(operations, true, at(9));
        assert_eq!(batch.lookup(None).groups, [id(3), id(4)]);
        let refused = Plan::of(&batch, &client(), Vec::new(), &HashSet::from([id(3)]));
        assert_eq!(refused, Err((2, Refusal::UnknownGroup)));
    }

    #[test]
    fn what_is_derived_ahead_counts_in_its_region_only() {
        let asked = || Batch::new(vec![upsert(new(6, "Amina", "08030000001"), OnMatch::Skip)], false, at(9));
        let derived = |region: &str| {
            let region = Region::parse(region).ok();
            let derived = asked().operations.iter().map(|operation| operation.derived(region.as_ref())).collect();
            asked().derived_ahead(region, derived)
        };
        let found = || vec![stored(5, "", "+2348030000001")];
        for batch in [asked(), derived("NG"), derived("DE")] {
            assert_eq!(batch.lookup(client().region.as_ref()).numbers, ["+2348030000001"]);
            let plan = Plan::of(&batch, &client(), found(), &HashSet::new()).unwrap();
            assert!(matches!(plan.outcomes[..], [OperationOutcome::Skipped(_)]), "{:?}", plan.outcomes);
            let plan = Plan::of(&batch, &client(), Vec::new(), &HashSet::new()).unwrap();
            let e164 = plan.inserts[0].1.number.e164.as_ref().map(E164::as_str);
            assert_eq!(e164, Some("+2348030000001"));
        }
        // It is taken as it was said.
        let said = asked().operations[0].derived(None);
        let plan = Plan::of(
            &asked().derived_ahead(client().region, vec![said.clone()]),
            &client(),
            Vec::new(),
            &HashSet::new(),
        );
        assert_eq!(plan.unwrap().inserts[0].1, said.unwrap());
    }

    #[test]
    fn groups_that_are_gone_are_left_out() {
        let known = HashSet::from([id(3)]);
        let batch = |group: u8| {
            let group = Some(id(group));
            let made = Operation::Create(NewContact { group_id: group, ..new(6, "A", "1") });
            let contact = NewContact { group_id: group, ..new(7, "B", "2") };
            let given = ContactChanges { group_id: group, ..ContactChanges::default() };
            let matched = Upsert { contact, by: MatchBy::Number, given, on_match: OnMatch::Update };
            Batch::new(vec![made, Operation::Upsert(matched)], true, at(9))
        };
        assert_eq!(*batch(3).without_unknown_groups(&known), batch(3));
        let batch = batch(4);
        let plan = Plan::of(&batch.without_unknown_groups(&known), &client(), vec![stored(5, "B", "2")], &known);
        let plan = plan.unwrap();
        assert_eq!(plan.inserts[0].0.group_id, id(2));
        assert!(matches!(&plan.outcomes[1], OperationOutcome::Unchanged(_)), "{:?}", plan.outcomes);
    }

    #[test]
    fn an_id_of_another_client_is_taken_and_out_of_reach() {
        let other = Contact { client_id: id(9), ..stored(5, "A", "1") };
        let by_id = Operation::Upsert(Upsert {
            contact: new(5, "B", "1"),
            by: MatchBy::Id,
            given: ContactChanges::default(),
            on_match: OnMatch::Update,
        });
        let change = Operation::Update {
            target: Target::Id(id(5)),
            changes: ContactChanges::default(),
            precondition: Precondition::Exists,
        };
        let plan = plan(vec![by_id, change], vec![other]);
        let refused = [Refusal::IdTaken, Refusal::Absent].map(OperationOutcome::Refused);
        assert_eq!(plan.outcomes, refused);
    }

    #[test]
    fn rows_are_written_in_the_order_of_their_ids() {
        let operations = [9, 7, 8].map(|n| Operation::Create(new(n, "A", "1"))).into();
        let ids: Vec<ContactId> = plan(operations, Vec::new()).inserts.iter().map(|(contact, _)| contact.id).collect();
        assert_eq!(ids, [id(7), id(8), id(9)]);
    }
}
