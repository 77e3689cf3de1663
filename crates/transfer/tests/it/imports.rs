//! Rows into a store: what each becomes, what stops an import, and how it goes on.

mod memory;
mod workers;

use std::future::{pending, ready};
use std::io::{self, Cursor, Read};
use std::sync::{Arc, mpsc};

use roster_domain::ports::{Beginning, Begun, ImportJobs};
use roster_domain::{
    Caller, Claim, ClientId, Contact, GroupTitle, Import, ImportProgress, ImportState, Lease, NewImport, Scope, Tally,
    Timestamp, UserId,
};
use roster_transfer::{End, ImportError, Imported};
use rstest::rstest;
use tokio::sync::Notify;

use memory::{Fault, Memory, id, importer, new_import, rows};

/// So many rows go into a step.
const STEP: usize = 2_000;

/// An import that its file is brought to, as the command line does.
struct Scene {
    memory: Arc<Memory>,
}

fn scope() -> Scope {
    Caller::Client { user: id::<UserId>(9), client: id::<ClientId>(1) }.scope()
}

impl Scene {
    fn with(fault: Fault) -> Self {
        Self { memory: Memory::with(fault) }
    }

    /// Begins it in the name of somebody.
    async fn claim(&self, beginning: Beginning, somebody: u8) -> Claim {
        let lease = Lease { holder: [somebody; 16], until: Timestamp::from_millis(0) };
        let begun = self.memory.begin(&scope(), beginning, lease).await.unwrap();
        let Begun::Claimed(claim) = begun else { panic!("{begun:?}") };
        *claim
    }

    async fn run(&self, claim: &Claim, file: impl Read + Send + 'static) -> Imported {
        importer(&self.memory).run(claim, file, pending(), |_| {}).await
    }

    /// Imports a whole file, and gives what the store says of it then.
    async fn import_as(&self, new: NewImport, file: &str) -> (Import, End) {
        let claim = self.claim(Beginning::New(new), 1).await;
        let imported = self.run(&claim, Cursor::new(file.to_owned())).await;
        let import = self.memory.import(claim.import.id);
        assert_eq!(imported.progress, import.progress, "what it says is what is kept");
        (import, imported.end)
    }

    async fn import(&self, file: &str, options: &str) -> (Import, End) {
        self.import_as(new_import(1, options, false), file).await
    }

    fn report(&self) -> String {
        self.memory.report(new_import(1, "", false).id)
    }

    fn contacts(&self) -> Vec<Contact> {
        self.memory.contacts()
    }
}

fn code(import: &Import) -> &str {
    import.failure.as_ref().map_or("", |failure| &failure.code)
}

#[tokio::test]
async fn what_has_nothing_to_tell_keeps_no_report() {
    let scene = Scene::with(Fault::None);
    let file = rows(2 * STEP + 300);
    let (import, end) = scene.import(&file, "").await;
    assert!(matches!(end, End::Completed), "{end:?}");
    assert_eq!(import.state, ImportState::Completed);
    assert_eq!(import.progress.tally, Tally { read: 4_300, created: 4_300, ..Tally::default() });
    assert_eq!((import.progress.reported, scene.report()), (0, String::new()));
    assert_eq!(import.progress.bytes_read, file.len() as u64);
    assert_eq!(scene.memory.kept().steps, 3);
}

/// Tells a future, once.
fn bell() -> (Arc<Notify>, impl Future<Output = ()>) {
    let bell = Arc::new(Notify::new());
    (bell.clone(), async move { bell.notified().await })
}

