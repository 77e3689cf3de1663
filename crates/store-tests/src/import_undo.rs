//! Undoing what an import did.

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ClientUpdate, Turned, Worked};
use roster_domain::{
    Contact, ContactsFate, GroupChanges, ImportEnd, ImportState, LeftReason, MatchBy, NewContact, NewImport, ObjectId,
    OnMatch, Operation, Span, Transaction, UndoCounts,
};

use crate::Bench;
use crate::batches::{by_number, create, upsert};
use crate::clients::at_home_in;
use crate::importing::{done, failed, leases_run_out, turned};
use crate::imports::assert_lost;
use crate::matching::{searched, with_number};
use crate::owner::renamed;
use crate::walk::{limit, walk_contacts};

fn counts(removed: u64, restored: u64, left: u64) -> Option<UndoCounts> {
    Some(UndoCounts { removed, restored, left })
}

pub async fn what_was_made_goes_and_what_was_changed_comes_back(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let friends = ada.group("Friends").await;
    let survey = Transaction { survey_id: Some(bench.id::<ObjectId>()), survey_sort_id: None };
    let there = ada.make(NewContact { transaction: survey, ..ada.named("Amina", "08031234567") }).await;
    let other = ada.contact("Bola", "2").await;
    // The same id, but another user's.
    let hers = eve.make(NewContact { id: there.id, ..bench.new_contact("7") }).await;
    let overwritten = |name: &str, number: &str| {
        let new = NewContact { id: there.id, group_id: Some(friends.id), ..ada.named(name, number) };
        upsert(new, MatchBy::Id, OnMatch::Update)
    };
    let news = [ada.named("New", "3"), ada.named("Newer", "4")];
    let import = ada
        .imported(vec![
            vec![create(news[0].clone()), overwritten("Ada", "9"), by_number(ada.named("Bola", "2"), OnMatch::Update)],
            // What a step has done to them already is of no account.
            vec![
                overwritten("Ade", "10"),
                by_number(ada.named("Newest", "3"), OnMatch::Update),
                create(news[1].clone()),
            ],
        ])
        .await;
    assert_eq!(ada.dump().await.contacts.len(), 4);
    let changed = ada.get(there.id).await.unwrap();
    assert_eq!((changed.number.as_str(), changed.group_id, changed.revision), ("10", friends.id, 2));

    let undone = ada.undo(import.id).await;
    assert_eq!((undone.state, undone.undo), (ImportState::Undone, counts(2, 1, 0)));
    assert_eq!((undone.progress, undone.ended_at), (import.progress, import.ended_at), "that it did them stays");
    assert_eq!(undone.expires_at, Some(bench.end_times().expires_at), "what was left alone is to be read for as long");
    let restored = Contact { updated_at: bench.now(), revision: 3, ..there.clone() };
    assert_eq!(ada.dump().await.contacts, [other, restored.clone()]);
    assert_eq!(ada.left_alone(import.id).await, []);
    assert_eq!(eve.get(hers.id).await, Some(hers));
    // What they are found by is as it was, too.
    for filter in [with_number("08031234567"), searched("amina")] {
        let found = walk_contacts(&bench.store, &ada.scope, Span::OneClient, &filter, limit(10)).await;
        assert_eq!(found, std::slice::from_ref(&restored));
    }
    for filter in [with_number("10"), searched("ade")] {
        assert_eq!(walk_contacts(&bench.store, &ada.scope, Span::OneClient, &filter, limit(10)).await, []);
    }
    assert!(matches!(bench.store.imports.undo(&ada.scope, import.id).await.unwrap(), Turned::NotNow(_)), "once");
}

