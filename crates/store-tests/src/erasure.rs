//! A user erases their account: it is out of reach at once, and in the end nothing of it is left.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ContactCreation, STEP_ROWS, Staging, UserErasure, UserUpdate, Worked};
use roster_domain::{
    AuditEntry, AuditEvent, Email, GroupId, NewAccount, NewContact, NewCredentials, NewGroup, NewImport, Session,
    UserChanges,
};

use crate::batches::create;
use crate::imports::assert_nothing_is_left;
use crate::large_groups::fill;
use crate::owner::caller;
use crate::together::together;
use crate::users::named;
use crate::walk::{limit, walk_audit, walk_users};
use crate::{Bench, Owner};

/// The entry, which is nobody's and names whom it was about.
fn erased(owner: &Owner) -> AuditEntry {
    let mut entry = owner.bench.new_entry(AuditEvent::AccountErased, None);
    entry.subject = Some(owner.user.id.to_string());
    entry
}

async fn erase_with(owner: &Owner, verified: &str) -> UserErasure {
    let (users, at) = (&owner.bench.store.users, owner.bench.later());
    users.erase(&owner.account(), verified, Exists, at, erased(owner)).await.unwrap()
}

/// Erases the account as somebody who knows the password.
pub(crate) async fn erase(owner: &Owner) -> UserErasure {
    let hash = bench_hash(&owner.bench);
    erase_with(owner, &hash).await
}

/// What every account of a bench is made with.
fn bench_hash(bench: &Bench) -> String {
    bench.new_account("x@example.org").user.password_hash
}

/// How many steps there were that said there may be more.
async fn erase_to_the_end(bench: &Bench) -> usize {
    for steps in 0..1_000 {
        if !bench.store.housekeeping.erase_some().await.unwrap() {
            return steps;
        }
    }
    panic!("the erasure never ended");
}

/// What two users can have with the very same ids.
#[derive(Clone)]
struct Rows {
    group: NewGroup,
    contacts: Vec<NewContact>,
    session: Session,
    entry: AuditEntry,
}

impl Rows {
    fn new(bench: &Bench) -> Self {
        let group = bench.new_group("Friends");
        let contact = |number, group_id: Option<GroupId>| NewContact { group_id, ..bench.new_contact(number) };
        Self {
            contacts: vec![contact("1", None), contact("2", None), contact("3", Some(group.id))],
            group,
            session: bench.new_session(bench.id()),
            entry: bench.new_entry(AuditEvent::SignInFailed, None),
        }
    }

    async fn make_for(&self, owner: &Owner) {
        let user = owner.user.id;
        owner.make_group(&owner.scope, self.group.clone()).await;
        for contact in &self.contacts {
            owner.make(contact.clone()).await;
        }
        let session = Session { user, ..self.session.clone() };
        let entry = owner.entry(AuditEvent::SignInSucceeded);
        assert!(owner.bench.store.sessions.create(session, None, entry).await.unwrap());
        let entry = AuditEntry { user: Some(user), ..self.entry.clone() };
        owner.bench.store.audit.append(entry).await.unwrap();
    }
}

async fn make(bench: &Bench, account: &NewAccount) -> Owner {
    let entry = bench.new_entry(AuditEvent::AccountCreated, account.user.user.id);
    let made = bench.store.users.create_account(account.clone(), entry).await.unwrap();
    let (user, client) = made.expect("nothing is in the way");
    Owner::new(bench.clone(), user, client, account.client.group.id).await
}

pub async fn an_erased_account_is_out_of_reach_at_once(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let session = ada.session().await;
    ada.assert_shut_out_by(async || assert_eq!(erase(&ada).await, UserErasure::Done)).await;
    assert_eq!(bench.store.finders.client_credential(&shop.session_id).await.unwrap(), None);
    assert_eq!(ada.find_session(session.id).await, None);
    assert_eq!(ada.change(named(Some("A."), None)).await, UserUpdate::Absent);
    assert_eq!(bench.store.operator.user(&ada.user.email.key()).await.unwrap(), None);
    assert_eq!(walk_users(&bench.store, limit(10)).await, []);
}

