//! Rows into a store: what each becomes, and what stops an import.

use std::collections::{BTreeMap, HashSet};
use std::future::{pending, ready};
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use roster_domain::ports::{ContactBatches, GroupDeletion, GroupRepository, GroupUpdate, Result, StoreError};
use roster_domain::{
    Batch, BatchClient, BatchOutcome, Caller, ClientId, Clock, Contact, ContactFilter, ContactGroup, ContactId,
    ContactsFate, Entropy, GroupChanges, GroupId, GroupTitle, IdSource, Keyset, MatchBy, NewGroup, ObjectId, OnMatch,
    Page, Plan, Precondition, Scope, Span, Timestamp, UserId,
};
use roster_transfer::{
    End, Hints, ImportError, ImportOptions, Imported, Importer, Options, ReportWriter, Source, Tally,
};

fn id<Id: From<ObjectId>>(n: u8) -> Id {
    Id::from(ObjectId::from_bytes([n; 12]))
}

/// How the store misbehaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// The acts behind the first so many fail.
    After(usize),
    /// It says nothing of the last operation.
    Silent,
    /// The groups are gone by the time that contacts go there.
    GroupsGone,
    /// The client is gone.
    ClientGone,
}

/// A store of one client, by the rules that stores go by.
struct Memory {
    fault: Fault,
    acts: Mutex<usize>,
    contacts: Mutex<BTreeMap<ContactId, Contact>>,
    groups: Mutex<Vec<ContactGroup>>,
}

impl Memory {
    fn group(&self, new: NewGroup) -> ContactGroup {
        let group = ContactGroup {
            id: new.id,
            client_id: id(1),
            title: new.title,
            is_default: new.is_default,
            created_at: new.created_at,
            updated_at: new.updated_at,
            legacy_version: new.legacy_version,
            revision: 0,
        };
        self.groups.lock().unwrap().push(group.clone());
        group
    }
}

#[async_trait]
impl ContactBatches for Memory {
    async fn apply(&self, _: &Scope, batch: Batch) -> Result<BatchOutcome> {
        let mut acts = self.acts.lock().unwrap();
        if self.fault == Fault::After(*acts) {
            return Err(StoreError::unavailable("gone"));
        }
        *acts += 1;
        if self.fault == Fault::ClientGone {
            return Ok(BatchOutcome::ClientGone);
        }
        let client = BatchClient { id: id(1), region: None, default_group: id(2) };
        let mut contacts = self.contacts.lock().unwrap();
        let groups: HashSet<GroupId> = match self.fault {
            Fault::GroupsGone => HashSet::new(),
            _ => self.groups.lock().unwrap().iter().map(|group| group.id).collect(),
        };
        let plan = Plan::of(&batch, &client, contacts.values().cloned().collect(), &groups).unwrap();
        for (contact, _) in plan.inserts.into_iter().chain(plan.updates) {
            contacts.insert(contact.id, contact);
        }
        let mut outcomes = plan.outcomes;
        if self.fault == Fault::Silent {
            outcomes.pop();
        }
        Ok(BatchOutcome::Done(outcomes))
    }
}

#[async_trait]
impl GroupRepository for Memory {
    async fn create(&self, _: &Scope, group: NewGroup) -> Result<Option<ContactGroup>> {
        Ok(Some(self.group(group)))
    }

    async fn get(&self, _: &Scope, id: GroupId) -> Result<Option<ContactGroup>> {
        Ok(self.groups.lock().unwrap().iter().find(|group| group.id == id).cloned())
    }

    async fn page(&self, _: &Scope, _: Span, _: Keyset<GroupId>) -> Result<Page<ContactGroup>> {
        Ok(Page { items: self.groups.lock().unwrap().clone(), has_more: false })
    }

    async fn page_with_counts(
        &self,
        _: &Scope,
        _: Span,
        _: &ContactFilter,
        _: Keyset<GroupId>,
    ) -> Result<Page<(ContactGroup, u64)>> {
        unimplemented!("no import asks this")
    }

    async fn update(
        &self,
        _: &Scope,
        _: GroupId,
        _: GroupChanges,
        _: Precondition,
        _: Timestamp,
    ) -> Result<GroupUpdate> {
        unimplemented!("no import asks this")
    }

    async fn delete(
        &self,
        _: &Scope,
        _: GroupId,
        _: ContactsFate,
        _: Precondition,
        _: Timestamp,
    ) -> Result<GroupDeletion> {
        unimplemented!("no import asks this")
    }
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000)
    }
}

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

struct Scene {
    memory: Arc<Memory>,
    report: Mutex<Vec<u8>>,
}

/// What a report is written into.
struct Into<'a>(&'a Mutex<Vec<u8>>);

impl std::io::Write for Into<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Scene {
    fn with(fault: Fault) -> Self {
        let memory = Memory { fault, acts: Mutex::default(), contacts: Mutex::default(), groups: Mutex::default() };
        for (n, title) in [(2, "Default"), (3, "Friends")] {
            memory.group(NewGroup {
                id: id(n),
                title: GroupTitle::parse(title).unwrap(),
                is_default: n == 2,
                created_at: Fixed.now(),
                updated_at: Fixed.now(),
                legacy_version: 0,
            });
        }
        Self { memory: Arc::new(memory), report: Mutex::default() }
    }

