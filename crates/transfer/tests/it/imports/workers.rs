//! Those who work on files that were handed over.

use std::sync::Arc;
use std::time::Duration;

use roster_domain::{ImportId, ImportSource, ImportState, Tally};
use roster_transfer::{ImportWorkers, RunningWorkers};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::advance;

use super::STEP;
use super::memory::{Fault, Fixed, Memory, importer, new_import, rows};

/// Hands this over, in pieces of so many bytes.
fn hand_over(memory: &Memory, n: i64, file: &str, piece: usize) -> ImportId {
    let new = new_import(n, "", false);
    let id = new.id;
    let pieces = file.as_bytes().chunks(piece).map(<[u8]>::to_vec).collect();
    memory.put(new, ImportSource::Staged, ImportState::Waiting, pieces);
    id
}

fn start(memory: &Arc<Memory>) -> (RunningWorkers, Arc<Notify>) {
    let wake = Arc::new(Notify::new());
    let workers = ImportWorkers { importer: importer(memory), entropy: Arc::new(Fixed), wake: wake.clone() };
    (workers.start(&Handle::current()), wake)
}

/// Whether its file is there, for another try.
fn has_file(memory: &Memory, id: ImportId) -> bool {
    !memory.kept().imports[&id].pieces.is_empty()
}

/// Waits until nobody works on it any more.
async fn until_ended(memory: &Memory, id: ImportId) -> ImportState {
    loop {
        let state = memory.import(id).state;
        if !matches!(state, ImportState::Waiting | ImportState::Running | ImportState::Undoing) {
            return state;
        }
        memory.ended.notified().await;
    }
}

#[tokio::test]
async fn what_waits_is_taken_in_and_undone() {
    let memory = Memory::with(Fault::None);
    let early = hand_over(&memory, 1, &rows(2_300), 1_000);
    let (workers, wake) = start(&memory);
    assert_eq!(until_ended(&memory, early).await, ImportState::Completed);
    let late = hand_over(&memory, 2, "number\n1\n2\n", 3);
    wake.notify_one();
    assert_eq!(until_ended(&memory, late).await, ImportState::Completed);
    assert_eq!(memory.import(early).progress.tally, Tally { read: 2_300, created: 2_300, ..Tally::default() });
    assert_eq!(memory.contacts().len(), 2_302);

    memory.kept().imports.get_mut(&late).unwrap().import.state = ImportState::Undoing;
    wake.notify_one();
    assert_eq!(until_ended(&memory, late).await, ImportState::Undone);
    assert_eq!(memory.contacts().len(), 2_300);
    workers.end().await;
    assert_eq!(Arc::strong_count(&memory), 1, "something still holds the store");
}

#[tokio::test]
async fn a_defect_ends_one_import_and_no_worker() {
    let memory = Memory::with(Fault::Panics);
    let bad = hand_over(&memory, 1, &rows(5), 100);
    let good = hand_over(&memory, 2, &rows(5), 100);
    let (workers, _) = start(&memory);
    assert_eq!(until_ended(&memory, good).await, ImportState::Completed);
    assert_eq!(until_ended(&memory, bad).await, ImportState::Failed);
    assert_eq!(memory.import(bad).failure.unwrap().code, "internal");
    assert!(!has_file(&memory, bad), "it would break off again");
    workers.end().await;
}

#[tokio::test]
async fn a_file_that_cant_be_had_is_not_taken_for_its_end() {
    let memory = Memory::with(Fault::NoFiles);
    let id = hand_over(&memory, 1, &rows(5), 100);
    let (workers, _) = start(&memory);
    assert_eq!(until_ended(&memory, id).await, ImportState::Failed);
    assert_eq!(memory.import(id).failure.unwrap().code, "internal");
    workers.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_was_away_for_long_fails_none_that_got_further() {
    // As often as it is asked for one step.
    let memory = Memory::with(Fault::Away(1, 6));
    let id = hand_over(&memory, 1, &rows(STEP + 500), 10_000);
    let (workers, wake) = start(&memory);
    memory.ended.notified().await;
    assert_eq!((memory.import(id).state, memory.import(id).progress.tally.read), (ImportState::Waiting, 2_000));
    // Nobody asks the store for a while.
    advance(Duration::from_secs(20)).await;
    wake.notify_one();
    for _ in 0..50 {
        yield_now().await;
    }
    assert_eq!(memory.import(id).state, ImportState::Waiting);
    assert_eq!(until_ended(&memory, id).await, ImportState::Completed);
    assert_eq!(memory.contacts().len(), 2_500);
    workers.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_takes_no_row_is_not_asked_for_ever() {
    let memory = Memory::with(Fault::Away(1, u32::MAX));
    let id = hand_over(&memory, 1, &rows(STEP + 500), 10_000);
    let (workers, _) = start(&memory);
    assert_eq!(until_ended(&memory, id).await, ImportState::Failed);
    let import = memory.import(id);
    assert_eq!((import.failure.unwrap().code.as_str(), import.progress.tally.read), ("store_unavailable", 2_000));
    assert!(has_file(&memory, id), "it can go on");
    workers.end().await;
}

#[tokio::test]
async fn a_file_that_cant_be_read_is_not_kept() {
    let memory = Memory::with(Fault::None);
    let id = hand_over(&memory, 1, "[{\"number\": \"1\"}, {\"number\"", 100);
    let (workers, _) = start(&memory);
    assert_eq!(until_ended(&memory, id).await, ImportState::Failed);
    assert_eq!(memory.import(id).failure.unwrap().code, "unreadable_file");
    assert!(!has_file(&memory, id));
    workers.end().await;
}

#[tokio::test]
async fn an_undo_that_is_stopped_is_the_next_ones() {
    let memory = Memory::with(Fault::None);
    let id = hand_over(&memory, 1, &rows(50), 10_000);
    let (workers, wake) = start(&memory);
    assert_eq!(until_ended(&memory, id).await, ImportState::Completed);
    memory.kept().imports.get_mut(&id).unwrap().import.state = ImportState::Undoing;
    wake.notify_one();
    memory.undoing.notified().await;
    workers.end().await;
    assert_eq!((memory.import(id).state, memory.kept().imports[&id].lease), (ImportState::Undoing, None));
    assert!((1..50).contains(&memory.contacts().len()), "{}", memory.contacts().len());

    // The lease would not be over.
    let (workers, _) = start(&memory);
    assert_eq!(until_ended(&memory, id).await, ImportState::Undone);
    assert_eq!(memory.contacts().len(), 0);
    workers.end().await;
}

#[tokio::test]
async fn who_ends_leaves_what_waits_to_others() {
    let memory = Memory::with(Fault::None);
    let (workers, _) = start(&memory);
    memory.idle.notified().await;
    workers.stop();
    let id = hand_over(&memory, 1, &rows(5), 100);
    workers.end().await;
    assert_eq!(memory.import(id).state, ImportState::Waiting);

    let (workers, _) = start(&memory);
    assert_eq!(until_ended(&memory, id).await, ImportState::Completed);
    workers.end().await;
    assert_eq!(memory.contacts().len(), 5);
}
