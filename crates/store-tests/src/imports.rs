//! Imports as those see them whose they are: handing a file over, and what is to be seen and done afterwards. The work on
//! them is in `import_steps`.

use roster_domain::AuditEvent::ClientDeleted;
use roster_domain::Precondition::Exists;
use roster_domain::ports::{
    Beginning, Begun, EndTimes, Receiving, StagedPiece, Staging, StagingLimits, Turned, Worked,
};
use roster_domain::{
    Claim, Import, ImportEnd, ImportFile, ImportProgress, ImportSource, ImportState, Keyset, Scope, UndoCounts,
};

use crate::batches::create;
use crate::importing::{LEASE_MILLIS, PLENTY, done, due, failed, leases_run_out, tally, turned};
use crate::sweeping::{NOTHING, sweep};
use crate::together::together;
use crate::walk::limit;
use crate::{Bench, Owner};

pub async fn a_file_is_handed_over_piece_by_piece(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let new = bench.new_import();
    let import = ada.received_as(new.clone()).await;
    let expected = Import {
        id: new.id,
        client_id: ada.client.id,
        source: ImportSource::Staged,
        state: ImportState::Receiving,
        is_dry_run: false,
        options: new.options,
        file: ImportFile { bytes: Some(0), ..new.file },
        progress: ImportProgress::default(),
        failure: None,
        undo: None,
        created_at: new.created_at,
        started_at: None,
        ended_at: None,
        expires_at: None,
    };
    assert_eq!(import, expected);
    assert_eq!(bench.claim().await, None, "it isn't all there");
    let large = vec![0xff; StagedPiece::MOST];
    assert_eq!(ada.stage(import.id, 0, &large).await, Staging::Done);
    // Its answer may have been lost.
    assert_eq!(ada.stage(import.id, 0, &large).await, Staging::Done);
    assert_eq!(ada.stage(import.id, 1, b"\0rest").await, Staging::Done);
    let bytes = Some(large.len() as u64 + 5);
    let file = ImportFile { bytes, ..expected.file.clone() };
    assert_eq!(ada.import(import.id).await, Some(Import { file: file.clone(), ..expected.clone() }));

    let _ = bench.later();
    let submitted = bench.store.imports.submit(&ada.scope, import.id).await.unwrap();
    let waiting = Import { state: ImportState::Waiting, file, ..expected };
    assert_eq!(submitted, Some(waiting.clone()));
    assert_eq!(bench.store.imports.submit(&ada.scope, import.id).await.unwrap(), None, "it waits already");
    assert_eq!(ada.stage(import.id, 2, b"late").await, Staging::Gone);
    let claim = bench.claim().await.unwrap();
    let running = Import { state: ImportState::Running, started_at: Some(bench.now()), ..waiting };
    assert_eq!((claim.user, &claim.import, &claim.region), (ada.user.id, &running, &None));
    for (number, piece) in [(0, Some(large)), (1, Some(b"\0rest".to_vec())), (2, None)] {
        assert_eq!(bench.store.import_runs.staged(&claim, number).await.unwrap(), piece);
    }
}

pub async fn so_many_wait_and_so_much_is_staged(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let few = StagingLimits { waiting: 2, ..PLENTY };
    let first = ada.received().await;
    let second = ada.waiting().await;
    assert_eq!(ada.receive(&ada.scope, bench.new_import(), few).await, Receiving::TooMany);
    assert!(matches!(eve.receive(&eve.scope, bench.new_import(), few).await, Receiving::Begun(_)), "hers are hers");
    // What is given up doesn't wait any more, and neither does what is worked on.
    bench.store.imports.give_up(&ada.scope, first.id).await.unwrap();
    assert!(matches!(ada.receive(&ada.scope, bench.new_import(), few).await, Receiving::Begun(_)));
    assert_eq!(ada.receive(&ada.scope, bench.new_import(), few).await, Receiving::TooMany);
    assert_eq!(bench.claim().await.unwrap().import.id, second.id);
    let third = match ada.receive(&ada.scope, bench.new_import(), few).await {
        Receiving::Begun(import) => import,
        other => panic!("{other:?}"),
    };

    // Eight bytes are staged, everybody's together.
    let (imports, lease) = (&bench.store.imports, bench.lease());
    let room = |staged_bytes| StagingLimits { staged_bytes, ..PLENTY };
    let piece = || StagedPiece { number: 0, bytes: b"12345".to_vec() };
    let stage = |bytes| imports.stage(&ada.scope, third.id, piece(), room(bytes), lease);
    assert_eq!(stage(12).await.unwrap(), Staging::NoRoom);
    assert_eq!(stage(13).await.unwrap(), Staging::Done);
    assert_eq!(eve.receive(&eve.scope, bench.new_import(), room(13)).await, Receiving::NoRoom);
    assert!(matches!(eve.receive(&eve.scope, bench.new_import(), room(14)).await, Receiving::Begun(_)));
    // And so many of them may be one user's.
    let share = |staged_bytes_of_user| StagingLimits { staged_bytes_of_user, ..PLENTY };
    let next = || StagedPiece { number: 1, bytes: b"67".to_vec() };
    assert_eq!(imports.stage(&ada.scope, third.id, next(), share(14), lease).await.unwrap(), Staging::NoRoom);
    assert_eq!(ada.receive(&ada.scope, bench.new_import(), share(13)).await, Receiving::NoRoom);
    assert!(matches!(eve.receive(&eve.scope, bench.new_import(), share(13)).await, Receiving::Begun(_)));
    assert_eq!(imports.stage(&ada.scope, third.id, next(), share(15), lease).await.unwrap(), Staging::Done);
}