#[tokio::test]
async fn what_was_stopped_goes_on_behind_the_rows_that_are_in() {
    let scene = Scene::with(Fault::None);
    let claim = scene.claim(Beginning::New(new_import(1, "on_match=add", false)), 1).await;
    let (bell, stop) = bell();
    let file = || Cursor::new(rows(STEP + 500).replace("+2348000000003", ""));

    let imported = importer(&scene.memory).run(&claim, file(), stop, |_| bell.notify_one()).await;

    assert!(matches!(imported.end, End::Stopped), "{:?}", imported.end);
    assert_eq!((imported.progress.tally.read, scene.contacts().len()), (2_000, 1_999));
    assert_eq!(code(&scene.memory.import(claim.import.id)), "stopped");
    let claim = scene.claim(Beginning::Again(claim.import.id), 2).await;
    let imported = scene.run(&claim, file()).await;
    assert!(matches!(imported.end, End::Completed), "{:?}", imported.end);
    assert_eq!(imported.progress.tally, Tally { read: 2_500, created: 2_499, invalid: 1, ..Tally::default() });
    let mut numbers: Vec<_> = scene.contacts().into_iter().map(|contact| contact.number.as_str().to_owned()).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!((numbers.len(), scene.contacts().len()), (2_499, 2_499), "none twice");
    assert_eq!(scene.report().lines().count(), 1, "{}", scene.report());
}

#[tokio::test]
async fn who_has_lost_the_lease_does_nothing_more() {
    let scene = Scene::with(Fault::None);
    let claim = scene.claim(Beginning::New(new_import(1, "", false)), 1).await;
    let taken_over = |_: &ImportProgress| {
        let lease = Lease { holder: [2; 16], until: Timestamp::from_millis(0) };
        scene.memory.kept().imports.get_mut(&claim.import.id).unwrap().lease = Some(lease);
    };

    let file = Cursor::new(rows(5_000));
    let imported = importer(&scene.memory).run(&claim, file, pending(), taken_over).await;

    assert!(matches!(imported.end, End::Lost), "{:?}", imported.end);
    let import = scene.memory.import(claim.import.id);
    assert_eq!((import.progress.tally.read, import.state), (2_000, ImportState::Running));
}

#[tokio::test]
async fn a_group_that_went_meanwhile_leaves_its_contacts_to_the_default_one() {
    let scene = Scene::with(Fault::GroupsGone);
    let file = "number,group\n+2348030000001,Friends\n+2348030000002,\n+2348030000003,Friends\n";
    let (import, _) = scene.import(file, "").await;
    assert_eq!(import.progress.tally, Tally { read: 3, created: 3, ..Tally::default() });
    assert!(scene.contacts().iter().all(|contact| contact.group_id == id(2)));
    let report = scene.report();
    assert_eq!(report.matches("the client has no group 030303030303030303030303").count(), 2, "{report}");
}

#[tokio::test]
async fn a_contact_that_stays_in_its_group_misses_none() {
    let scene = Scene::with(Fault::None);
    scene.import("number\n+2348030000001\n", "").await;
    let friends = "name,number,group\nAmina,+2348030000001,Friends\n";
    let (import, _) = scene.import_as(new_import(2, "", false), friends).await;
    assert_eq!((import.progress.tally.updated, import.progress.reported), (1, 0));
    let (import, _) = scene.import_as(new_import(3, "on_match=update", false), friends).await;
    assert_eq!((import.progress.tally.updated, import.progress.reported), (1, 0));
    assert_eq!(scene.contacts()[0].group_id, id(3));
}

#[tokio::test]
async fn an_id_that_is_taken_is_skipped_and_told() {
    let scene = Scene::with(Fault::None);
    let file = "{\"_id\": \"050505050505050505050505\", \"number\": \"1\"}\n{\"number\": \"2\"}\n";
    let by_id = "match=_id&on_match=skip";
    assert_eq!(scene.import(file, by_id).await.0.progress.tally.created, 2);
    let (again, _) = scene.import(file, by_id).await;
    assert_eq!(again.progress.tally.skipped, 2, "a row without an id goes by its number");
    for contact in scene.memory.kept().contacts.values_mut() {
        contact.client_id = id(8);
    }
    let (import, _) = scene.import(file.lines().next().unwrap(), by_id).await;
    let ImportProgress { tally, reported, .. } = import.progress;
    assert_eq!((tally.read, tally.skipped, reported), (1, 1, 1));
    let report = scene.report();
    assert!(report.contains("1,1,skipped,another client of the account has a contact with this _id"), "{report}");
}

