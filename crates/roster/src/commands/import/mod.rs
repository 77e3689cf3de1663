//! `roster import`

mod begin;
mod input;
mod progress;
mod report;
pub mod system;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use roster_domain::ports::Store;
use roster_domain::{Claim, IdSource, ImportId, Tally};
use roster_transfer::{End, Failure, ImportError, Imported, log_tally};
use tokio::runtime::Handle;

use super::with_store::with_store;
use super::{reached, signals};
use crate::cli::ImportArgs;
use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;
use crate::output::{Foreign, say};
use crate::services::importer;
use crate::settings::RetentionSettings;
use crate::telemetry;
use begin::Begin;
use input::{Input, is_stdin};
use progress::Progress;
use report::ReportFile;

/// Takes a file of contacts into a client, beside whatever servers run on the store. 0: all rows are in; 2: some can't
/// be, and the report says why.
///
/// # Errors
/// When the file can't be read to its end, the client can't be found, the store fails, or it was told to stop.
pub fn run(args: ImportArgs) -> anyhow::Result<ExitCode> {
    let settings = super::settings(args.settings, Vec::new())?;
    telemetry::start(&settings.log)?;
    let beside = if is_stdin(&args.file) { Path::new("import") } else { &args.file };
    let mut report = ReportFile::of(args.report, beside, [args.file.as_path()])?;
    let input = Input::open(&args.file)?;
    let begin = match args.resume {
        Some(id) => Begin::Again(id),
        None => Begin::New { request: args.asked.into(), is_dry_run: args.dry_run },
    };
    with_store(&settings.store, async |store| {
        let (scope, _) = reached::one_client(&store, args.client, args.user.as_ref()).await?;
        let claim = begin.with(store.imports.as_ref(), &scope, input.about()).await?;
        let id = claim.import.id;
        // Whoever is cut off needs it to go on.
        let _ = writeln!(io::stderr(), "import {id}");
        let imported = import(&store, &settings.retention, &claim, input).await?;
        tell(&imported, claim.import.is_dry_run);
        if imported.progress.reported > 0 {
            report.fill(store.imports.as_ref(), &scope, id).await?;
            say(format_args!("The report tells of {} of them: {report}", imported.progress.reported));
        }
        exit_code(imported, id)
    })
}

async fn import(store: &Store, settings: &RetentionSettings, claim: &Claim, input: Input) -> anyhow::Result<Imported> {
    let clock = Arc::new(SystemClock);
    let importer = importer(store, Arc::new(IdSource::new(&SystemEntropy)), clock.clone(), settings);
    let mut progress = Progress::new(clock, claim.import.progress, input.about().bytes);
    let stop = signals::watch(&Handle::current()).context("signals")?;
    let told = async {
        stop.told().await;
    };
    let imported = importer.run(claim, input, told, |now| progress.show(now)).await;
    progress.end();
    Ok(imported)
}

/// What became of the rows.
fn tell(imported: &Imported, is_dry_run: bool) {
    log_tally!(imported.progress.tally, is_dry_run, "imported contacts");
    let dry_run = if is_dry_run { "Nothing was written; it would be: " } else { "" };
    say(format_args!("{dry_run}{}", sums(&imported.progress.tally)));
}

fn sums(tally: &Tally) -> String {
    let Tally { read, created, updated, unchanged, skipped, invalid } = tally;
    let rows = if *read == 1 { "row" } else { "rows" };
    format!(
        "{read} {rows} read = {created} created + {updated} updated + {unchanged} unchanged + {skipped} skipped + \
         {invalid} invalid"
    )
}

fn exit_code(imported: Imported, id: ImportId) -> anyhow::Result<ExitCode> {
    let Tally { read, invalid, .. } = imported.progress.tally;
    let go_on = format!("The first {read} rows of the file are done; to go on behind them: --resume {id}");
    match imported.end {
        End::Completed if invalid > 0 => Ok(ExitCode::from(2)),
        End::Completed => Ok(ExitCode::SUCCESS),
        End::Stopped => Err(anyhow!("stopped. {go_on}")),
        // Whether it may be gone on with is for whoever ended it, or has taken it over, to say.
        End::Lost => Err(anyhow!("the import was ended, or is gone on with elsewhere. {read} rows were done by then")),
        // Nothing was begun.
        End::Failed(error @ ImportError::NoSuchGroup(_)) => Err(anyhow!("{error}; --create-groups makes it")),
        End::Failed(error @ (ImportError::SeveralGroups(_) | ImportError::ClientGone)) => Err(error.into()),
        // Of a file that breaks off the last row is only a part of what it will be once the file is whole.
        End::Failed(ImportError::File(failure)) => {
            let failure = in_words(failure);
            Err(anyhow!("{failure:#}. {read} rows were done; import the whole file once it is sound"))
        }
        End::Failed(error) => Err(anyhow!("{:#}. {go_on}", anyhow::Error::new(error))),
    }
}

/// With what the failure knows beside its message.
fn in_words(failure: Failure) -> anyhow::Error {
    match &failure {
        Failure::NoNumberColumn { columns } if !columns.is_empty() => {
            let columns: Vec<String> = columns.iter().map(|column| Foreign(column).to_string()).collect();
            anyhow!("{failure}. It holds: {}", columns.join(", "))
        }
        _ => failure.into(),
    }
}