pub async fn of_several_at_once_no_more_wait_than_may(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let few = StagingLimits { waiting: 3, ..PLENTY };
    let outcomes = together((0..8).map(|_| {
        let (ada, new) = (ada.clone(), bench.new_import());
        async move { ada.receive(&ada.scope, new, few).await }
    }));
    let begun = outcomes.await.into_iter().filter(|outcome| matches!(outcome, Receiving::Begun(_))).count();
    assert_eq!(begun, 3);
}

/// Of another user, and narrowed to another client.
pub async fn neighbours_imports_are_as_if_unknown(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let import = ada.imported(vec![vec![create(bench.new_contact("1"))]]).await;
    let received = ada.received().await;
    let own = ada.only(ada.client.id);
    assert_eq!(bench.store.imports.get(&own, import.id).await.unwrap().as_ref(), Some(&import));
    let hers = ada.dump().await;
    for scope in [eve.scope, eve.only(eve.client.id), ada.only(shop.id), eve.only(ada.client.id)] {
        assert_sees_nothing(&bench, &scope, &import, &received).await;
    }
    assert_eq!((ada.import(import.id).await, ada.dump().await), (Some(import), hers));
    assert_eq!(ada.import(received.id).await, Some(received));
    // A scope that is narrowed chooses the client.
    match bench.store.imports.receive(&ada.only(shop.id), bench.new_import(), PLENTY, bench.lease()).await.unwrap() {
        Receiving::Begun(import) => assert_eq!(import.client_id, shop.id),
        other => panic!("{other:?}"),
    }
    let nobodys = ada.only(bench.id());
    assert_eq!(ada.receive(&nobodys, bench.new_import(), PLENTY).await, Receiving::ClientGone);
    let begun = bench.store.imports.begin(&nobodys, Beginning::New(bench.new_import()), bench.lease()).await.unwrap();
    assert_eq!(begun, Begun::Absent);
}

async fn assert_sees_nothing(bench: &Bench, scope: &Scope, import: &Import, received: &Import) {
    let (imports, times) = (&bench.store.imports, bench.end_times());
    let newest = Keyset { after: None, limit: limit(10) };
    let from_start = Keyset { after: None, limit: limit(10) };
    assert_eq!(imports.get(scope, import.id).await.unwrap(), None);
    assert_eq!(imports.page(scope, newest).await.unwrap().items, []);
    assert_eq!(imports.report(scope, import.id, 0).await.unwrap(), None);
    assert_eq!(imports.left_alone(scope, import.id, from_start).await.unwrap().items, []);
    assert_eq!(imports.cancel(scope, received.id, times).await.unwrap(), None);
    assert_eq!(imports.resume(scope, import.id).await.unwrap(), Turned::Absent);
    assert_eq!(imports.undo(scope, import.id).await.unwrap(), Turned::Absent);
    assert_eq!(imports.submit(scope, received.id).await.unwrap(), None);
    imports.give_up(scope, received.id).await.unwrap();
    let piece = StagedPiece { number: 0, bytes: vec![1] };
    assert_eq!(imports.stage(scope, received.id, piece, PLENTY, bench.lease()).await.unwrap(), Staging::Gone);
    assert_eq!(imports.begin(scope, Beginning::Again(import.id), bench.lease()).await.unwrap(), Begun::Absent);
}

pub async fn imports_are_listed_newest_first(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.insert(0, ada.received().await);
    }
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = bench.store.imports.page(&ada.scope, Keyset { after, limit: limit(2) }).await.unwrap();
        assert!(page.items.len() <= 2);
        after = page.items.last().map(|import| import.id);
        listed.extend(page.items);
        if !page.has_more {
            break;
        }
    }
    assert_eq!(listed, all);
}