pub async fn what_others_changed_stays_and_is_listed(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let there = [ada.contact("", "1").await, ada.contact("", "2").await, ada.contact("", "3").await];
    let news = [ada.named("New", "4"), ada.named("New", "5"), ada.named("New", "6")];
    let mut operations: Vec<_> = news.iter().cloned().map(create).collect();
    operations.extend(["1", "2", "3"].map(|number| by_number(ada.named("Named", number), OnMatch::FillBlanks)));
    let import = ada.imported(vec![operations]).await;
    let at = bench.later();
    for changed in [news[0].id, there[0].id] {
        bench.store.contacts.update(&ada.scope, changed, renamed("Theirs"), Exists, at).await.unwrap();
    }
    for gone in [news[1].id, there[1].id] {
        ada.delete(gone).await;
    }
    // Made anew under its id it is another one.
    ada.delete(there[2].id).await;
    ada.make(NewContact { id: there[2].id, ..ada.named("Another", "3") }).await;
    let undone = ada.undo(import.id).await;
    assert_eq!((undone.state, undone.undo), (ImportState::Undone, counts(1, 0, 5)));
    let mut left = vec![
        (news[0].id, LeftReason::Changed),
        (there[0].id, LeftReason::Changed),
        (news[1].id, LeftReason::Gone),
        (there[1].id, LeftReason::Gone),
        (there[2].id, LeftReason::Changed),
    ];
    left.sort_unstable_by_key(|(id, _)| *id);
    assert_eq!(ada.left_alone(import.id).await, left);
    let mut names: Vec<String> =
        ada.dump().await.contacts.iter().map(|contact| contact.name.as_str().to_owned()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Another", "Theirs", "Theirs"]);
}

pub async fn groups_go_if_nobody_uses_them(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let claim = ada.claimed().await;
    let mut groups = Vec::new();
    for title in ["Unused", "Used", "Renamed", "Default", "Deleted"] {
        groups.push(done(bench.make_group(&claim, title).await));
    }
    let [unused, used, named, default, deleted] = [0, 1, 2, 3, 4].map(|at: usize| groups[at].id);
    let in_group = |group| create(NewContact { group_id: Some(group), ..bench.new_contact("1") });
    bench.worked(&claim, [unused, used, named].map(in_group).into()).await;
    done(bench.finish(&claim, ImportEnd::Completed).await);
    ada.contact_in(&groups[1], "2").await;
    let at = bench.later();
    let changes = GroupChanges { title: Some(groups[0].title.clone()), is_default: None };
    bench.store.groups.update(&ada.scope, named, changes, Exists, at).await.unwrap();
    let changes = GroupChanges { title: None, is_default: Some(true) };
    bench.store.groups.update(&ada.scope, default, changes, Exists, at).await.unwrap();
    bench.store.groups.delete(&ada.scope, deleted, ContactsFate::Refuse, Exists, at).await.unwrap();
    let undone = ada.undo(claim.import.id).await;
    assert_eq!(undone.undo, counts(3, 0, 0));
    let left: Vec<_> = ada.dump().await.groups.iter().map(|group| group.id).collect();
    assert_eq!(left, [ada.group.id, used, named, default]);
}

pub async fn a_contact_whose_group_has_gone_stays_where_it_is(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (from, to) = (ada.group("From").await, ada.group("To").await);
    let there = ada.contact_in(&from, "1").await;
    let given = NewContact { group_id: Some(to.id), ..ada.named("Named", "1") };
    let import = ada.imported(vec![vec![by_number(given, OnMatch::Update)]]).await;
    bench.store.groups.delete(&ada.scope, from.id, ContactsFate::Refuse, Exists, bench.later()).await.unwrap();
    let undone = ada.undo(import.id).await;
    assert_eq!(undone.undo, counts(0, 1, 0));
    assert_eq!(ada.left_alone(import.id).await, [(there.id, LeftReason::GroupGone)]);
    let restored = Contact { group_id: to.id, updated_at: bench.now(), revision: 2, ..there };
    assert_eq!(ada.dump().await.contacts, [restored]);
}

pub async fn many_rows_are_undone_in_steps_that_anybody_goes_on_with(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let kept = ada.contact("", "1").await;
    let rows = |from: u32| (from..from + 900).map(|n| create(bench.new_contact(&n.to_string()))).collect();
    let mut steps: Vec<Vec<Operation>> = vec![rows(1_000), rows(2_000), rows(3_000)];
    steps[1].push(by_number(ada.named("Named", "1"), OnMatch::Update));
    let import = ada.imported(steps).await;
    turned(bench.store.imports.undo(&ada.scope, import.id).await.unwrap());
    let first = bench.claim().await.unwrap();
    assert!(done(bench.undo_some(&first).await), "there is more");
    let half_way = ada.import(import.id).await.unwrap();
    let so_far = half_way.undo.unwrap();
    assert!(so_far.removed + so_far.restored > 0 && so_far.removed < 2_700, "{so_far:?}");
    assert_eq!(bench.claim().await, None, "the step has renewed the lease");
    assert_eq!(ada.cancel(import.id).await.state, ImportState::Undoing, "that isn't stopped half-way");
    leases_run_out(&bench);
    let second = bench.claim().await.unwrap();
    assert_eq!((second.import.id, second.import.undo), (import.id, Some(so_far)));
    assert_lost(&bench, &first).await;
    while done(bench.undo_some(&second).await) {}
    assert_eq!(ada.import(import.id).await.unwrap().undo, counts(2_700, 1, 0));
    let contacts = ada.dump().await.contacts;
    assert_eq!(contacts.iter().map(|contact| contact.id).collect::<Vec<_>>(), [kept.id]);
    assert_lost(&bench, &second).await;
}

/// A server that stops leaves it to the next one at once.
pub async fn a_stopped_undo_is_the_next_ones(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let rows = |from: u32| (from..from + 900).map(|n| create(bench.new_contact(&n.to_string()))).collect();
    let import = ada.imported(vec![rows(1_000), rows(2_000)]).await;
    turned(bench.store.imports.undo(&ada.scope, import.id).await.unwrap());
    let first = bench.claim().await.unwrap();
    assert!(done(bench.undo_some(&first).await));
    for end in [ImportEnd::Completed, failed("internal")] {
        assert_eq!(bench.finish(&first, end).await, Worked::Lost, "it has another end");
    }
    done(bench.finish(&first, ImportEnd::Stopped).await);
    assert_eq!(ada.state(import.id).await, ImportState::Undoing);
    let second = bench.claim().await.unwrap();
    assert_lost(&bench, &first).await;
    while done(bench.undo_some(&second).await) {}
    assert_eq!(ada.import(import.id).await.unwrap().undo, counts(1_800, 0, 0));
}

/// Those that stopped half-way can be undone as well; those that did nothing, or are still at it, can't.
pub async fn only_what_has_come_to_its_end_is_undone(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let imports = &bench.store.imports;
    for import in [ada.received().await, ada.waiting().await] {
        assert_eq!(imports.undo(&ada.scope, import.id).await.unwrap(), Turned::NotNow(import.clone()));
        ada.cancel(import.id).await;
    }
    let running = ada.claimed().await;
    assert!(matches!(imports.undo(&ada.scope, running.import.id).await.unwrap(), Turned::NotNow(_)));
    bench.worked(&running, vec![create(bench.new_contact("1"))]).await;
    ada.cancel(running.import.id).await;
    assert_eq!(ada.undo(running.import.id).await.undo, counts(1, 0, 0));

    let broken = ada.claimed().await;
    bench.worked(&broken, vec![create(bench.new_contact("1"))]).await;
    done(bench.finish(&broken, failed("unreadable_file")).await);
    assert_eq!(ada.undo(broken.import.id).await.undo, counts(1, 0, 0));
    assert!(matches!(imports.resume(&ada.scope, broken.import.id).await.unwrap(), Turned::NotNow(_)));

    let dry = ada.claimed_as(NewImport { is_dry_run: true, ..bench.new_import() }).await;
    bench.worked(&dry, vec![create(bench.new_contact("1"))]).await;
    done(bench.finish(&dry, ImportEnd::Completed).await);
    assert!(matches!(imports.undo(&ada.scope, dry.import.id).await.unwrap(), Turned::NotNow(_)));
}

/// Forms of a number are those of the client's region as it is then.
pub async fn what_comes_back_is_derived_for_the_region_of_now(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let there = ada.contact("", "08031234567").await;
    let given = NewContact { id: there.id, ..bench.new_contact("5") };
    let import = ada.imported(vec![vec![upsert(given, MatchBy::Id, OnMatch::Update)]]).await;
    let changed = ada.change_client(ada.client.id, at_home_in(Some("NG"))).await;
    assert!(matches!(changed, ClientUpdate::Done(_)));
    ada.undo(import.id).await;
    let found =
        walk_contacts(&bench.store, &ada.scope, Span::OneClient, &with_number("+2348031234567"), limit(10)).await;
    assert_eq!(found.len(), 1);
}
