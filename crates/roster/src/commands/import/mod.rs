//! `roster import`

mod input;
mod progress;
mod report;
mod stop;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use roster_domain::IdSource;
use roster_transfer::{
    End, Failure, Hints, ImportError, ImportOptions, Imported, Importer, Options, SeveralNumbers, Source, Tally,
};
use tracing::info;

use super::reached;
use super::with_store::with_store;
use crate::cli::ImportArgs;
use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;
use crate::output::{Foreign, say};
use crate::telemetry;
use input::Input;
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
    let report = ReportFile::of(args.report, &args.file, args.skip_rows > 0)?;
    let input = Input::open(&args.file)?;
    let mut progress = Progress::new(Arc::new(SystemClock), &input);
    let file_name = args.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let hints = Hints { format: args.format, encoding: args.encoding, file_name, ..Hints::default() };
    let source = Source::open(input, &hints).map_err(in_words)?;
    let usual = ImportOptions::usual(source.is_dump());
    let options = ImportOptions {
        by: args.matching.unwrap_or(usual.by),
        on_match: args.on_match.unwrap_or(usual.on_match),
        group: args.group,
        create_groups: args.create_groups,
        skip_rows: args.skip_rows,
    };
    let imported = with_store(&settings.store, async |store| {
        let (scope, client) = reached::one_client(&store, args.client, args.user.as_ref()).await?;
        let several = if args.each_number { SeveralNumbers::OneEach } else { SeveralNumbers::Preferred };
        let reading = Options { map: args.map.unwrap_or_default(), several, region: client.region };
        let rows = source.contacts(reading).map_err(in_words)?;
        let importer = Importer {
            batches: store.batches,
            groups: store.groups,
            ids: Arc::new(IdSource::new(&SystemEntropy)),
            clock: Arc::new(SystemClock),
            scope,
        };
        let stop = stop::told().context("signals")?;
        Ok(importer.run(rows, &options, || report.open(), stop, |tally, done| progress.show(tally, done)).await)
    })?;
    progress.end();
    ended(imported, &report)
}

fn ended(imported: Imported, report: &ReportFile) -> anyhow::Result<ExitCode> {
    let Imported { tally, done, reported, end } = imported;
    let Tally { read, created, updated, unchanged, skipped, invalid } = tally;
    info!(
        rows.read = read,
        rows.created = created,
        rows.updated = updated,
        rows.unchanged = unchanged,
        rows.skipped = skipped,
        rows.invalid = invalid,
        "imported contacts"
    );
    let rows = if read == 1 { "row" } else { "rows" };
    say(format_args!(
        "{read} {rows} read = {created} created + {updated} updated + {unchanged} unchanged + {skipped} skipped + \
         {invalid} invalid"
    ));
    if reported > 0 {
        say(format_args!("The report tells of {reported} of them: {report}"));
    }
    match end {
        End::Complete if invalid > 0 => Ok(ExitCode::from(2)),
        End::Complete => Ok(ExitCode::SUCCESS),
        End::Stopped => Err(anyhow!("stopped. {}", go_on(done))),
        // Nothing was begun.
        End::Failed(error @ ImportError::NoSuchGroup(_)) => Err(anyhow!("{error}; --create-groups makes it")),
        End::Failed(error @ ImportError::SeveralGroups(_)) => Err(error.into()),
        // Of a file that breaks off the last row is only a part of what it will be once the file is whole.
        End::Failed(ImportError::File(failure)) => {
            let failure = in_words(failure);
            Err(anyhow!("{failure:#}. {done} rows were done; import the whole file once it is sound"))
        }
        End::Failed(error) => Err(anyhow!("{:#}. {}", anyhow::Error::new(error), go_on(done))),
    }
}

fn go_on(done: u64) -> String {
    format!("The first {done} rows of the file are done; to go on behind them: --skip-rows {done}")
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