pub async fn a_cancelled_import_is_worked_on_no_more(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (received, waiting) = (ada.received().await, ada.waiting().await);
    for import in [&received, &waiting] {
        let _ = bench.later();
        let EndTimes { ended_at, expires_at } = bench.end_times();
        let cancelled = ada.cancel(import.id).await;
        assert_eq!((cancelled.state, cancelled.ended_at), (ImportState::Cancelled, Some(ended_at)));
        assert_eq!(cancelled.expires_at, Some(expires_at));
        let _ = bench.later();
        assert_eq!(ada.cancel(import.id).await, cancelled, "once");
    }
    assert_eq!(ada.stage(received.id, 0, b"1").await, Staging::Gone);
    assert_eq!(bench.claim().await, None);

    let claim = ada.claimed().await;
    bench.worked(&claim, vec![create(bench.new_contact("1"))]).await;
    let cancelled = ada.cancel(claim.import.id).await;
    assert_eq!(cancelled.progress.tally, tally([1, 0, 0, 0, 0]), "the rows before that are in");
    let before = ada.dump().await;
    assert_lost(&bench, &claim).await;
    assert_eq!((ada.dump().await, ada.import(cancelled.id).await), (before, Some(cancelled)));
}

/// Nothing can be done under it.
pub(crate) async fn assert_lost(bench: &Bench, claim: &Claim) {
    assert_eq!(bench.step(claim, vec![create(bench.new_contact("9"))]).await, Worked::Lost);
    assert_eq!(bench.step(claim, Vec::new()).await, Worked::Lost);
    assert_eq!(bench.make_group(claim, "Late").await, Worked::Lost);
    assert_eq!(bench.finish(claim, ImportEnd::Completed).await, Worked::Lost);
    assert_eq!(bench.undo_some(claim).await, Worked::Lost);
}

pub async fn what_is_given_up_is_gone(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (import, waiting) = (ada.received().await, ada.waiting().await);
    ada.stage(import.id, 0, b"12345").await;
    for id in [import.id, waiting.id] {
        bench.store.imports.give_up(&ada.scope, id).await.unwrap();
    }
    assert_eq!(ada.import(import.id).await, None);
    assert_eq!(ada.stage(import.id, 1, b"1").await, Staging::Gone);
    assert_eq!(bench.store.imports.submit(&ada.scope, import.id).await.unwrap(), None);
    assert_eq!(ada.import(waiting.id).await, Some(waiting), "only what is being received can be given up");
    // Its room is free once things are swept; until then it is taken.
    let room = StagingLimits { staged_bytes: 8 + 5, ..PLENTY };
    assert_eq!(ada.receive(&ada.scope, bench.new_import(), room).await, Receiving::NoRoom);
    sweep(&bench, NOTHING).await;
    assert!(matches!(ada.receive(&ada.scope, bench.new_import(), room).await, Receiving::Begun(_)));
}

pub async fn a_failed_import_goes_on_where_it_was(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    bench.worked(&claim, vec![create(bench.new_contact("1"))]).await;
    done(bench.finish(&claim, failed("store_unavailable")).await);
    let import = ada.import(claim.import.id).await.unwrap();
    assert_eq!(import.state, ImportState::Failed);
    assert_eq!(import.failure.as_ref().map(|failure| failure.code.as_str()), Some("store_unavailable"));
    assert_eq!(import.ended_at, Some(bench.now()));
    // What is swept doesn't take its file away.
    sweep(&bench, NOTHING).await;
    let again = turned(bench.store.imports.resume(&ada.scope, import.id).await.unwrap());
    let waiting = Import { state: ImportState::Waiting, failure: None, ended_at: None, expires_at: None, ..import };
    assert_eq!(again, waiting);
    match bench.store.imports.resume(&ada.scope, again.id).await.unwrap() {
        Turned::NotNow(import) => assert_eq!(import, waiting),
        other => panic!("{other:?}"),
    }
    let next = bench.claim().await.unwrap();
    assert_eq!((next.import.id, next.import.progress), (again.id, waiting.progress));
    assert_eq!(next.import.started_at, waiting.started_at);
    assert_eq!(bench.store.import_runs.staged(&next, 0).await.unwrap(), Some(b"Phone\n1\n".to_vec()));
    bench.worked(&next, vec![create(bench.new_contact("2"))]).await;
    done(bench.finish(&next, ImportEnd::Completed).await);
    let completed = ada.import(again.id).await.unwrap();
    assert_eq!((completed.state, completed.progress.tally), (ImportState::Completed, tally([2, 0, 0, 0, 0])));
    assert!(matches!(bench.store.imports.resume(&ada.scope, again.id).await.unwrap(), Turned::NotNow(_)));
    assert_eq!(ada.report(again.id).await, "created\r\ncreated\r\n");
}

