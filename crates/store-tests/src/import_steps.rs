//! The work on imports: taking them, doing their rows step by step, and who may.

use roster_domain::OperationOutcome::{Created, Refused, Skipped, Unchanged, Updated};
use roster_domain::ports::{Beginning, Begun, StoreError, Worked};
use roster_domain::{
    Contact, ImportEnd, ImportId, ImportProgress, ImportSource, ImportState, Lookup, MatchBy, NewContact, NewImport,
    OnMatch, OperationOutcome, Refusal, StepAccount, Tally,
};

use crate::Bench;
use crate::batches::{by_number, create, made, upsert};
use crate::importing::{Honest, LEASE_MILLIS, Saying, done, due, failed, leases_run_out, tally};
use crate::imports::assert_lost;
use crate::sweeping::sweep;
use crate::together::together;

pub async fn a_step_does_its_rows_and_keeps_account_of_them(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let hers = (eve.contact("Eve", "08031234567").await, eve.dump().await).1;
    let there = ada.contact("", "2").await;
    let claim = ada.claimed().await;
    let news = [ada.named("Amina", "1"), ada.named("Bola", "2"), ada.named("", "2"), ada.named("Dayo", "2")];
    let at = bench.later();
    let outcomes = bench
        .worked(
            &claim,
            vec![
                create(news[0].clone()),
                by_number(news[1].clone(), OnMatch::FillBlanks),
                by_number(news[2].clone(), OnMatch::FillBlanks),
                by_number(news[3].clone(), OnMatch::Skip),
                upsert(NewContact { id: there.id, ..news[3].clone() }, MatchBy::Id, OnMatch::Add),
            ],
        )
        .await;
    let filled = Contact { name: news[1].name.clone(), updated_at: at, revision: 1, ..there.clone() };
    let first = made(&news[0], &there);
    let expected = [
        Created(first.clone()),
        Updated { before: there, contact: filled.clone() },
        Unchanged(filled.clone()),
        Skipped(filled.clone()),
        Refused(Refusal::IdTaken),
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(ada.dump().await.contacts, [first, filled]);
    let progress = ImportProgress { tally: tally([1, 1, 1, 1, 1]), reported: 5, bytes_read: 100, worked_millis: 7 };
    assert_eq!(ada.import(claim.import.id).await.unwrap().progress, progress);

    // The next one adds to it; one in which no row is good counts too.
    bench.worked(&claim, vec![create(ada.named("Efe", "3"))]).await;
    let only_invalid = Saying(|_| StepAccount { tally: tally([0, 0, 0, 0, 7]), ..StepAccount::default() });
    let nothing = bench.store.import_runs.step(&claim, bench.step_saying(6, Vec::new(), only_invalid)).await.unwrap();
    assert_eq!(nothing, Worked::Done(Vec::new()));
    assert_eq!(bench.finish(&claim, ImportEnd::Completed).await, Worked::Done(()));
    let import = ada.import(claim.import.id).await.unwrap();
    // The bytes are those up to the step, the time is each step's own.
    let progress = ImportProgress { tally: tally([2, 1, 1, 1, 8]), reported: 6, bytes_read: 100, worked_millis: 21 };
    assert_eq!((import.state, import.progress), (ImportState::Completed, progress));
    assert_eq!((import.ended_at, import.failure), (Some(bench.now()), None));
    assert_eq!(ada.report(import.id).await, "created\r\nupdated\r\nunchanged\r\nskipped\r\ninvalid\r\ncreated\r\n");
    assert_lost(&bench, &claim).await;
    assert_eq!(eve.dump().await, hers);
}

/// A row that nobody tells of, or two words on one: the step isn't done.
pub async fn sums_that_do_not_hold_are_refused(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    let before = (ada.dump().await, ada.import(claim.import.id).await);
    let lost =
        Saying(|_| StepAccount { tally: Tally { read: 2, created: 1, ..Tally::default() }, ..StepAccount::default() });
    let doubled = Saying(|_| StepAccount {
        tally: Tally { read: 1, created: 1, skipped: 1, ..Tally::default() },
        ..StepAccount::default()
    });
    for account in [lost, doubled] {
        let step = bench.step_saying(0, vec![create(bench.new_contact("1"))], account);
        let refused = bench.store.import_runs.step(&claim, step).await;
        assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
        assert_eq!((ada.dump().await, ada.import(claim.import.id).await), before);
    }
    bench.worked(&claim, vec![create(bench.new_contact("1"))]).await;
}

pub async fn groups_that_are_gone_are_left_out(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (_, shop_group) = ada.client("Shop").await;
    let there = ada.contact("", "1").await;
    let claim = ada.claimed().await;
    for gone in [bench.id(), shop_group.id] {
        let grouped = |number| NewContact { group_id: Some(gone), ..bench.new_contact(number) };
        let _ = bench.later();
        let outcomes = bench.worked(&claim, vec![create(grouped("2")), by_number(grouped("1"), OnMatch::Update)]).await;
        assert!(
            matches!(&outcomes[..], [Created(contact), Unchanged(same)]
            if contact.group_id == ada.group.id && *same == there),
            "{outcomes:?}"
        );
    }
}

pub async fn a_group_is_made_for_an_import(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    bench.clock.advance_millis(LEASE_MILLIS - 1);
    let group = done(bench.make_group(&claim, "Friends").await);
    assert_eq!((group.title.as_str(), group.client_id, group.is_default), ("Friends", ada.client.id, false));
    assert_eq!(ada.get_group(group.id).await, Some(group.clone()));
    bench.clock.advance_millis(LEASE_MILLIS - 1);
    assert_eq!(bench.claim().await, None, "that has renewed the lease");
    let grouped = NewContact { group_id: Some(group.id), ..bench.new_contact("1") };
    let outcomes = bench.worked(&claim, vec![create(grouped)]).await;
    assert!(matches!(&outcomes[..], [Created(contact)] if contact.group_id == group.id));
}

/// The oldest of a user's first, and who has fewer under way before who has more.
pub async fn imports_take_turns(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (mut hers, mut others) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        hers.push(ada.waiting().await.id);
    }
    for _ in 0..2 {
        others.push(eve.waiting().await.id);
    }
    let mut claims = Vec::new();
    while let Some(claim) = bench.claim().await {
        claims.push(claim);
    }
    let ids: Vec<ImportId> = claims.iter().map(|claim| claim.import.id).collect();
    assert_eq!(ids, [hers[0], others[0], hers[1], others[1]], "two of each user at once");
    done(bench.finish(&claims[2], ImportEnd::Completed).await);
    assert_eq!(bench.claim().await.unwrap().import.id, hers[2]);
    assert_eq!(bench.claim().await, None);
}

