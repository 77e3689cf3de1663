//! Contacts as all of them were at one instant.

use std::collections::BTreeMap;

use roster_domain::Precondition::Exists;
use roster_domain::ports::{ContactSnapshot, MatchingDeletion, SnapshotRow};
use roster_domain::{
    Batch, BatchOutcome, ContactFilter, ContactOrder, ContactsFate, GroupChanges, GroupId, GroupTitle, NewContact,
    Operation, Scope, Span,
};

use crate::clients::at_home_in;
use crate::dropped_calls::{PATIENCE, assert_works, leave_after};
use crate::group_deletion::delete;
use crate::matching::{both, in_group, on_channel, searched, with_number};
use crate::numbers::derived;
use crate::owner::{moved, renamed, renumbered};
use crate::reference::Reference;
use crate::varied::Varied;
use crate::{Bench, Owner};

async fn begin(owner: &Owner, scope: &Scope, span: Span, filter: &ContactFilter) -> Box<dyn ContactSnapshot> {
    owner.bench.store.snapshots.snapshot(scope, span, filter).await.unwrap()
}

/// All that is left of it.
async fn rest(mut snapshot: Box<dyn ContactSnapshot>) -> Vec<SnapshotRow> {
    let mut all = Vec::new();
    loop {
        let some = snapshot.next().await.unwrap();
        if some.is_empty() {
            assert_eq!(snapshot.next().await.unwrap(), [], "behind the end there is nothing");
            return all;
        }
        all.extend(some);
    }
}

async fn everything(owner: &Owner) -> Vec<SnapshotRow> {
    rest(begin(owner, &owner.scope, Span::AllClients, &ContactFilter::default()).await).await
}

/// What groups are called, and what lists hold.
struct Names {
    titles: BTreeMap<GroupId, GroupTitle>,
    reference: Reference,
}

impl Names {
    async fn of(owner: &Owner) -> Self {
        let groups = owner.dump().await.groups;
        let titles = groups.into_iter().map(|group| (group.id, group.title)).collect();
        Self { titles, reference: Reference::of(owner).await }
    }

    /// The rows of a snapshot of this list.
    fn rows(&self, scope: &Scope, span: Span, filter: &ContactFilter) -> Vec<SnapshotRow> {
        let contacts = self.reference.list(scope, span, filter, ContactOrder::Oldest);
        let row = |contact| {
            let number = self.reference.number_info(&contact);
            SnapshotRow { group_title: self.titles[&contact.group_id].clone(), number, contact }
        };
        contacts.into_iter().map(row).collect()
    }
}

pub async fn a_snapshot_is_the_list_with_every_filter(bench: Bench) {
    let varied = Varied::of(&bench, "ada@example.org").await;
    let owner = &varied.owner;
    let names = Names::of(owner).await;
    let filters = varied.filters();
    let mut asked = vec![ContactFilter::default()];
    for (turn, one) in filters.iter().enumerate() {
        let group = in_group(varied.groups[turn % varied.groups.len()]);
        asked.extend([one.clone(), both(one, &filters[(turn + 7) % filters.len()]), both(&group, one)]);
    }
    asked.extend(varied.groups.iter().copied().map(in_group));
    for filter in asked {
        for (scope, span) in varied.scopes() {
            let found = rest(begin(owner, &scope, span, &filter).await).await;
            assert_eq!(found, names.rows(&scope, span, &filter), "{scope:?} {span:?} {filter:?}");
        }
    }
}

/// Whatever changes, comes, goes, moves or gets another name once it has begun: in a list that is walked, and in one that
/// is looked up.
pub async fn what_happens_afterwards_is_not_in_it(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (friends, others) = (ada.group("Friends").await, ada.group("Others").await);
    let mut made = Vec::new();
    for group in [&friends, &others, &friends, &others, &friends] {
        made.push(ada.contact_in(group, "0803 123 4567").await);
    }
    let before = everything(&ada).await;
    assert_eq!(before.len(), made.len());
    let walked = begin(&ada, &ada.scope, Span::AllClients, &ContactFilter::default()).await;
    let looked_up = begin(&ada, &ada.scope, Span::OneClient, &searched("803")).await;

    let (contacts, later) = (&bench.store.contacts, bench.later());
    contacts.update(&ada.scope, made[0].id, renamed("Changed"), Exists, later).await.unwrap();
    contacts.update(&ada.scope, made[1].id, renumbered("+2348030000009"), Exists, later).await.unwrap();
    contacts.update(&ada.scope, made[2].id, moved(others.id), Exists, later).await.unwrap();
    ada.delete(made[3].id).await;
    ada.contact("New", "0803 123 4567").await;
    let changes = GroupChanges { title: Some(GroupTitle::parse("Renamed").unwrap()), is_default: None };
    bench.store.groups.update(&ada.scope, friends.id, changes, Exists, later).await.unwrap();
    ada.change_client(ada.client.id, at_home_in(Some("NG"))).await;
    delete(&bench, &ada.scope, others.id, ContactsFate::Move).await;

    assert_eq!(rest(walked).await, before);
    assert_eq!(rest(looked_up).await, before);
    let now = everything(&ada).await;
    assert_eq!(now, Names::of(&ada).await.rows(&ada.scope, Span::AllClients, &ContactFilter::default()));
    assert!(now.iter().any(|row| row.group_title.as_str() == "Renamed"), "the next one has it");
}