pub async fn what_an_erased_account_held_can_be_taken_at_once(bench: Bench) {
    let mut account = bench.new_account("ada@example.org");
    let ada = make(&bench, &account).await;
    // What it holds in the end, not what it began with.
    let email = Email::parse("Ada@New.example").unwrap();
    ada.change(UserChanges { email: Some(email.clone()), ..UserChanges::default() }).await;
    let new = bench.new_client("New");
    let credentials = NewCredentials { session_id: new.session_id.clone(), token_hash: new.token_hash };
    let (clients, entry) = (&bench.store.clients, ada.entry(AuditEvent::CredentialsReplaced));
    clients.replace_credentials(&ada.account(), ada.client.id, credentials, bench.later(), entry).await.unwrap();

    assert_eq!(erase(&ada).await, UserErasure::Done);
    account.user.user.id = bench.id();
    (account.user.user.email, account.client.session_id) = (email.clone(), new.session_id.clone());
    let again = make(&bench, &account).await;
    let found = bench.store.finders.sign_in(&email.key()).await.unwrap().unwrap();
    assert_eq!(found.user, again.user.id);
    let found = bench.store.finders.client_credential(&new.session_id).await.unwrap().unwrap();
    assert_eq!((found.user, found.client), (again.user.id, ada.client.id));

    // What follows takes nothing from who has it now.
    let before = again.dump().await;
    erase_to_the_end(&bench).await;
    assert_eq!(again.dump().await, before);
    assert!(bench.store.finders.sign_in(&email.key()).await.unwrap().is_some());
    assert!(bench.store.finders.client_credential(&new.session_id).await.unwrap().is_some());
}

pub async fn nothing_is_left_but_an_entry(bench: Bench) {
    let account = bench.new_account("ada@example.org");
    let (ada, eve) = (make(&bench, &account).await, bench.account("eve@example.org").await);
    let rows = Rows::new(&bench);
    for owner in [&ada, &eve] {
        rows.make_for(owner).await;
        let (shop, shop_group) = owner.client("Shop").await;
        owner.make_group(&owner.only(shop.id), bench.new_group("Buyers")).await;
        owner.contact_in(&shop_group, "4").await;
    }
    let hers = eve.dump().await;
    assert_eq!(erase(&ada).await, UserErasure::Done);
    erase_to_the_end(&bench).await;

    let left = ada.dump().await;
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(walk_audit(&bench.store, Some(ada.user.id), limit(10)).await, []);
    assert_eq!(eve.dump().await, hers, "a neighbour whose rows have the same ids keeps them all");
    let trail = walk_audit(&bench.store, None, limit(10)).await;
    let nobodys: Vec<_> = trail.iter().filter(|entry| entry.user.is_none()).collect();
    let [entry] = nobodys[..] else { panic!("one entry is left: {nobodys:?}") };
    assert_eq!((entry.event, &entry.subject), (AuditEvent::AccountErased, &Some(ada.user.id.to_string())));
    assert_eq!(trail.len(), hers.trail.len() + 1);

    // Whatever were left would be in the way of the very same rows, or show up among them.
    let again = make(&bench, &account).await;
    let fresh = again.dump().await;
    assert_eq!((fresh.clients, fresh.groups), (vec![again.client.clone()], vec![again.group.clone()]));
    assert_eq!((fresh.contacts, fresh.sessions, fresh.trail.len()), (vec![], vec![], 1));
    rows.make_for(&again).await;
}

pub async fn only_who_knows_the_password_erases(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.contact("Amina", "2348000000001").await;
    ada.session().await;
    let before = ada.dump().await;
    for stale in ["", "$old"] {
        assert_eq!(erase_with(&ada, stale).await, UserErasure::PasswordChanged);
    }
    assert_eq!(erase_to_the_end(&bench).await, 0);
    assert_eq!(ada.dump().await, before);
    assert_eq!(walk_audit(&bench.store, None, limit(10)).await, before.trail, "no entry either");
}

