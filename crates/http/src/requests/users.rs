//! What calls on users ask for.

use roster_domain::{Email, EmailKey, Invalid, InvalidCode, NewPassword, PersonName};
use roster_identity::{SignUp, UserRequest, refuse_guessable};
use secrecy::SecretString;

use super::fields::{Fields, text};
use crate::failure::Failure;
use crate::input::Read;
use crate::json::Json;

/// `POST /users`.
pub fn sign_up(read: Read<'_>) -> Result<SignUp, Failure> {
    let mut fields = Fields::of(read.body);
    let email = fields.required("email", text(Email::parse));
    let key = email.as_ref().map(Email::key);
    let password = fields.required("password", text(|text| new_password(text, key.as_ref())));
    let firstname = fields.optional("firstname", text(PersonName::parse));
    let lastname = fields.optional("lastname", text(PersonName::parse));
    repeated(&mut fields);
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

/// `PUT /users/me`: what is sent, and nothing else, is changed; a new address or password needs the current one.
pub fn update(read: Read<'_>) -> Result<UserRequest, Failure> {
    let mut fields = Fields::of(read.body);
    let email = fields.optional("email", text(Email::parse));
    let key = email.as_ref().map(Email::key);
    let password = fields.optional("password", text(|text| new_password(text, key.as_ref())));
    let firstname = fields.optional("firstname", text(PersonName::parse));
    let lastname = fields.optional("lastname", text(PersonName::parse));
    repeated(&mut fields);
    let current = text(|text| Ok(SecretString::from(text)));
    let current_password = if email.is_some() || password.is_some() {
        fields.required("currentPassword", current)
    } else {
        fields.optional("currentPassword", current)
    };
    read.query.check(&[], fields.problems());
    fields.into_problems().none()?;
    Ok(UserRequest { email, firstname, lastname, password, current_password })
}

/// `DELETE /users/me`.
pub fn erase(read: Read<'_>) -> Result<SecretString, Failure> {
    let mut fields = Fields::of(read.body);
    let password = fields.required("password", text(|text| Ok(SecretString::from(text))));
    read.query.check(&[], fields.problems());
    let problems = fields.into_problems();
    match password {
        Some(password) if problems.is_empty() => Ok(password),
        _ => Err(problems.into()),
    }
}

/// A password typed twice is the same twice.
fn repeated(fields: &mut Fields<'_>) {
    let written = fields.get("password").and_then(as_text);
    fields.optional(
        "passwordConfirmation",
        text(|again| match written {
            Some(password) if password != again => Err(Invalid::new(InvalidCode::Mismatch, "must repeat the password")),
            _ => Ok(()),
        }),
    );
}

fn new_password(text: &str, email: Option<&EmailKey>) -> Result<NewPassword, Invalid> {
    let password = NewPassword::parse(text)?;
    refuse_guessable(&password, email)?;
    Ok(password)
}

fn as_text(value: &Json) -> Option<&str> {
    match value {
        Json::Text(text) => Some(text),
        _ => None,
    }
}
