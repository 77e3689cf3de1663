//! What calls on sessions ask for.

use roster_domain::InvalidCode;
use secrecy::SecretString;

use super::fields::{Fields, text};
use crate::failure::Failure;
use crate::input::Read;
use crate::problems::Problems;

/// What somebody typed to sign in: nothing but the types is checked here.
pub struct SignIn {
    pub email: String,
    pub password: SecretString,
}

/// `POST /sessions/refresh`.
pub fn refresh(read: Read<'_>) -> Result<SecretString, Failure> {
    let mut fields = Fields::of(read.body);
    let token = fields.required("refreshToken", text(|text| Ok(SecretString::from(text))));
    read.query.check(&[], fields.problems());
    let problems = fields.into_problems();
    match token {
        Some(token) if problems.is_empty() => Ok(token),
        _ => Err(problems.into()),
    }
}

/// The parameters of [`end`].
pub const ENDED: &[&[&str]] = &[&["all"]];

/// `DELETE /sessions?all=1`: whether all are meant.
pub fn end(read: Read<'_>) -> Result<bool, Failure> {
    let mut problems = Problems::default();
    read.query.check(ENDED, &mut problems);
    let all = match read.query.get("all") {
        None => false,
        Some("1") => true,
        Some(_) => {
            problems.say("all", InvalidCode::Malformed, "must be 1, or left out");
            false
        }
    };
    problems.none()?;
    Ok(all)
}

/// `POST /sessions`.
pub fn sign_in(read: Read<'_>) -> Result<SignIn, Failure> {
    let mut fields = Fields::of(read.body);
    let email = fields.required("email", text(|text| Ok(text.to_owned())));
    let password = fields.required("password", text(|text| Ok(SecretString::from(text))));
    read.query.check(&[], fields.problems());
    let problems = fields.into_problems();
    let (Some(email), Some(password), true) = (email, password, problems.is_empty()) else {
        return Err(problems.into());
    };
    Ok(SignIn { email, password })
}