/// Two users with the same contacts under the same ids.
pub async fn neighbours_are_not_in_it(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let eve = bench.account("eve@example.org").await;
    let (shop, shop_group) = ada.client("Shop").await;
    ada.contact("Amina", "status").await;
    ada.contact_in(&shop_group, "status").await;
    for row in everything(&ada).await {
        eve.make(NewContact { id: row.contact.id, ..bench.new_contact("status") }).await;
    }
    let numbers = async |owner: &Owner, scope: &Scope, span, filter: &ContactFilter| {
        rest(begin(owner, scope, span, filter).await).await.len()
    };
    for filter in [ContactFilter::default(), with_number("status"), searched("status"), on_channel("whatsapp")] {
        assert_eq!(numbers(&ada, &ada.scope, Span::OneClient, &filter).await, 1, "{filter:?}");
        assert_eq!(numbers(&ada, &ada.scope, Span::AllClients, &filter).await, 2, "{filter:?}");
        assert_eq!(numbers(&ada, &ada.only(shop.id), Span::AllClients, &filter).await, 1, "{filter:?}");
        for nowhere in [ada.only(eve.client.id), ada.only(bench.id()), eve.only(shop.id)] {
            assert_eq!(numbers(&ada, &nowhere, Span::OneClient, &filter).await, 0, "{filter:?}");
        }
        let foreign = both(&in_group(eve.group.id), &filter);
        assert_eq!(numbers(&ada, &ada.scope, Span::AllClients, &foreign).await, 0, "{filter:?}");
    }
}

/// While a client's contacts are being derived anew, what a snapshot tells of their numbers is of the region there is.
pub async fn numbers_are_of_the_region_there_is(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    let (_, shop_group) = ada.client_in(Some("GB")).await;
    for number in ["08031234567", "020 7946 0018", "status", "+2348031234567"] {
        ada.contact("Amina", number).await;
        ada.contact_in(&shop_group, number).await;
    }
    for region in [Some("NG"), Some("GB"), None] {
        ada.change_client(ada.client.id, at_home_in(region)).await;
        loop {
            for filter in [ContactFilter::default(), with_number("status")] {
                for row in rest(begin(&ada, &ada.scope, Span::AllClients, &filter).await).await {
                    let home = if row.contact.client_id == ada.client.id { region } else { Some("GB") };
                    assert_eq!(row.number, derived(&row.contact.number, home), "{region:?} {row:?}");
                }
            }
            if !bench.store.housekeeping.derive_some().await.unwrap() {
                break;
            }
        }
    }
}

/// More than any store reads at once, all of which goes while it is read.
pub async fn a_large_one_is_of_one_instant(bench: Bench) {
    const BATCHES: usize = 9;
    const ROWS: usize = 2_000;
    let ada = bench.account("ada@example.org").await;
    let group = ada.group("Large").await;
    for _ in 0..BATCHES {
        let new = || NewContact { group_id: Some(group.id), ..bench.new_contact("2348000000001") };
        let operations = (0..ROWS).map(|_| Operation::Create(new())).collect();
        let batch = Batch::new(operations, true, bench.now());
        let outcome = bench.store.batches.apply(&ada.scope, batch).await.unwrap();
        assert!(matches!(outcome, BatchOutcome::Done(_)), "{outcome:?}");
    }
    let filters = [ContactFilter::default(), with_number("2348000000001")];
    let [walked, looked_up] = filters.each_ref().map(|filter| begin(&ada, &ada.scope, Span::AllClients, filter));
    let (walked, looked_up) = (walked.await, looked_up.await);

    delete(&bench, &ada.scope, group.id, ContactsFate::Move).await;
    let count = u64::try_from(BATCHES * ROWS).unwrap();
    let deletion = bench.store.contacts.delete_matching(&ada.scope, Span::OneClient, &filters[0], count).await.unwrap();
    assert_eq!(deletion, MatchingDeletion::Done { deleted: count });
    ada.contact("New", "2348000000001").await;

    let walked = rest(walked).await;
    assert_eq!(walked.len(), BATCHES * ROWS);
    assert!(walked.is_sorted_by(|one, next| one.contact.id < next.contact.id), "oldest first, none twice");
    assert!(walked.iter().all(|row| row.contact.group_id == group.id && row.group_title == group.title));
    assert!(rest(looked_up).await == walked, "the same rows, however they were found");
    assert_eq!(everything(&ada).await.len(), 1);
}

/// Before it has begun, and at some points of the way.
pub async fn a_snapshot_that_nobody_takes_is_let_go_of(bench: Bench) {
    let ada = bench.account("ada@example.org").await;
    ada.contact("Amina", "2348000000001").await;
    for filter in [ContactFilter::default(), searched("amina")] {
        for polls in PATIENCE {
            leave_after(polls, begin(&ada, &ada.scope, Span::OneClient, &filter)).await;
            let mut snapshot = begin(&ada, &ada.scope, Span::OneClient, &filter).await;
            leave_after(polls, snapshot.next()).await;
        }
        assert_works(&ada).await;
    }
    let names = Names::of(&ada).await;
    let all = names.rows(&ada.scope, Span::AllClients, &ContactFilter::default());
    assert_eq!(everything(&ada).await, all);
}
