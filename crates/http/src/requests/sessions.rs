//! What calls on sessions ask for.

use secrecy::SecretString;

use super::fields::{Fields, text};
use crate::failure::Failure;
use crate::input::Read;

/// What somebody typed to sign in: nothing but the types is checked here.
pub struct SignIn {
    pub email: String,
    pub password: SecretString,
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