pub async fn an_account_is_erased_once(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let outcomes = together((0..6).map(|_| {
        let ada = ada.clone();
        async move { erase(&ada).await }
    }))
    .await;
    let done = outcomes.iter().filter(|outcome| **outcome == UserErasure::Done).count();
    let absent = outcomes.iter().filter(|outcome| **outcome == UserErasure::Absent).count();
    assert_eq!((done, absent), (1, 5), "{outcomes:?}");
    erase_to_the_end(&bench).await;
    assert_eq!(erase(&ada).await, UserErasure::Absent);
    assert_eq!(walk_audit(&bench.store, None, limit(10)).await.len(), 1, "one entry");
}

pub async fn nobody_and_the_disabled_erase_nothing(bench: Bench) {
    let nobody = bench.new_account("nobody@example.org").user.user;
    let ada = bench.account("ada@example.org").await;
    let rights = caller(&bench, &nobody, None).account().unwrap();
    let (hash, at) = (bench_hash(&bench), bench.later());
    let outcome = bench.store.users.erase(&rights, &hash, Exists, at, erased(&ada)).await.unwrap();
    assert_eq!(outcome, UserErasure::Absent);
    ada.disable(true).await;
    assert_eq!(erase(&ada).await, UserErasure::Absent);
    assert_eq!(erase_to_the_end(&bench).await, 0);
    ada.disable(false).await;
    assert_eq!(ada.me().await, Some(ada.user.clone()));
}

pub async fn a_large_account_goes_in_steps(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    eve.contact("Amina", "2348000000001").await;
    let hers = eve.dump().await;
    let count = fill(&ada, &ada.group, STEP_ROWS + 500).await.len();
    assert_eq!(erase(&ada).await, UserErasure::Done);
    assert!(bench.store.housekeeping.erase_some().await.unwrap(), "there is more than one step's rows");
    assert!(ada.contacts_in(ada.group.id).await.len() >= count - STEP_ROWS);
    erase_to_the_end(&bench).await;
    assert!(ada.dump().await.is_empty());
    assert_eq!(eve.dump().await, hers);
}

/// Two servers at it, and a caller who was let in just before and goes on.
pub async fn an_erasure_meets_others_and_inserts(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    for number in ["1", "2", "3"] {
        ada.contact("", number).await;
    }
    assert_eq!(erase(&ada).await, UserErasure::Done);
    let inserts = tokio::spawn(insert_for_a_while(ada.clone()));
    together((0..2).map(|_| {
        let bench = bench.clone();
        async move { erase_to_the_end(&bench).await }
    }))
    .await;
    inserts.await.unwrap();
    erase_to_the_end(&bench).await;
    assert!(ada.dump().await.is_empty());
}

async fn insert_for_a_while(owner: Owner) {
    for _ in 0..200 {
        let contact = owner.bench.new_contact("2348000000002");
        match owner.bench.store.contacts.create(&owner.scope, contact).await.unwrap() {
            ContactCreation::Done(_) => {}
            ContactCreation::UnknownGroup | ContactCreation::ClientGone => return,
        }
    }
}

pub async fn imports_go_with_the_account(bench: Bench) {
    let account = bench.new_account("ada@example.org");
    let ada = make(&bench, &account).await;
    let eve = bench.account("eve@example.org").await;
    let (hers, theirs) = (ada.received().await, eve.imported(vec![vec![create(bench.new_contact("1"))]]).await);
    assert_eq!(ada.stage(hers.id, 0, b"12345").await, Staging::Done);
    let done = ada.imported(vec![vec![create(bench.new_contact("1"))]]).await;
    let dry = ada.claimed_as(NewImport { is_dry_run: true, ..bench.new_import() }).await;
    bench.worked(&dry, vec![create(bench.new_contact("2"))]).await;
    assert_eq!(erase(&ada).await, UserErasure::Done);
    let late = bench.step(&dry, vec![create(bench.new_contact("3"))]).await;
    erase_to_the_end(&bench).await;
    assert!(!matches!(late, Worked::Done(_)), "{late:?}");
    assert_eq!(bench.claim().await, None);
    assert_eq!(eve.import(theirs.id).await.as_ref(), Some(&theirs));

    let again = make(&bench, &account).await;
    for import in [hers, done, dry.import] {
        assert_eq!(again.import(import.id).await, None);
        assert_nothing_is_left(&again, &import).await;
    }
}
