//! `/sessions`.

use actix_web::http::header::USER_AGENT;
use secrecy::ExposeSecret;

use crate::answers::{self, SignedInJson};
use crate::failure::Answer;
use crate::input::Input;
use crate::requests;

pub async fn create(input: Input) -> Answer {
    let wanted = requests::sessions::sign_in(input.parts()?)?;
    let user_agent = input.request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sign_in = input.app.identity.sign_in(&wanted.email, wanted.password.expose_secret(), user_agent);
    let signed_in = input.one(sign_in).await?;
    let location = format!("{}/sessions/{}", input.prefix(), signed_in.session);
    answers::created("Session created successfully!", SignedInJson::from(&signed_in), &location)
}