    async fn import_until(&self, file: &str, options: &ImportOptions, stop: impl Future<Output = ()>) -> Imported {
        let source = Source::open(Cursor::new(file.to_owned().into_bytes()), &Hints::default()).unwrap();
        let rows = source.contacts(Options::default()).unwrap();
        let importer = Importer {
            batches: self.memory.clone(),
            groups: self.memory.clone(),
            ids: Arc::new(IdSource::new(&Fixed)),
            clock: Arc::new(Fixed),
            scope: Caller::Client { user: id::<UserId>(9), client: id::<ClientId>(1) }.scope(),
        };
        let mut seen = 0;
        let watch = |_: &Tally, done: u64| {
            assert!(done > seen, "each act gets further");
            seen = done;
        };
        importer.run(rows, options, || Ok(ReportWriter::begin(Into(&self.report))), stop, watch).await
    }

    async fn import(&self, file: &str, options: &ImportOptions) -> Imported {
        self.import_until(file, options, pending()).await
    }

    fn report(&self) -> String {
        String::from_utf8(self.report.lock().unwrap().clone()).unwrap()
    }

    fn contacts(&self) -> Vec<Contact> {
        self.memory.contacts.lock().unwrap().values().cloned().collect()
    }
}

/// So many rows, no two alike.
fn rows(count: usize) -> String {
    "name,number\n".to_owned() + &(0..count).map(|n| format!("Contact {n},+23480{n:08}\n")).collect::<String>()
}

fn usual() -> ImportOptions {
    ImportOptions::usual(false)
}

#[tokio::test]
async fn what_has_nothing_to_tell_opens_no_report() {
    let scene = Scene::with(Fault::None);
    let imported = scene.import(&rows(2_300), &usual()).await;
    assert!(matches!(imported.end, End::Complete));
    assert_eq!(imported.tally, Tally { read: 2_300, created: 2_300, ..Tally::default() });
    assert_eq!((imported.done, imported.reported, scene.report()), (2_300, 0, String::new()));
    assert_eq!(*scene.memory.acts.lock().unwrap(), 3, "a thousand an act");
}

#[tokio::test]
async fn rows_that_were_passed_over_are_done_and_not_counted() {
    let scene = Scene::with(Fault::None);
    let imported = scene.import(&rows(1_500), &ImportOptions { skip_rows: 1_200, ..usual() }).await;
    assert_eq!((imported.tally.read, imported.done), (300, 1_500));
    let imported = scene.import(&rows(10), &ImportOptions { skip_rows: 1_200, ..usual() }).await;
    assert_eq!((imported.tally.read, matches!(imported.end, End::Complete)), (0, true));
}

#[tokio::test]
async fn a_group_that_went_meanwhile_leaves_its_contacts_to_the_default_one() {
    let scene = Scene::with(Fault::GroupsGone);
    let file = "number,group\n+2348030000001,Friends\n+2348030000002,\n+2348030000003,Friends\n";
    let imported = scene.import(file, &usual()).await;
    assert_eq!(imported.tally, Tally { read: 3, created: 3, ..Tally::default() });
    assert!(scene.contacts().iter().all(|contact| contact.group_id == id(2)));
    let report = scene.report();
    assert_eq!(report.matches("the client has no group 030303030303030303030303").count(), 2, "{report}");
}

#[tokio::test]
async fn an_id_that_is_taken_is_skipped_and_told() {
    let scene = Scene::with(Fault::None);
    let file = "{\"_id\": \"050505050505050505050505\", \"number\": \"1\"}\n{\"number\": \"2\"}\n";
    let by_id = ImportOptions { by: MatchBy::Id, on_match: OnMatch::Skip, ..usual() };
    assert_eq!(scene.import(file, &by_id).await.tally.created, 2);
    assert_eq!(scene.import(file, &by_id).await.tally.skipped, 2, "a row without an id goes by its number");
    for contact in scene.memory.contacts.lock().unwrap().values_mut() {
        contact.client_id = id(8);
    }
    scene.report.lock().unwrap().clear();
    let imported = scene.import(file.lines().next().unwrap(), &by_id).await;
    assert_eq!((imported.tally.read, imported.tally.skipped, imported.reported), (1, 1, 1));
    let report = scene.report();
    assert!(report.contains("1,1,skipped,another client of the account has a contact with this _id"), "{report}");
}

#[tokio::test]
async fn where_the_store_fails_it_says_what_is_done() {
    let scene = Scene::with(Fault::After(2));
    let imported = scene.import(&rows(5_000), &usual()).await;
    assert!(matches!(imported.end, End::Failed(ImportError::Store(_))));
    assert_eq!((imported.done, imported.tally.created, scene.contacts().len()), (2_000, 2_000, 2_000));
}

#[tokio::test]
async fn a_row_that_is_lost_fails_loudly() {
    let scene = Scene::with(Fault::Silent);
    let imported = scene.import(&rows(5), &usual()).await;
    assert!(matches!(imported.end, End::Failed(ImportError::Unsettled(_))));
    assert_eq!(imported.done, 0);
}

#[tokio::test]
async fn what_ends_it_before_it_begins() {
    let scene = Scene::with(Fault::ClientGone);
    assert!(matches!(scene.import(&rows(5), &usual()).await.end, End::Failed(ImportError::ClientGone)));
    let scene = Scene::with(Fault::None);
    let elsewhere = ImportOptions { group: Some("Swimmers".to_owned()), ..usual() };
    assert!(matches!(scene.import(&rows(5), &elsewhere).await.end, End::Failed(ImportError::NoSuchGroup(_))));
    scene.memory.groups.lock().unwrap()[0].title = GroupTitle::parse("Friends").unwrap();
    let friends = ImportOptions { group: Some("Friends".to_owned()), ..usual() };
    assert!(matches!(scene.import(&rows(5), &friends).await.end, End::Failed(ImportError::SeveralGroups(_))));
    let imported = scene.import_until(&rows(5), &usual(), ready(())).await;
    assert!(matches!(imported.end, End::Stopped));
    assert_eq!((imported.done, scene.contacts().len()), (0, 0));
}
