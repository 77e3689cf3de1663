//! A file in a form (`multipart/form-data`, RFC 7578): first the parts that say what is asked of it, then the file, and
//! nothing behind it. So all that is asked is known before anything is kept.

use std::io;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderMap;
use futures_util::StreamExt;
use roster_domain::InvalidCode;

use super::arriving::Arriving;
use super::no_file;
use crate::credentials;
use crate::error::Code;
use crate::failure::Failure;
use crate::problems::Problems;
use crate::query::Query;
use crate::requests::imports::{self, Asked};
use crate::upload::{Broken, Paced};

/// The part that is the file.
pub const FILE: &str = "file";

pub struct Form(Multipart);

impl Form {
    /// The headers say what stands between its parts.
    pub fn of(headers: &HeaderMap, body: Paced) -> Self {
        let body = body.map(|piece| piece.map_err(|broken| PayloadError::Io(io::Error::other(broken))));
        Self(Multipart::new(headers, body))
    }

    /// Reads up to the file. What is asked of it stands in the parts before it, which may have so many bytes together,
    /// or in the query.
    pub async fn open(mut self, mut asked: Query, most: usize) -> Result<(Asked, Arriving), Failure> {
        let mut problems = Problems::default();
        let mut left = most;
        let file = loop {
            let Some(mut part) = self.next().await? else { break None };
            let name = part.name().unwrap_or_default().to_owned();
            if name == FILE {
                break Some(part);
            }
            // However little there is in it, a part counts.
            left = left.checked_sub(name.len() + 1).ok_or(Code::TooLarge)?;
            let value = value(&mut part, left).await?;
            left -= value.len();
            if credentials::QUERY.contains(&name.as_str()) {
                problems.say(name, InvalidCode::NotAllowed, "is not for forms: show it in a header");
            } else {
                asked.add(&name, String::from_utf8(value).ok());
            }
        };
        let asked = imports::create(&asked, true, &mut problems);
        let Some(file) = file else {
            problems.append(no_file("is required"));
            return Err(problems.into());
        };
        problems.none()?;
        let name = file.content_disposition().and_then(|said| said.get_filename()).map(str::to_owned);
        let content_type = file.content_type().map(ToString::to_string);
        let coming = file.map(|piece| piece.map_err(broken)).boxed_local();
        Ok((asked, Arriving::of(name.as_deref(), content_type.as_deref(), coming, Some(self))))
    }

    /// Goes on only where the file was the last part.
    pub async fn end(mut self) -> Result<(), Failure> {
        let Some(part) = self.next().await? else { return Ok(()) };
        let mut problems = Problems::default();
        match part.name().unwrap_or_default() {
            FILE => problems.say(FILE, InvalidCode::Repeated, "must be given once only"),
            name => problems.say(name.to_owned(), InvalidCode::NotAllowed, "must stand before the file"),
        }
        problems.none()
    }

    async fn next(&mut self) -> Result<Option<Field>, Failure> {
        self.0.next().await.transpose().map_err(broken)
    }
}

/// What stands in a part: so many bytes at most.
async fn value(part: &mut Field, most: usize) -> Result<Vec<u8>, Failure> {
    let mut value = Vec::new();
    while let Some(piece) = part.next().await {
        value.extend_from_slice(&piece.map_err(broken)?);
        if value.len() > most {
            return Err(Code::TooLarge.into());
        }
    }
    Ok(value)
}

fn broken(error: MultipartError) -> Failure {
    let ours = match error {
        MultipartError::Payload(PayloadError::Io(error)) => error.downcast::<Broken>().ok(),
        _ => None,
    };
    match ours {
        Some(broken) => broken.into(),
        None => Failure::told(Code::MalformedBody, "The body must be a form (multipart/form-data) that is whole."),
    }
}