pub async fn of_several_who_take_imports_each_has_its_own(bench: Bench) {
    let mut waiting = Vec::new();
    for name in ["ada", "eve", "joy"] {
        let owner = bench.account(&format!("{name}@example.org")).await;
        waiting.extend([owner.waiting().await.id, owner.waiting().await.id, owner.waiting().await.id]);
    }
    let claims = together((0..12).map(|_| {
        let bench = bench.clone();
        async move { bench.claim().await }
    }));
    let mut taken: Vec<ImportId> = claims.await.into_iter().flatten().map(|claim| claim.import.id).collect();
    taken.sort_unstable();
    let expected: Vec<ImportId> = waiting.chunks(3).flat_map(|of_one| of_one[..2].to_vec()).collect();
    assert_eq!(taken, expected, "two of each user, the oldest, each once");
}

pub async fn whoever_has_lost_the_lease_does_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let first = ada.claimed().await;
    bench.worked(&first, vec![create(bench.new_contact("1"))]).await;
    bench.clock.advance_millis(LEASE_MILLIS - 1);
    assert_eq!(bench.claim().await, None, "it is still under way");
    // A step renews it.
    bench.worked(&first, vec![create(bench.new_contact("2"))]).await;
    bench.clock.advance_millis(LEASE_MILLIS - 1);
    assert_eq!(bench.claim().await, None, "it is still under way");
    bench.clock.advance_millis(1);
    // It isn't lost before somebody takes it.
    bench.worked(&first, vec![create(bench.new_contact("3"))]).await;
    leases_run_out(&bench);
    let second = bench.claim().await.unwrap();
    assert_eq!((second.import.id, second.import.progress.tally), (first.import.id, tally([3, 0, 0, 0, 0])));
    let before = ada.dump().await;
    assert_lost(&bench, &first).await;
    assert_eq!(ada.dump().await, before);
    bench.worked(&second, vec![create(bench.new_contact("4"))]).await;
    done(bench.finish(&second, ImportEnd::Completed).await);
    assert_eq!(ada.import(first.import.id).await.unwrap().progress.tally, tally([4, 0, 0, 0, 0]));
}

