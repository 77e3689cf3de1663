//! The audit trail: what is added, and who reads what of it.

use roster_domain::Precondition::Exists;
use std::net::IpAddr;

use roster_domain::{AuditEntry, AuditEvent, Keyset, Origin, SessionId};

use crate::owner::caller;
use crate::walk::{limit, walk_audit, walk_trail};
use crate::{Bench, Owner};

/// Every event, each with something else about it, oldest first.
fn entries(owner: &Owner) -> Vec<AuditEntry> {
    let bench = &owner.bench;
    let addresses = ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "::", "255.255.255.255"];
    let mut entries = Vec::new();
    for (turn, event) in AuditEvent::ALL.into_iter().enumerate() {
        let at = bench.later();
        let mut entry = owner.entry(event);
        entry.session = (turn % 2 == 0).then(|| SessionId::generate(at, bench.entropy.as_ref()));
        entry.subject = (turn % 3 == 0).then(|| format!("subject “{turn}” 'x' \\"));
        let address = addresses[turn % addresses.len()].parse::<IpAddr>().unwrap();
        entry.origin.address = (turn % 4 != 0).then_some(address);
        entry.origin.request_id = (turn % 5 != 0).then(|| format!("request-{turn}"));
        entries.push(entry);
    }
    let _ = bench.later();
    entries.push(AuditEntry { origin: Origin::default(), ..owner.entry(AuditEvent::SignInFailed) });
    entries
}

async fn append(bench: &Bench, entries: &[AuditEntry]) {
    for entry in entries {
        bench.store.audit.append(entry.clone()).await.unwrap();
    }
}

fn newest_first(mut entries: Vec<AuditEntry>) -> Vec<AuditEntry> {
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    entries
}

pub async fn entries_come_back_as_they_were(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let created = ada.trail().await;
    let added = entries(&ada);
    append(&bench, &added).await;
    let expected = newest_first([created, added].concat());
    for rows in 1..=16 {
        assert_eq!(walk_trail(&bench.store, &ada.account(), limit(rows)).await, expected, "{rows} a page");
        assert_eq!(walk_audit(&bench.store, Some(ada.user.id), limit(rows)).await, expected, "{rows} a page");
    }
    for (rows, has_more) in [(expected.len() - 1, true), (expected.len(), false)] {
        let keyset = Keyset { after: None, limit: limit(u16::try_from(rows).unwrap()) };
        assert_eq!(bench.store.audit.page(&ada.account(), keyset).await.unwrap().has_more, has_more);
        assert_eq!(bench.store.operator.audit(Some(ada.user.id), keyset).await.unwrap().has_more, has_more);
        assert_eq!(bench.store.operator.audit(None, keyset).await.unwrap().has_more, has_more);
    }
}

pub async fn everybody_reads_their_own_and_the_operator_all(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let nobody = bench.new_account("nobody@example.org").user.user;
    let (mut hers, mut others, mut nobodys) = (ada.trail().await, eve.trail().await, Vec::new());
    // Interleaved, so that no order but that of ids comes out right.
    for turn in 0..5 {
        for (user, list) in [(Some(ada.user.id), &mut hers), (None, &mut nobodys), (Some(eve.user.id), &mut others)] {
            let _ = bench.later();
            let mut entry = bench.new_entry(AuditEvent::SignInFailed, user);
            entry.origin.request_id = Some(format!("request-{turn}"));
            append(&bench, std::slice::from_ref(&entry)).await;
            list.push(entry);
        }
    }
    assert_eq!(ada.trail().await, newest_first(hers.clone()));
    assert_eq!(eve.trail().await, newest_first(others.clone()));
    let stranger = caller(&bench, &nobody, None).account().unwrap();
    assert_eq!(walk_trail(&bench.store, &stranger, limit(10)).await, [], "nobody's are no user's");
    let all = newest_first([hers.clone(), others, nobodys].concat());
    for rows in [1, 2, 3, 7, 100] {
        assert_eq!(walk_audit(&bench.store, None, limit(rows)).await, all, "{rows} a page");
        assert_eq!(walk_audit(&bench.store, Some(ada.user.id), limit(rows)).await, newest_first(hers.clone()));
    }
    assert_eq!(walk_audit(&bench.store, Some(bench.id()), limit(10)).await, []);
}

/// Nothing of an account outlasts it, but what happens still is told.
pub async fn an_entry_of_who_is_gone_is_nobodys(bench: Bench) {
    let (ada, eve) = (bench.account("ada@example.org").await, bench.account("eve@example.org").await);
    eve.disable(true).await;
    let hash = ada.password_hash().await.unwrap();
    let erased = bench.new_entry(AuditEvent::AccountErased, None);
    bench.store.users.erase(&ada.account(), &hash, Exists, bench.later(), erased).await.unwrap();
    for (user, theirs) in [(ada.user.id, false), (bench.id(), false), (eve.user.id, true)] {
        let _ = bench.later();
        let mut entry = bench.new_entry(AuditEvent::SignInFailed, user);
        append(&bench, std::slice::from_ref(&entry)).await;
        let of_user = walk_audit(&bench.store, Some(user), limit(10)).await;
        assert_eq!(of_user.contains(&entry), theirs, "who is disabled is there");
        entry.user = entry.user.filter(|_| theirs);
        assert_eq!(walk_audit(&bench.store, None, limit(10)).await[0], entry);
    }
}
