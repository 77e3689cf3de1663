//! What calls on users ask for.

use roster_domain::{Email, Invalid, InvalidCode, NewPassword, PersonName};
use roster_identity::{SignUp, refuse_common};

use super::fields::{Fields, text};
use crate::failure::Failure;
use crate::input::Read;
use crate::json::Json;

/// `POST /users`.
pub fn sign_up(read: Read<'_>) -> Result<SignUp, Failure> {
    let mut fields = Fields::of(read.body);
    let email = fields.required("email", text(Email::parse));
    let password = fields.required("password", text(new_password));
    let firstname = fields.optional("firstname", text(PersonName::parse));
    let lastname = fields.optional("lastname", text(PersonName::parse));
    let written = fields.get("password").and_then(as_text);
    fields.optional(
        "passwordConfirmation",
        text(|again| match written {
            Some(password) if password != again => Err(Invalid::new(InvalidCode::Mismatch, "must repeat the password")),
            _ => Ok(()),
        }),
    );
    read.query.check(&[], fields.problems());
    let problems = fields.into_problems();
    let (Some(email), Some(password), true) = (email, password, problems.is_empty()) else {
        return Err(problems.into());
    };
    let nameless = || PersonName::from_stored(String::new());
    Ok(SignUp {
        email,
        password,
        firstname: firstname.unwrap_or_else(nameless),
        lastname: lastname.unwrap_or_else(nameless),
    })
}

fn new_password(text: &str) -> Result<NewPassword, Invalid> {
    let password = NewPassword::parse(text)?;
    refuse_common(&password)?;
    Ok(password)
}

fn as_text(value: &Json) -> Option<&str> {
    match value {
        Json::Text(text) => Some(text),
        _ => None,
    }
}
