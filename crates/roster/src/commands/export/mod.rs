//! `roster export`

mod output;

use anyhow::{Context, bail};
use roster_domain::ports::Store;
use roster_domain::{ContactFilter, GroupId, Keyset, Limit, Region, Scope, Span};
use roster_transfer::{Export, StoredContacts};

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
        let (scope, span, region) = match (args.client, &args.user) {
            (Some(client), address) => {
                let (scope, client) = reached::one_client(&store, client, address.as_ref()).await?;
                (scope, Span::OneClient, client.region)
            }
            (None, Some(address)) => (reached::all_clients(&store, address).await?, Span::AllClients, None),
            (None, None) => bail!("whose contacts? say --client ID or --user ADDRESS"),
        };
        let group_id = match &args.group {
            Some(named) => Some(group(&store, &scope, span, named).await?),
            None => None,
        };
        let contacts =
            StoredContacts::new(store.contacts, store.groups, scope, span, ContactFilter::of_group(group_id));
        write(contacts, region, args.format, Output::open(args.output.as_deref())?).await
    })?;
    output.map_or(Ok(()), Output::keep)
}

/// `None`: nobody reads any more.
async fn write(
    mut contacts: StoredContacts,
    region: Option<Region>,
    format: roster_transfer::ExportFormat,
    output: Output,
) -> anyhow::Result<Option<Output>> {
    let mut export = Export::begin(output, format)?.in_region(region);
    while let Some(page) = contacts.next_page().await? {
        for (contact, title) in &page {
            if let Err(error) = export.row(contact, title.as_ref()) {
                return nobody_reads(error);
            }
        }
    }
    export.end().map(Some).or_else(nobody_reads)
}

/// A pipe that is closed is no failure, as with every list.
fn nobody_reads(error: std::io::Error) -> anyhow::Result<Option<Output>> {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Ok(None),
        _ => Err(error).context("what was read can't be written"),
    }
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
