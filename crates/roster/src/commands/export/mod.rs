//! `roster export`

mod output;

use std::io::ErrorKind;

use anyhow::{Context, bail};
use roster_domain::ports::Store;
use roster_domain::{ContactFilter, GroupId, Keyset, Limit, Scope, Span};
use roster_transfer::{Export, ExportError};

use super::reached;
use super::with_store::with_store;
use crate::cli::ExportArgs;
use crate::telemetry;
use output::Output;

/// Writes contacts into a file or to standard output, beside whatever servers run on the store.
///
/// # Errors
/// When whose they are can't be found, the store fails, or they can't be written: then no file is there that wasn't.
pub fn run(args: ExportArgs) -> anyhow::Result<()> {
    let settings = super::settings(args.settings, Vec::new())?;
    telemetry::start(&settings.log)?;
    let output = with_store(&settings.store, async |store| {
        let (scope, span) = match (args.client, &args.user) {
            (Some(client), address) => {
                (reached::one_client(&store, client, address.as_ref()).await?.0, Span::OneClient)
            }
            (None, Some(address)) => (reached::all_clients(&store, address).await?, Span::AllClients),
            (None, None) => bail!("whose contacts? say --client ID or --user ADDRESS"),
        };
        let group_id = match &args.group {
            Some(named) => Some(group(&store, &scope, span, named).await?),
            None => None,
        };
        let output = Output::open(args.output.as_deref())?;
        let snapshot = store.snapshots.snapshot(&scope, span, &ContactFilter::of_group(group_id)).await?;
        match Export::begin(output, args.format)?.whole(snapshot).await {
            Ok(output) => Ok(Some(output)),
            // A pipe that is closed is no failure, as with every list.
            Err(ExportError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(None),
            Err(error) => Err(error.into()),
        }
    })?;
    output.map_or(Ok(()), Output::keep)
}

/// The group with this id or title.
async fn group(store: &Store, scope: &Scope, span: Span, named: &str) -> anyhow::Result<GroupId> {
    if let Ok(id) = GroupId::parse(named)
        && store.groups.get(scope, id).await?.is_some()
    {
        return Ok(id);
    }
    let mut found = None;
    let mut after = None;
    loop {
        let page = store.groups.page(scope, span, Keyset { after, limit: Limit::stream_chunk() }).await?;
        for group in page.items.iter().filter(|group| group.title.as_str() == named) {
            if found.replace(group.id).is_some() {
                bail!("several groups have that title: say which by its id");
            }
        }
        after = page.items.last().map(|group| group.id);
        if !page.has_more || after.is_none() {
            return found.context("no group has that id or title");
        }
    }
}