/// Whoever waits for rows holds the import with steps of nothing.
pub async fn an_empty_step_renews_the_lease(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    bench.clock.advance_millis(LEASE_MILLIS - 1);
    assert_eq!(bench.worked(&claim, Vec::new()).await, []);
    bench.clock.advance_millis(LEASE_MILLIS - 1);
    assert_eq!(bench.claim().await, None);
    let progress = ImportProgress { bytes_read: 100, worked_millis: 7, ..ImportProgress::default() };
    assert_eq!(ada.import(claim.import.id).await.unwrap().progress, progress);
    leases_run_out(&bench);
    assert!(bench.claim().await.is_some());
}

/// Whoever asks for one again, since its answer was lost, is told so by the rows that are in.
pub async fn a_step_that_is_done_is_not_done_again(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    let step = |rows_before, number| bench.step_saying(rows_before, vec![create(bench.new_contact(number))], Honest);
    let runs = &bench.store.import_runs;
    assert!(matches!(runs.step(&claim, step(0, "1")).await.unwrap(), Worked::Done(_)));
    for late in [step(0, "1"), step(2, "3")] {
        assert_eq!(runs.step(&claim, late).await.unwrap(), Worked::Lost);
    }
    assert!(matches!(runs.step(&claim, step(1, "2")).await.unwrap(), Worked::Done(_)));
    assert_eq!(ada.dump().await.contacts.len(), 2);
    assert_eq!(ada.import(claim.import.id).await.unwrap().progress.tally, tally([2, 0, 0, 0, 0]));
}

/// Two who both think that it is theirs: of each pair of steps one is done.
pub async fn no_row_goes_in_twice(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let first = ada.claimed().await;
    leases_run_out(&bench);
    let second = bench.claim().await.unwrap();
    let mut outcomes = Vec::new();
    for number in ["1", "2", "3", "4"] {
        let steps = [&first, &second].map(|claim| {
            let (bench, claim) = (bench.clone(), claim.clone());
            async move { bench.step(&claim, vec![create(bench.new_contact(number))]).await }
        });
        outcomes.extend(together(steps).await);
    }
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Worked::Lost)).count(), 4);
    assert_eq!(ada.dump().await.contacts.len(), 4);
    assert_eq!(ada.import(first.import.id).await.unwrap().progress.tally, tally([4, 0, 0, 0, 0]));
}

pub async fn a_stopped_import_waits_for_its_turn_again(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    bench.worked(&claim, vec![create(bench.new_contact("1"))]).await;
    assert_eq!(bench.finish(&claim, ImportEnd::Stopped).await, Worked::Done(()));
    let import = ada.import(claim.import.id).await.unwrap();
    assert_eq!((import.state, import.ended_at, import.expires_at), (ImportState::Waiting, None, None));
    let again = bench.claim().await.unwrap();
    assert_eq!((again.import.id, again.import.progress.tally), (import.id, tally([1, 0, 0, 0, 0])));
    assert_lost(&bench, &claim).await;
}

pub async fn a_direct_import_is_its_callers(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let new = bench.new_import();
    let first = ada.begun(Beginning::New(new.clone())).await;
    let import = &first.import;
    assert_eq!((import.id, import.source, import.state), (new.id, ImportSource::Direct, ImportState::Running));
    assert_eq!((import.client_id, import.started_at), (ada.client.id, Some(bench.now())));
    assert_eq!((&import.options, &import.file), (&new.options, &new.file));
    bench.worked(&first, vec![create(bench.new_contact("1"))]).await;
    leases_run_out(&bench);
    assert_eq!(bench.claim().await, None, "nobody else has its rows");

    // Taken over from a program that is gone, also before its lease is over.
    let second = ada.begun(Beginning::Again(new.id)).await;
    let third = ada.begun(Beginning::Again(new.id)).await;
    assert_lost(&bench, &first).await;
    assert_lost(&bench, &second).await;
    assert_eq!(third.import.progress.tally, tally([1, 0, 0, 0, 0]));
    bench.worked(&third, vec![create(bench.new_contact("2"))]).await;
    done(bench.finish(&third, ImportEnd::Stopped).await);
    let stopped = ada.import(new.id).await.unwrap();
    assert_eq!(stopped.state, ImportState::Failed);
    assert_eq!(stopped.failure.map(|failure| failure.code), Some("stopped".to_owned()));
    let fourth = ada.begun(Beginning::Again(new.id)).await;
    assert_eq!((fourth.import.state, &fourth.import.failure), (ImportState::Running, &None));
    done(bench.finish(&fourth, failed("unreadable_file")).await);
    let fifth = ada.begun(Beginning::Again(new.id)).await;
    done(bench.finish(&fifth, ImportEnd::Completed).await);
    assert_eq!(ada.begin(Beginning::Again(new.id)).await, Begun::NotNow(ImportState::Completed));
    assert_eq!(ada.begin(Beginning::Again(bench.new_import().id)).await, Begun::Absent);
    let staged = ada.waiting().await;
    assert_eq!(ada.begin(Beginning::Again(staged.id)).await, Begun::NotNow(ImportState::Waiting));
}

