//! `roster import --system`

mod folder;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context, anyhow};
use roster_domain::ports::Store;
use roster_domain::{Clock, IdSource, ImportProgress, NewClient, Tally, Timestamp, TokenHash};
use roster_identity::{can_verify_bcrypt, client_token_hash, new_default_client};
use roster_transfer::{
    Collection, Counted, Credentials, MovedIn, MovingIn, SystemEnd, SystemReport, SystemStore, log_tally,
};
use secrecy::SecretString;
use tokio::runtime::Handle;

use super::input::Input;
use super::progress::Progress;
use super::report::ReportFile;
use crate::cli::SystemArgs;
use crate::clock::SystemClock;
use crate::commands::{self, signals, with_store::with_store};
use crate::entropy::SystemEntropy;
use crate::output::say;
use crate::telemetry;
use folder::Folder;

/// Moves a whole system in, beside whatever servers run on the store. 0: all of it is there; 2: some of it isn't, and
/// the report says what and why.
///
/// # Errors
/// When the folder holds no system, a file can't be read to its end, the store fails, or it was told to stop.
pub fn run(args: SystemArgs) -> anyhow::Result<ExitCode> {
    let settings = commands::settings(args.settings, Vec::new())?;
    telemetry::start(&settings.log)?;
    let folder = Folder::of(&args.folder)?;
    if let Some(others) = folder.others() {
        say(format_args!("Passed over: {others}"));
    }
    let mut file = ReportFile::of(args.report, &args.folder, folder.files())?;
    let mut report = SystemReport::new(&mut file);
    let moved = with_store(&settings.store, async |store| move_in(store, &folder, &mut report).await);
    let reported = report.rows();
    if reported > 0 {
        say(format_args!("The report tells of {reported} of them: {file}"));
    }
    Ok(if moved? { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Whether all of it is there.
async fn move_in(store: Store, folder: &Folder, report: &mut SystemReport<'_>) -> anyhow::Result<bool> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = Arc::new(IdSource::new(&SystemEntropy));
    let mut moving = MovingIn::new(
        SystemStore {
            operator: store.operator,
            batches: store.batches,
            credentials: Arc::new(RosterCredentials { ids: ids.clone() }),
            ids,
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
        },
        folder,
    );
    let stop = signals::watch(&Handle::current()).context("signals")?;
    let mut is_all_there = true;
    for collection in Collection::ALL {
        let input = Input::open(folder.path(collection))?;
        let mut progress = Progress::new(clock.clone(), ImportProgress::default(), input.about().bytes);
        let (input, bytes_read) = Counted::new(input);
        let source = folder.source(collection, input).with_context(|| folder.shown(collection))?;
        let mut watch = |tally: &Tally| {
            let bytes_read = bytes_read.load(Ordering::Relaxed);
            progress.show(&ImportProgress { tally: *tally, bytes_read, ..ImportProgress::default() });
        };
        let told = async {
            stop.clone().told().await;
        };
        let MovedIn { tally, end } = moving.take(collection, source, report, told, &mut watch).await;
        progress.end();
        tell(collection, &tally);
        match end {
            SystemEnd::Complete => is_all_there &= tally.skipped == 0 && tally.invalid == 0,
            SystemEnd::Stopped => return Err(anyhow!("stopped. {GO_ON}")),
            SystemEnd::Failed(error) => return Err(anyhow!("{:#}. {GO_ON}", anyhow::Error::new(error))),
        }
    }
    Ok(is_all_there)
}

const GO_ON: &str = "The same command goes on: what is in already is left as it is";

fn tell(collection: Collection, tally: &Tally) {
    log_tally!(*tally, "took in {}", collection.as_str());
    say(format_args!("{:9} {}", format!("{}:", collection.as_str()), super::sums(tally)));
}

struct RosterCredentials {
    ids: Arc<IdSource>,
}

impl Credentials for RosterCredentials {
    fn can_verify(&self, password_hash: &SecretString) -> bool {
        can_verify_bcrypt(password_hash)
    }

    fn token_hash(&self, token: &SecretString) -> TokenHash {
        client_token_hash(token)
    }

    fn new_client(&self, now: Timestamp) -> NewClient {
        new_default_client(&self.ids, &SystemEntropy, now)
    }
}