/// One that can't go on keeps no file, and nobody from handing one over.
pub async fn a_failure_for_good_frees_the_room_of_its_file(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    bench.worked(&claim, vec![create(bench.new_contact("1"))]).await;
    let ImportEnd::Failed(failure) = failed("unreadable_file") else { panic!("it failed") };
    done(bench.finish(&claim, ImportEnd::FailedForGood(failure.clone())).await);
    let import = ada.import(claim.import.id).await.unwrap();
    assert_eq!((import.state, import.failure.clone()), (ImportState::Failed, Some(failure)));
    assert!(matches!(bench.store.imports.resume(&ada.scope, import.id).await.unwrap(), Turned::NotNow(_)));
    let room = StagingLimits { staged_bytes: 8, ..PLENTY };
    assert_eq!(ada.receive(&ada.scope, bench.new_import(), room).await, Receiving::NoRoom);
    sweep(&bench, NOTHING).await;
    assert!(matches!(ada.receive(&ada.scope, bench.new_import(), room).await, Receiving::Begun(_)));
    assert_eq!(
        (ada.import(import.id).await.as_ref(), ada.report(import.id).await),
        (Some(&import), "created\r\n".to_owned())
    );
    assert!(matches!(bench.store.imports.resume(&ada.scope, import.id).await.unwrap(), Turned::NotNow(_)));
    assert_eq!(ada.undo(import.id).await.state, ImportState::Undone);
}

pub async fn a_file_that_is_left_behind_is_given_up(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (left, kept) = (ada.received().await, ada.received().await);
    bench.clock.advance_millis(30_000);
    ada.stage(kept.id, 0, b"1").await;
    let now = bench.now().plus_millis(LEASE_MILLIS - 30_000);
    sweep(&bench, due(now, &bench)).await;
    assert_eq!((ada.import(left.id).await, ada.state(kept.id).await), (None, ImportState::Receiving));
    let now = leases_run_out(&bench);
    sweep(&bench, due(now, &bench)).await;
    assert_eq!(ada.import(kept.id).await, None);
}

pub async fn imports_go_when_they_are_forgotten(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let contact = bench.new_contact("1");
    let import = ada.imported(vec![vec![create(contact.clone())]]).await;
    let expires_at = import.expires_at.expect("it is at its end");
    sweep(&bench, due(expires_at.plus_millis(-1), &bench)).await;
    assert_eq!(ada.import(import.id).await.as_ref(), Some(&import));
    assert_eq!(ada.report(import.id).await, "created\r\n");
    sweep(&bench, due(expires_at, &bench)).await;
    assert_eq!(ada.import(import.id).await, None);
    assert_eq!(ada.report(import.id).await, "");
    assert!(ada.get(contact.id).await.is_some(), "its contacts stay");
    assert_nothing_is_left(&ada, &import).await;
}

/// Of another under the same id nothing is to be seen but its own.
pub(crate) async fn assert_nothing_is_left(owner: &Owner, import: &Import) {
    let mut new = owner.bench.new_import();
    new.id = import.id;
    let claim = owner.claimed_as(new).await;
    assert_eq!(owner.report(import.id).await, "");
    done(owner.bench.finish(&claim, ImportEnd::Completed).await);
    let undone = owner.undo(import.id).await;
    assert_eq!(undone.undo, Some(UndoCounts::default()), "it did nothing");
}

/// The room of a file that is in is free again.
pub async fn files_go_when_they_are_in(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let room = StagingLimits { staged_bytes: 8, ..PLENTY };
    let import = ada.imported(vec![]).await;
    assert_eq!(ada.receive(&ada.scope, bench.new_import(), room).await, Receiving::NoRoom);
    sweep(&bench, NOTHING).await;
    assert_eq!(ada.import(import.id).await, Some(import));
    assert!(matches!(ada.receive(&ada.scope, bench.new_import(), room).await, Receiving::Begun(_)));
}

pub async fn imports_go_with_their_client(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (shop, _) = ada.client("Shop").await;
    let kept = ada.received().await;
    let scope = ada.only(shop.id);
    let imports = &bench.store.imports;
    let Receiving::Begun(import) = imports.receive(&scope, bench.new_import(), PLENTY, bench.lease()).await.unwrap()
    else {
        panic!("the client is there")
    };
    imports.submit(&scope, import.id).await.unwrap().unwrap();
    let claim = bench.claim().await.unwrap();
    bench.worked(&claim, vec![create(bench.new_contact("1"))]).await;
    let (clients, entry) = (&bench.store.clients, ada.entry(ClientDeleted));
    clients.delete(&ada.account(), shop.id, true, Exists, entry).await.unwrap();
    assert_eq!(ada.import(import.id).await, None);
    let late = bench.step(&claim, vec![create(bench.new_contact("2"))]).await;
    assert!(!matches!(late, Worked::Done(_)), "{late:?}");
    sweep(&bench, NOTHING).await;
    leases_run_out(&bench);
    assert_eq!(bench.claim().await, None);
    assert_eq!(ada.import(kept.id).await, Some(kept));
    assert_nothing_is_left(&ada, &import).await;
}
