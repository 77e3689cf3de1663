//! `/users`.

use crate::answers::{self, SignedUpJson};
use crate::error::Code;
use crate::failure::Answer;
use crate::input::Input;
use crate::requests;

pub async fn create(input: Input) -> Answer {
    if !input.app.identity.registration_open() {
        return Err(Code::RegistrationClosed.into());
    }
    let sign_up = requests::users::sign_up(input.parts()?)?;
    let signed_up = input.one(input.app.identity.sign_up(sign_up)).await?;
    let location = format!("{}/users/me", input.prefix());
    answers::created("User created successfully!", SignedUpJson::from(&signed_up), &location)
}
