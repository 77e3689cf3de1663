//! A store that misbehaves on demand.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};

use async_trait::async_trait;
use roster_domain::ports::{
    ContactBatches, ContactCreation, ContactDeletion, ContactRepository, ContactSnapshot, ContactSnapshots,
    ContactUpdate, MatchingDeletion, Result, SnapshotRow, Store, StoreError, StoreHealth,
};
use roster_domain::{
    Batch, BatchOutcome, Contact, ContactChanges, ContactFilter, ContactId, ContactOrder, ContactPage, ContactPlace,
    Keyset, NewContact, NumberInfo, ObjectId, Precondition, Scope, Span, Timestamp,
};
use tokio::sync::Semaphore;

/// What no answer may repeat, in the words that libraries use.
const CAUSE: &str = "sqlx: SELECT secret FROM contacts failed at /src/store.rs:7 (constraint contacts_pkey)";

/// How the ports of contacts fail.
#[derive(Clone, Default)]
pub enum Fault {
    /// It doesn't.
    #[default]
    None,
    /// It panics.
    Panic,
    /// `StoreError::Failed`.
    Failed,
    /// `StoreError::Unavailable`.
    Unavailable,
    /// `StoreError::Overloaded`.
    Overloaded,
    /// It never answers.
    Silence,
    /// Pages are read until so many have been, then `StoreError::Unavailable`.
    AfterPages(usize),
    /// Each act waits at this gate.
    Gate(Arc<Gate>),
    /// Pages go on for ever, each behind this gate.
    Endless(Arc<Gate>),
}

/// Holds acts up until it is opened, and tells of each that came.
pub struct Gate {
    arrivals: mpsc::Sender<()>,
    open: Semaphore,
}

impl Gate {
    /// A closed one, and where it tells who came.
    pub fn closed() -> (Arc<Self>, mpsc::Receiver<()>) {
        let (arrivals, arrived) = mpsc::channel();
        (Arc::new(Self { arrivals, open: Semaphore::new(0) }), arrived)
    }

    /// Lets so many acts through, now or when they come.
    pub fn let_through(&self, acts: usize) {
        self.open.add_permits(acts);
    }

    pub async fn pass(&self) {
        // The test may have heard enough.
        let _ = self.arrivals.send(());
        self.open.acquire().await.expect("never closed for good").forget();
    }
}

/// The ports of contacts of a real store, failing as they are told to.
#[derive(Default)]
pub struct Faulty {
    contacts: OnceLock<Arc<dyn ContactRepository>>,
    batches: OnceLock<Arc<dyn ContactBatches>>,
    snapshots: OnceLock<Arc<dyn ContactSnapshots>>,
    fault: Arc<Mutex<Fault>>,
    open_snapshots: Arc<AtomicUsize>,
}

impl Faulty {
    /// Puts itself between a store and its contacts.
    pub fn in_front_of(self: Arc<Self>, store: Store) -> Store {
        assert!(self.contacts.set(store.contacts.clone()).is_ok(), "in front of one store only");
        assert!(self.batches.set(store.batches.clone()).is_ok(), "in front of one store only");
        assert!(self.snapshots.set(store.snapshots.clone()).is_ok(), "in front of one store only");
        Store { contacts: self.clone(), batches: self.clone(), snapshots: self, ..store }
    }

    /// Fails like this from now on.
    pub fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    /// How many snapshots are being read.
    pub fn open_snapshots(&self) -> usize {
        self.open_snapshots.load(Ordering::SeqCst)
    }

    /// The port behind, once the fault lets the act through.
    async fn contacts(&self, reads_page: bool) -> Result<&Arc<dyn ContactRepository>> {
        pass(&self.fault, reads_page).await?;
        Ok(self.contacts.get().expect("put in front of a store"))
    }
}

async fn pass(fault: &Mutex<Fault>, reads_page: bool) -> Result<()> {
    let fault = {
        let mut fault = fault.lock().unwrap();
        match &mut *fault {
            Fault::AfterPages(left) if reads_page && *left > 0 => {
                *left -= 1;
                Fault::None
            }
            other => other.clone(),
        }
    };
    match fault {
        Fault::None => {}
        Fault::Panic => panic!("{CAUSE}"),
        Fault::Failed => return Err(StoreError::failed(CAUSE)),
        Fault::Unavailable | Fault::AfterPages(_) => return Err(StoreError::unavailable(CAUSE)),
        Fault::Overloaded => return Err(StoreError::Overloaded),
        Fault::Silence => pending().await,
        Fault::Gate(gate) | Fault::Endless(gate) => gate.pass().await,
    }
    Ok(())
}

