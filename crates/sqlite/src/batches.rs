//! Many operations on a client's contacts: looked up, planned by the domain and written in one transaction.
//!
//! There is one writer, so nothing comes between looking and writing. A batch of few operations shares its transaction
//! with other short acts; one of many has its own, and lets the short ones that wait go first.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use roster_domain::ports::{BATCH_BEGINS_WITHIN, ContactBatches, Result, StoreError};
use roster_domain::{
    Batch, BatchClient, BatchOutcome, ClientId, Contact, GroupId, Lookup, Plan, Region, Scope, UserId, number_key,
};
use rusqlite::{Connection, Row, params};

use crate::columns::id;
use crate::housekeeping::derive;
use crate::statements::statements;
use crate::threads::Step;
use crate::{SqliteStore, contacts, query};

/// So many operations take a few milliseconds.
const FEW: usize = 100;

statements! {
    OF_CLIENT = "SELECT c.id, g.id, c.region, c.derive_after IS NOT NULL FROM clients c
        CROSS JOIN contact_groups g ON g.user_id = c.user_id AND g.client_id = c.id AND g.is_default
        WHERE c.user_id = ?1 AND c.id = ?2"
        => [
            "SEARCH c USING INDEX sqlite_autoindex_clients_1 (user_id=? AND id=?)",
            "SEARCH g USING INDEX contact_groups_default (user_id=? AND client_id=?)",
        ];

    OF_DEFAULT_CLIENT = "SELECT c.id, g.id, c.region, c.derive_after IS NOT NULL FROM clients c
        CROSS JOIN contact_groups g ON g.user_id = c.user_id AND g.client_id = c.id AND g.is_default
        WHERE c.user_id = ?1 AND c.is_default"
        => [
            "SEARCH c USING INDEX clients_default (user_id=?)",
            "SEARCH g USING INDEX contact_groups_default (user_id=? AND client_id=?)",
        ];

    GROUP = "SELECT id FROM contact_groups WHERE user_id = ?1 AND client_id = ?2 AND id = ?3"
        => ["SEARCH contact_groups USING COVERING INDEX sqlite_autoindex_contact_groups_2 (user_id=? AND client_id=? AND id=?)"];

    DELETE = "DELETE FROM contacts WHERE user_id = ?1 AND id = ?2"
        => ["SEARCH contacts USING INDEX sqlite_autoindex_contacts_1 (user_id=? AND id=?)"];
}

#[async_trait]
impl ContactBatches for SqliteStore {
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome> {
        let (scope, batch, until) = (*scope, Arc::new(batch), Instant::now() + BATCH_BEGINS_WITHIN);
        if batch.operations.len() <= FEW {
            let batch = batch.clone();
            match self.writer.write(move |connection| attempt(connection, &scope, &batch, until)).await? {
                Attempt::Done(outcome) => return Ok(outcome),
                Attempt::Late => return Err(late()),
                Attempt::Behind(_) => {}
            }
        }
        let step = move |connection: &Connection| match attempt(connection, &scope, &batch, until)? {
            Attempt::Done(outcome) => Ok(Step::Done(Some(outcome))),
            Attempt::Late => Ok(Step::Done(None)),
            Attempt::Behind(client) => derive(connection, scope.user(), client).map(|_| Step::More),
        };
        self.writer.write_in_steps(step).await?.ok_or_else(late)
    }
}

/// What an attempt came to.
enum Attempt {
    Done(BatchOutcome),
    /// Nothing is done: the client's contacts are being derived anew, and can't be found by their numbers until that is
    /// through.
    Behind(ClientId),
    /// Nothing is done, nor is it to be: whoever asked may have given up.
    Late,
}

fn late() -> StoreError {
    StoreError::unavailable("a batch couldn't begin in time")
}

fn attempt(connection: &Connection, scope: &Scope, batch: &Batch, until: Instant) -> rusqlite::Result<Attempt> {
    if Instant::now() >= until {
        return Ok(Attempt::Late);
    }
    let user = scope.user();
    let Some((client, is_behind)) = client(connection, scope)? else {
        return Ok(Attempt::Done(BatchOutcome::ClientGone));
    };
    if is_behind {
        return Ok(Attempt::Behind(client.id));
    }
    let lookup = batch.lookup(client.region.as_ref());
    let groups = groups(connection, user, client.id, &lookup)?;
    let found = found(connection, user, &client, &lookup)?;
    Ok(Attempt::Done(match Plan::of(batch, &client, found, &groups) {
        Err((index, refusal)) => BatchOutcome::Refused { index, refusal },
        Ok(plan) => {
            write(connection, user, &plan)?;
            BatchOutcome::Done(plan.outcomes)
        }
    }))
}