pub async fn a_direct_import_that_is_left_behind_has_failed(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.begun(Beginning::New(bench.new_import())).await;
    bench.worked(&claim, vec![create(bench.new_contact("1"))]).await;
    sweep(&bench, due(bench.now(), &bench)).await;
    assert_eq!(ada.state(claim.import.id).await, ImportState::Running);
    let now = leases_run_out(&bench);
    sweep(&bench, due(now, &bench)).await;
    let import = ada.import(claim.import.id).await.unwrap();
    assert_eq!((import.state, import.ended_at), (ImportState::Failed, Some(now)));
    assert_eq!(import.expires_at, Some(bench.end_times().expires_at));
    assert_eq!(import.failure.map(|failure| failure.code), Some("broke_off".to_owned()));
    assert_lost(&bench, &claim).await;
    let again = ada.begun(Beginning::Again(import.id)).await;
    assert_eq!(again.import.progress.tally, tally([1, 0, 0, 0, 0]));
}

/// Each row of each: as an earlier step of the same run would have left it.
pub async fn a_dry_run_tells_the_same_and_writes_nothing(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let there = [ada.contact("", "2").await, ada.contact("Efe", "5").await];
    let friends = ada.group("Friends").await;
    let numbered_anew = |number: &str| {
        upsert(NewContact { id: there[1].id, ..bench.new_contact(number) }, MatchBy::Id, OnMatch::Update)
    };
    let in_friends = |number: &str| NewContact { group_id: Some(friends.id), ..ada.named("Joy", number) };
    let steps = || {
        [
            vec![
                by_number(ada.named("Amina", "1"), OnMatch::FillBlanks),
                by_number(ada.named("Bola", "2"), OnMatch::FillBlanks),
                numbered_anew("6"),
            ],
            vec![
                // What the first step would have made, changed and let go of.
                by_number(ada.named("Amina", "1"), OnMatch::FillBlanks),
                by_number(in_friends("1"), OnMatch::Update),
                by_number(ada.named("Chidi", "2"), OnMatch::FillBlanks),
                by_number(ada.named("", "6"), OnMatch::Skip),
                by_number(ada.named("", "5"), OnMatch::Skip),
                create(ada.named("Dayo", "1")),
            ],
            vec![by_number(ada.named("", "1"), OnMatch::Skip), by_number(in_friends("1"), OnMatch::Add)],
        ]
    };
    let words = async |is_dry_run| {
        let claim = ada.claimed_as(NewImport { is_dry_run, ..bench.new_import() }).await;
        let mut words = Vec::new();
        for operations in steps() {
            let _ = bench.later();
            words.push(bench.worked(&claim, operations).await.iter().map(word).collect::<Vec<_>>());
        }
        done(bench.finish(&claim, ImportEnd::Completed).await);
        let import = ada.import(claim.import.id).await.unwrap();
        (words, import.progress.tally, ada.report(import.id).await)
    };
    let before = ada.dump().await;
    let told = words(true).await;
    assert_eq!(ada.dump().await, before);
    assert_eq!(
        told.0,
        [
            vec!["created", "updated", "updated"],
            vec!["unchanged", "updated", "unchanged", "skipped", "created", "created"],
            vec!["ambiguous", "created"],
        ]
    );
    let again = words(true).await;
    assert_eq!(again, told, "one knows nothing of the other");
    assert_eq!(words(false).await, told, "and so it comes");
}