#[async_trait]
impl ContactBatches for Faulty {
    async fn apply(&self, scope: &Scope, batch: Batch) -> Result<BatchOutcome> {
        pass(&self.fault, false).await?;
        self.batches.get().expect("put in front of a store").apply(scope, batch).await
    }
}

#[async_trait]
impl ContactSnapshots for Faulty {
    async fn snapshot(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Result<Box<dyn ContactSnapshot>> {
        let snapshots = self.snapshots.get().expect("put in front of a store");
        let snapshot = snapshots.snapshot(scope, span, filter).await?;
        self.open_snapshots.fetch_add(1, Ordering::SeqCst);
        let (fault, open) = (self.fault.clone(), self.open_snapshots.clone());
        Ok(Box::new(FaultySnapshot { snapshot, fault, open }))
    }
}

/// A snapshot whose pages fail.
struct FaultySnapshot {
    snapshot: Box<dyn ContactSnapshot>,
    fault: Arc<Mutex<Fault>>,
    open: Arc<AtomicUsize>,
}

#[async_trait]
impl ContactSnapshot for FaultySnapshot {
    async fn next(&mut self) -> Result<Vec<SnapshotRow>> {
        pass(&self.fault, true).await?;
        self.snapshot.next().await
    }
}

impl Drop for FaultySnapshot {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl ContactRepository for Faulty {
    async fn create(&self, scope: &Scope, contact: NewContact) -> Result<ContactCreation> {
        self.contacts(false).await?.create(scope, contact).await
    }

    async fn get(&self, scope: &Scope, id: ContactId) -> Result<Option<Contact>> {
        self.contacts(false).await?.get(scope, id).await
    }

    async fn get_with_number_info(&self, scope: &Scope, id: ContactId) -> Result<Option<(Contact, NumberInfo)>> {
        self.contacts(false).await?.get_with_number_info(scope, id).await
    }

    async fn count(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Result<u64> {
        self.contacts(false).await?.count(scope, span, filter).await
    }

    async fn page(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        order: ContactOrder,
        keyset: Keyset<ContactPlace>,
    ) -> Result<ContactPage> {
        let limit = keyset.limit;
        let mut page = self.contacts(true).await?.page(scope, span, filter, order, keyset).await?;
        if matches!(*self.fault.lock().unwrap(), Fault::Endless(_)) {
            let again = page.items.first().cloned().into_iter().cycle();
            // Behind nothing, so that the next page begins with the same contact.
            let next = Some(ContactPlace::Id(ContactId::from(ObjectId::from_bytes([0xff; 12]))));
            page = ContactPage { items: again.take(limit.rows()).collect(), next };
        }
        Ok(page)
    }

    async fn update(
        &self,
        scope: &Scope,
        id: ContactId,
        changes: ContactChanges,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<ContactUpdate> {
        self.contacts(false).await?.update(scope, id, changes, precondition, at).await
    }

    async fn delete(&self, scope: &Scope, id: ContactId, precondition: Precondition) -> Result<ContactDeletion> {
        self.contacts(false).await?.delete(scope, id, precondition).await
    }

    async fn delete_matching(
        &self,
        scope: &Scope,
        span: Span,
        filter: &ContactFilter,
        expected: u64,
    ) -> Result<MatchingDeletion> {
        self.contacts(false).await?.delete_matching(scope, span, filter, expected).await
    }
}

/// A store that can't be reached when asked how it is.
pub enum UnwellStore {
    /// It says so.
    Unavailable,
    /// It says nothing.
    Silent,
}

impl UnwellStore {
    /// Puts itself in the place of the store's health.
    pub fn instead_of(self, store: Store) -> Store {
        Store { health: Arc::new(self), ..store }
    }
}

#[async_trait]
impl StoreHealth for UnwellStore {
    async fn check(&self) -> Result<()> {
        match self {
            Self::Unavailable => Err(StoreError::unavailable(CAUSE)),
            Self::Silent => pending().await,
        }
    }
}