/// The client that the batch is about, and whether its contacts are being derived anew.
fn client(connection: &Connection, scope: &Scope) -> rusqlite::Result<Option<(BatchClient, bool)>> {
    let (user, client) = (scope.user(), scope.client());
    match client {
        Some(client) => query::one(connection, OF_CLIENT, params![user.as_bytes(), client.as_bytes()], read_client),
        None => query::one(connection, OF_DEFAULT_CLIENT, params![user.as_bytes()], read_client),
    }
}

fn read_client(row: &Row<'_>) -> rusqlite::Result<(BatchClient, bool)> {
    let region = row.get::<_, Option<String>>(2)?.map(Region::from_stored);
    Ok((BatchClient { id: id(row, 0)?, region, default_group: id(row, 1)? }, row.get(3)?))
}

/// Which of the groups are the client's.
fn groups(
    connection: &Connection,
    user: UserId,
    client: ClientId,
    lookup: &Lookup,
) -> rusqlite::Result<HashSet<GroupId>> {
    let mut groups = HashSet::new();
    for group in &lookup.groups {
        let params = params![user.as_bytes(), client.as_bytes(), group.as_bytes()];
        groups.extend(query::one(connection, GROUP, params, |row| id::<GroupId>(row, 0))?);
    }
    Ok(groups)
}

/// The contacts, each once.
fn found(
    connection: &Connection,
    user: UserId,
    client: &BatchClient,
    lookup: &Lookup,
) -> rusqlite::Result<Vec<Contact>> {
    let (mut found, mut met) = (Vec::new(), BTreeSet::new());
    for id in &lookup.ids {
        let contact = contacts::find(connection, user, *id)?;
        found.extend(contact.filter(|contact| met.insert(contact.id)));
    }
    if lookup.numbers.is_empty() {
        return Ok(found);
    }
    // Those that were found by their ids come again with their numbers, beside as many as are wanted of each.
    let mut again: HashMap<String, usize> = HashMap::new();
    for contact in found.iter().filter(|contact| contact.client_id == client.id) {
        *again.entry(number_key(&contact.number, client.region.as_ref())).or_default() += 1;
    }
    for number in &lookup.numbers {
        let most = Lookup::MOST_OF_A_NUMBER + again.get(number).copied().unwrap_or_default();
        let with_number = contacts::with_number(connection, user, client.id, number, most)?;
        found.extend(with_number.into_iter().filter(|contact| met.insert(contact.id)));
    }
    Ok(found)
}

fn write(connection: &Connection, user: UserId, plan: &Plan) -> rusqlite::Result<()> {
    for id in &plan.deletes {
        query::write(connection, DELETE, params![user.as_bytes(), id.as_bytes()])?;
    }
    for (contact, derived) in &plan.inserts {
        contacts::insert(connection, user, contact, derived)?;
    }
    for (contact, derived) in &plan.updates {
        contacts::replace(connection, user, contact, derived)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use roster_domain::ports::Store;
    use roster_domain::{Operation, OperationOutcome};
    use roster_store_tests::Bench;

    use super::*;
    use crate::{SqliteOptions, connection, migrations};

    #[tokio::test]
    async fn what_comes_to_its_turn_late_is_not_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.db");
        migrations::run(&path).unwrap();
        let store = SqliteStore::open(&path, &SqliteOptions::default()).unwrap();
        let bench = Bench::new(Store::of(store.clone()), folder);
        let ada = bench.account("ada@example.org").await;
        store.close();
        let connection = connection::writer(&path, Duration::from_secs(2)).unwrap();
        let operations = vec![Operation::Create(bench.new_contact("08030000001"))];
        let batch = Batch { operations, atomic: false, at: bench.now() };
        let begin = |until| attempt(&connection, &ada.scope, &batch, until).unwrap();

        assert!(matches!(begin(Instant::now()), Attempt::Late));
        // Nothing was made under its id, or it would be taken.
        let Attempt::Done(BatchOutcome::Done(outcomes)) = begin(Instant::now() + BATCH_BEGINS_WITHIN) else {
            panic!("it isn't done in time")
        };
        assert!(matches!(outcomes[..], [OperationOutcome::Created(_)]), "{outcomes:?}");
    }
}
