//! A user reads and changes their own account.

use roster_domain::Precondition::Exists;
use std::slice;

use roster_domain::ports::UserUpdate;
use roster_domain::{AuditEntry, AuditEvent, PersonName, User, UserChanges};

use crate::owner::caller;
use crate::{Bench, Owner};

impl Owner {
    /// Changes the account now, without a password having been verified.
    pub(crate) async fn change(&self, changes: UserChanges) -> UserUpdate {
        self.change_with(changes, None, vec![]).await
    }

    /// Changes the account now.
    pub(crate) async fn change_with(
        &self,
        changes: UserChanges,
        verified: Option<&str>,
        entries: Vec<AuditEntry>,
    ) -> UserUpdate {
        let users = &self.bench.store.users;
        users.update(&self.account(), changes, verified, Exists, self.bench.now(), entries).await.unwrap()
    }

    /// The user as they are now.
    pub(crate) async fn me(&self) -> Option<User> {
        self.bench.store.users.get(&self.account()).await.unwrap()
    }

    /// What their password must verify against now.
    pub(crate) async fn password_hash(&self) -> Option<String> {
        self.bench.store.users.password_hash(&self.account()).await.unwrap()
    }
}

/// Changes that set the names.
pub(crate) fn named(firstname: Option<&str>, lastname: Option<&str>) -> UserChanges {
    let name = |text: Option<&str>| text.map(|text| PersonName::parse(text).unwrap());
    UserChanges { firstname: name(firstname), lastname: name(lastname), ..UserChanges::default() }
}

pub async fn a_user_is_read(bench: Bench) {
    let ada = bench.account("Ada@Example.org").await;
    let eve = bench.account("eve@example.org").await;
    assert_eq!(ada.me().await.as_ref(), Some(&ada.user));
    assert_eq!(eve.me().await.as_ref(), Some(&eve.user));
    assert_eq!(ada.password_hash().await, Some(bench.new_account("x@example.org").user.password_hash));
    let nobody = bench.new_account("nobody@example.org").user.user;
    let nobody = caller(&bench, &nobody, None).account().unwrap();
    assert_eq!(bench.store.users.get(&nobody).await.unwrap(), None);
    assert_eq!(bench.store.users.password_hash(&nobody).await.unwrap(), None);
}

pub async fn names_change_alone_and_together(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (before, hers) = (ada.dump().await, eve.dump().await);
    let mut expected = ada.user.clone();
    for (firstname, lastname) in [(Some("Ada"), None), (None, Some("Lovelace")), (Some("“A.” 👩🏾‍🚀"), Some(""))]
    {
        let changes = named(firstname, lastname);
        expected.updated_at = bench.later();
        expected.revision += 1;
        expected.firstname = changes.firstname.clone().unwrap_or(expected.firstname);
        expected.lastname = changes.lastname.clone().unwrap_or(expected.lastname);
        assert_eq!(ada.change(changes).await, UserUpdate::Done(expected.clone()));
        assert_eq!(ada.me().await.as_ref(), Some(&expected));
    }
    let mut now = ada.dump().await;
    now.user = before.user.clone();
    assert_eq!(now, before, "nothing else changes");
    assert_eq!(eve.dump().await, hers);
}

pub async fn nothing_different_leaves_a_user_alone(bench: Bench) {
    let ada = bench.account("Ada@Example.org").await;
    ada.change(named(Some("Ada"), Some("Lovelace"))).await;
    let before = ada.me().await.unwrap();
    let same = UserChanges { email: Some(ada.user.email.clone()), ..named(Some("Ada"), Some("Lovelace")) };
    for changes in [UserChanges::default(), named(Some("Ada"), None), same] {
        let _ = bench.later();
        assert_eq!(ada.change(changes).await, UserUpdate::Done(before.clone()));
        assert_eq!(ada.me().await.as_ref(), Some(&before));
    }
    let trail = ada.trail().await;
    let _ = bench.later();
    let entry = ada.entry(AuditEvent::EmailChanged);
    assert_eq!(ada.change_with(UserChanges::default(), None, vec![entry.clone()]).await, UserUpdate::Done(before));
    assert_eq!(ada.trail().await, [slice::from_ref(&entry), &trail].concat(), "an entry is written even so");
}

pub async fn nobody_and_the_disabled_change_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let nobody = bench.new_account("nobody@example.org").user.user;
    let (rights, at) = (caller(&bench, &nobody, None).account().unwrap(), bench.later());
    let entry = bench.new_entry(AuditEvent::EmailChanged, nobody.id);
    let outcome =
        bench.store.users.update(&rights, named(Some("N."), None), None, Exists, at, vec![entry]).await.unwrap();
    assert_eq!(outcome, UserUpdate::Absent);

    let before = ada.dump().await;
    ada.disable(true).await;
    let hash = before.password_hash.as_deref();
    for verified in [None, hash] {
        let entries = vec![ada.entry(AuditEvent::EmailChanged)];
        assert_eq!(ada.change_with(named(Some("A."), None), verified, entries).await, UserUpdate::Absent);
    }
    ada.disable(false).await;
    let mut now = ada.dump().await;
    assert!(now.trail.iter().all(|entry| entry.event != AuditEvent::EmailChanged));
    now.trail = before.trail.clone();
    assert_eq!(now, before);
}
