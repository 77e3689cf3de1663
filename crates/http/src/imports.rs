//! Imports: files that are put into the store as they come, piece by piece, and are worked on by whichever server has
//! time. Memory holds a piece of a file, however long it is.

mod arriving;
mod form;
mod report;
mod staging;

use roster_domain::{Import, ImportId, InvalidCode, NewImport};

use crate::body;
use crate::error::Code;
use crate::failure::Failure;
use crate::problems::Problems;
use crate::requests::imports::Asked;
use crate::upload::{Files, Upload, paced};
use arriving::Arriving;
use form::Form;
use staging::Staging;

pub use report::answer as answer_report;

/// Takes a file to its end; from then on it waits for its turn. Whatever happens before that, nothing is left of it. Files
/// have places of their own, so it needs none among what is in flight.
pub async fn receive(upload: Upload<Files>) -> Result<Import, Failure> {
    let app = upload.app.clone();
    let checked = check(&upload);
    let (is_form, request, query) = (upload.is_form(), upload.request.clone(), upload.query.clone());
    let (shown, _place, body) = upload.into_stream()?;
    checked?;
    let body = paced(body, app.imports.most_bytes, &app.deadlines);
    let (Asked { request, is_dry_run }, mut file) = if is_form {
        Form::of(request.headers(), body).open(query, app.body_limit).await?
    } else {
        Arriving::alone(&request, &query, body)?
    };
    let Some(first) = file.piece().await? else { return Err(no_file("must not be empty").into()) };
    let now = app.clock.now();
    let import = NewImport {
        id: ImportId::generate(now, &*app.entropy),
        is_dry_run,
        options: request.to_text(),
        file: file.known(),
        created_at: now,
    };
    let mut staging = Staging::begin(&app, shown.caller.scope(), import).await?;
    staging.take(first).await?;
    while let Some(piece) = file.piece().await? {
        staging.take(piece).await?;
    }
    file.end().await?;
    // It may have come for longer than an access token lives, which was good when it was shown.
    shown.look_again(&app, shown.at).await?;
    staging.submit().await
}

/// What can be refused before anything is read: 413, then 415. A form that is compressed as a whole has no parts to be
/// seen.
fn check(upload: &Upload<Files>) -> Result<(), Failure> {
    let request = &upload.request;
    if body::announced(request).is_some_and(|length| length > upload.app.imports.most_bytes) {
        return Err(Code::TooLarge.into());
    }
    if body::is_encoded(request) && (upload.is_form() || !body::is_gzip(request)) {
        let message = "A file may be compressed with gzip, a form with nothing.";
        return Err(Failure::told(Code::UnsupportedMediaType, message));
    }
    Ok(())
}

/// From where an import stands that can't be done.
pub fn refused(import: &Import, why: &str) -> Failure {
    Failure::told(Code::ImportState, format!("The import is {}: {why}.", import.state.as_str()))
}

/// There is no file to be imported.
fn no_file(message: &'static str) -> Problems {
    let mut problems = Problems::default();
    problems.say(form::FILE, InvalidCode::Required, message);
    problems
}