/// It makes none, but its later rows find contacts where its earlier ones would have put them.
pub async fn a_dry_run_knows_the_groups_it_would_make(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let before = ada.dump().await;
    let claim = ada.claimed_as(NewImport { is_dry_run: true, ..bench.new_import() }).await;
    let group = done(bench.make_group(&claim, "Friends").await);
    assert_eq!((group.title.as_str(), group.client_id), ("Friends", ada.client.id));
    let row = || by_number(NewContact { group_id: Some(group.id), ..ada.named("Amina", "1") }, OnMatch::Update);
    let outcomes = [bench.worked(&claim, vec![row(), row()]).await, bench.worked(&claim, vec![row()]).await].concat();
    assert!(
        matches!(&outcomes[..], [Created(made), Unchanged(first), Unchanged(second)]
            if made.group_id == group.id && first == made && second == made),
        "{outcomes:?}"
    );
    assert_eq!((ada.dump().await, ada.get_group(group.id).await), (before, None));
    // Another import has nothing to do with it.
    let other = ada.claimed_as(NewImport { is_dry_run: true, ..bench.new_import() }).await;
    let outcomes = bench.worked(&other, vec![row()]).await;
    assert!(matches!(&outcomes[..], [Created(made)] if made.group_id == ada.group.id), "{outcomes:?}");
}

/// However many of a number it has given another one.
pub async fn a_dry_run_looks_past_what_it_has_changed(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let mut there = Vec::new();
    for _ in 0..=Lookup::MOST_OF_A_NUMBER {
        there.push(ada.contact("", "1").await);
    }
    let last = there.pop().unwrap();
    let claim = ada.claimed_as(NewImport { is_dry_run: true, ..bench.new_import() }).await;
    let numbered_anew = |contact: &Contact| {
        upsert(NewContact { id: contact.id, ..bench.new_contact("2") }, MatchBy::Id, OnMatch::Update)
    };
    bench.worked(&claim, there.iter().map(numbered_anew).collect()).await;
    let row = |number| by_number(bench.new_contact(number), OnMatch::Skip);
    let outcomes = bench.worked(&claim, vec![row("1"), row("2")]).await;
    assert!(
        matches!(&outcomes[..], [Skipped(contact), Refused(Refusal::Ambiguous(some))]
            if *contact == last && some.len() == Lookup::MOST_OF_A_NUMBER),
        "{outcomes:?}"
    );
}

fn word(outcome: &OperationOutcome) -> &'static str {
    match outcome {
        Created(_) => "created",
        Updated { .. } => "updated",
        Unchanged(_) => "unchanged",
        Skipped(_) => "skipped",
        Refused(Refusal::Ambiguous(_)) => "ambiguous",
        other => panic!("no import does this: {other:?}"),
    }
}

pub async fn a_dry_run_goes_on_where_it_was(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed_as(NewImport { is_dry_run: true, ..bench.new_import() }).await;
    bench.worked(&claim, vec![by_number(ada.named("Amina", "1"), OnMatch::Skip)]).await;
    let now = leases_run_out(&bench);
    sweep(&bench, due(now, &bench)).await;
    let again = bench.claim().await.unwrap();
    assert!(again.import.is_dry_run);
    let outcomes = bench.worked(&again, vec![by_number(ada.named("Amina", "1"), OnMatch::Skip)]).await;
    assert!(matches!(outcomes[..], [Skipped(_)]), "{outcomes:?}");
    // At its end what it would have made goes, and so it does when it is forgotten.
    done(bench.finish(&again, ImportEnd::Completed).await);
    let expires_at = ada.import(claim.import.id).await.unwrap().expires_at.unwrap();
    sweep(&bench, due(expires_at, &bench)).await;
    let anew = NewImport { id: claim.import.id, is_dry_run: true, ..bench.new_import() };
    let anew = ada.claimed_as(anew).await;
    let outcomes = bench.worked(&anew, vec![by_number(ada.named("Amina", "1"), OnMatch::Skip)]).await;
    assert!(matches!(outcomes[..], [Created(_)]), "{outcomes:?}");
}

pub async fn imports_meet_one_another(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claims =
        [ada.begun(Beginning::New(bench.new_import())).await, ada.begun(Beginning::New(bench.new_import())).await];
    let numbers: Vec<String> = (0..200).map(|number| format!("0803{number:07}")).collect();
    let runs = claims.clone().map(|claim| {
        let (bench, numbers) = (bench.clone(), numbers.clone());
        async move {
            for numbers in numbers.chunks(50) {
                let news = numbers.iter().map(|number| by_number(bench.new_contact(number), OnMatch::Skip)).collect();
                bench.worked(&claim, news).await;
            }
        }
    });
    together(runs).await;
    assert_eq!(ada.dump().await.contacts.len(), 200, "each number once");
    let mut sum = Tally::default();
    for claim in claims {
        sum = sum.plus(&ada.import(claim.import.id).await.unwrap().progress.tally);
    }
    assert_eq!(sum, tally([200, 0, 0, 200, 0]));
}
