//! `/imports`: files of contacts that go into a client.

use std::sync::Arc;

use roster_domain::ports::{EndTimes, ImportJobs, Result as StoreResult, Turned};
use roster_domain::{Import, ImportId, Keyset, Limit, PlacedPage, Scope};

use super::prefix;
use crate::answers::{self, Data, ImportJson};
use crate::call::Call;
use crate::error::Code;
use crate::failure::{Answer, Failure};
use crate::imports;
use crate::list::{self, Listing};
use crate::requests::{self, lists::Unfiltered};
use crate::services::State;
use crate::upload::{Files, Upload};

const FETCHED: &str = "Import fetched successfully!";

pub async fn create(upload: Upload<Files>) -> Answer {
    let (app, prefix) = (upload.app.clone(), prefix(&upload.request));
    let import = imports::receive(upload).await?;
    accepted(&app, prefix, &import)
}

pub async fn list(call: Call) -> Answer {
    let asked = list::asked::<Imports>(&call)?;
    let imports = Imports { jobs: Arc::clone(&call.app.store.imports), scope: call.scope() };
    list::answer(&call, imports, &asked).await
}

pub async fn get(call: Call) -> Answer {
    let id = call.import_id()?;
    requests::nothing(call.parts()?)?;
    let import = call.one(call.app.store.imports.get(&call.scope(), id)).await?.ok_or(Code::NotFound)?;
    answers::ok(FETCHED, ImportJson::from(&import))
}

pub async fn report(call: Call) -> Answer {
    let id = call.import_id()?;
    let of = requests::imports::report(call.parts()?)?;
    imports::answer_report(&call, id, of).await
}

pub async fn cancel(call: Call) -> Answer {
    let id = call.import_id()?;
    requests::nothing(call.parts()?)?;
    let now = call.app.clock.now();
    let times = EndTimes { ended_at: now, expires_at: now.plus(call.app.imports.kept) };
    let import = call.one(call.app.store.imports.cancel(&call.scope(), id, times)).await?.ok_or(Code::NotFound)?;
    answers::ok("Import cancelled successfully!", ImportJson::from(&import))
}

pub async fn resume(call: Call) -> Answer {
    let id = call.import_id()?;
    requests::nothing(call.parts()?)?;
    let turned = call.one(call.app.store.imports.resume(&call.scope(), id)).await?;
    let import = done(turned, "only a failed one whose file is still there can go on")?;
    accepted(&call.app, call.prefix(), &import)
}

pub async fn undo(call: Call) -> Answer {
    let id = call.import_id()?;
    requests::nothing(call.parts()?)?;
    let turned = call.one(call.app.store.imports.undo(&call.scope(), id)).await?;
    let import = done(turned, "only one that is at its end and has written something can be undone")?;
    accepted(&call.app, call.prefix(), &import)
}

fn done(turned: Turned, condition: &str) -> Result<Import, Failure> {
    match turned {
        Turned::Done(import) => Ok(import),
        Turned::Absent => Err(Code::NotFound.into()),
        Turned::NotNow(import) => Err(imports::refused(&import, condition)),
    }
}

/// It waits for its turn, of which whoever works on imports is told.
fn accepted(app: &State, prefix: &str, import: &Import) -> Answer {
    app.wake.notify_one();
    let location = format!("{prefix}/imports/{}", import.id);
    answers::accepted("Import accepted successfully!", ImportJson::from(import), &location)
}

/// Imports, newest first.
struct Imports {
    jobs: Arc<dyn ImportJobs>,
    scope: Scope,
}

impl Listing for Imports {
    type Item = Import;
    type Filter = Unfiltered;
    type Place = ImportId;
    const ROUTE: &str = "/imports";
    const ORDER: &str = "newest first";
    const MESSAGE: &str = FETCHED;

    async fn page(&self, after: Option<ImportId>, limit: Limit) -> StoreResult<PlacedPage<Import, ImportId>> {
        Ok(self.jobs.page(&self.scope, Keyset { after, limit }).await?.placed(|import| import.id))
    }

    fn row(import: &Import) -> impl Data {
        ImportJson::from(import)
    }
}