#[tokio::test]
async fn groups_are_made_where_that_is_asked() {
    let scene = Scene::with(Fault::None);
    let file = "number,Group\n+2348030000001,Swimmers\n+2348030000002,Friends\n+2348030000003,Swimmers\n";
    let (import, _) = scene.import(file, "create_groups=true").await;
    assert_eq!((import.progress.tally.created, import.progress.reported), (3, 0));
    let made = scene.memory.kept().imports[&import.id].made.clone();
    assert_eq!(made.len(), 1);
    assert_eq!(scene.contacts().iter().filter(|contact| contact.group_id == made[0]).count(), 2);
    // One for all of them, that isn't there yet either.
    scene.import_as(new_import(2, "create_groups=1&group=Walkers&on_match=update", false), file).await;
    let walkers = scene.memory.kept().imports[&new_import(2, "", false).id].made.clone();
    assert!(scene.contacts().iter().all(|contact| [contact.group_id] == *walkers));
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_writes_nothing() {
    let file = "name,number,group\nAmina,+2348030000001,Swimmers\n,+2348030000001,\nBola,,\n\
        Chidi,+2348030000002,Friends\nEfe,+2348030000009,Swimmers\n\
        Gbenga,+2348030000003,Walkers\nGbenga,+2348030000003,Walkers\n";
    for options in ["create_groups=1", "create_groups=1&on_match=update", "on_match=skip", "group=New&create_groups=1"]
    {
        let scene = Scene::with(Fault::None);
        scene.import_as(new_import(2, "", false), "name,number\nEfe,+2348030000009\n").await;
        let before = scene.contacts();

        let (dry, end) = scene.import_as(new_import(1, options, true), file).await;

        assert!(matches!(end, End::Completed), "{end:?}");
        assert_eq!((scene.contacts(), scene.memory.kept().groups.len()), (before, 2), "{options}");
        let told = scene.report().lines().count();
        let (real, _) = scene.import_as(new_import(3, options, false), file).await;
        assert_eq!(dry.progress.tally, real.progress.tally, "{options}");
        assert_eq!(told as u64, real.progress.reported, "{options}");
        assert_eq!(real.progress.tally.created, 3, "rows find what those before them make: {options}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_for_a_moment_stops_nothing() {
    let scene = Scene::with(Fault::Away(2, 5));
    let (import, end) = scene.import(&rows(2 * STEP + 500), "").await;
    assert!(matches!(end, End::Completed), "{end:?}");
    assert_eq!((import.progress.tally.created, scene.contacts().len()), (4_500, 4_500));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_stays_away_ends_it_where_it_is() {
    let scene = Scene::with(Fault::Away(2, 6));
    let (import, end) = scene.import(&rows(5_000), "").await;
    assert!(matches!(end, End::Failed(ImportError::Store(_))), "{end:?}");
    assert_eq!((import.state, code(&import)), (ImportState::Failed, "store_unavailable"));
    assert_eq!((import.progress.tally.created, scene.contacts().len()), (4_000, 4_000));
}

#[tokio::test(start_paused = true)]
async fn a_step_whose_answer_was_lost_is_done_once() {
    let scene = Scene::with(Fault::Unanswered(2));
    let (import, end) = scene.import(&rows(2 * STEP + 500), "on_match=add").await;
    assert!(matches!(end, End::Completed), "{end:?}");
    assert_eq!(import.progress.tally, Tally { read: 4_500, created: 4_500, ..Tally::default() });
    assert_eq!(scene.contacts().len(), 4_500);
}

#[rstest]
#[case(false, 3)]
#[case::dry(true, 2)]
#[tokio::test(start_paused = true)]
async fn a_group_whose_answer_was_lost_is_made_once(#[case] is_dry_run: bool, #[case] groups: usize) {
    let scene = Scene::with(Fault::UnansweredGroup);
    let new = new_import(1, "create_groups=true", is_dry_run);
    let (import, end) = scene.import_as(new, "number,group\n1,Swimmers\n2,Swimmers\n").await;
    assert!(matches!(end, End::Completed), "{end:?}");
    assert_eq!((import.progress.tally.created, scene.memory.kept().groups.len()), (2, groups));
}

#[tokio::test(start_paused = true)]
async fn an_end_whose_answer_was_lost_is_the_end() {
    let scene = Scene::with(Fault::UnansweredEnd);
    let (import, end) = scene.import(&rows(5), "").await;
    assert!(matches!(end, End::Completed), "{end:?}");
    assert_eq!(import.state, ImportState::Completed);
}

#[tokio::test]
async fn what_goes_with_its_client_at_the_end_is_not_completed() {
    let scene = Scene::with(Fault::GoneAtTheEnd);
    let (_, end) = scene.import(&rows(5), "").await;
    assert!(matches!(end, End::Failed(ImportError::ClientGone)), "{end:?}");
}

/// A file whose next row comes when somebody says so.
struct Slow {
    rows: Cursor<&'static str>,
    go_on: mpsc::Receiver<()>,
}

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.rows.read(buffer)? {
            0 => {
                let _ = self.go_on.recv();
                Ok(0)
            }
            read => Ok(read),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_rows_keeps_the_lease() {
    let scene = Scene::with(Fault::None);
    let (tell, go_on) = mpsc::channel();
    let claim = scene.claim(Beginning::New(new_import(1, "", false)), 1).await;
    let file = Slow { rows: Cursor::new("number\n+2348030000001\n"), go_on };
    let watch = |progress: &ImportProgress| {
        if progress.tally.read == 0 {
            let _ = tell.send(());
        }
    };

    let imported = importer(&scene.memory).run(&claim, file, pending(), watch).await;

    assert_eq!(imported.progress.tally.created, 1);
    let kept = scene.memory.kept();
    assert!(kept.renewals > 0);
    assert_eq!(kept.steps, 1);
}

#[tokio::test]
async fn a_row_that_is_lost_fails_loudly() {
    let scene = Scene::with(Fault::Silent);
    let (import, end) = scene.import(&rows(5), "").await;
    assert!(matches!(end, End::Failed(ImportError::Unsettled(_))), "{end:?}");
    assert_eq!((code(&import), import.progress.tally.read), ("unaccounted", 0));
}

#[rstest]
#[case(Fault::ClientGone, "", "number\n1\n", "client_gone")]
#[case(Fault::None, "group=Swimmers", "number\n1\n", "no_such_group")]
#[case(Fault::None, "group=Default", "number\n1\n", "several_groups")]
#[case(Fault::None, "", "", "unreadable_file")]
#[case(Fault::None, "format=csv", "colour\nred\n", "no_number_column")]
#[case(Fault::None, "colour=red", "number\n1\n", "internal")]
#[tokio::test]
async fn what_ends_it_before_it_begins(
    #[case] fault: Fault,
    #[case] options: &str,
    #[case] file: &str,
    #[case] expected: &str,
) {
    let scene = Scene::with(fault);
    scene.memory.kept().groups[1].title = GroupTitle::parse("Default").unwrap();
    let (import, end) = scene.import(file, options).await;
    assert!(matches!(end, End::Failed(_)), "{end:?}");
    assert_eq!((code(&import), import.state), (expected, ImportState::Failed));
    assert_eq!(scene.contacts().len(), 0);
}

#[tokio::test]
async fn a_file_that_is_cut_off_loses_no_row_before_that() {
    let scene = Scene::with(Fault::None);
    let (import, end) = scene.import("[{\"number\": \"1\"}, {\"number\": \"2\"", "").await;
    assert!(matches!(end, End::Failed(ImportError::File(_))), "{end:?}");
    assert_eq!(code(&import), "unreadable_file");
    assert_eq!(import.progress.tally, Tally { read: 1, created: 1, ..Tally::default() });
}

#[tokio::test]
async fn told_to_stop_at_once_it_does_nothing() {
    let scene = Scene::with(Fault::None);
    let claim = scene.claim(Beginning::New(new_import(1, "", false)), 1).await;
    let imported = importer(&scene.memory).run(&claim, Cursor::new(rows(5)), ready(()), |_| {}).await;
    assert!(matches!(imported.end, End::Stopped), "{:?}", imported.end);
    assert_eq!((imported.progress.tally.read, scene.contacts().len()), (0, 0));
}
