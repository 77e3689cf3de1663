//! A request that failed: what handlers, extractors and parsers answer instead of a success.
//!
//! A failure becomes its status and headers at once, and its JSON only in [`crate::middleware`], where the request's
//! id is known.

use std::borrow::Cow;
use std::error::Error;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use roster_domain::ports::StoreError;
use roster_domain::{ClientOnly, Invalid, InvalidCode};
use roster_identity::{AccountError, AuthenticationError, Refused, SignInError, SignUpError};

use crate::batch::Reason;
use crate::error::Code;
use crate::problems::{Problem, Problems};

/// Why there is no success to answer.
#[derive(Debug, thiserror::Error)]
#[error("{}", code.as_str())]
pub struct Failure {
    pub code: Code,
    /// Instead of the code's own words.
    pub message: Option<Cow<'static, str>>,
    /// For [`Code::ValidationFailed`].
    pub fields: Vec<Problem>,
    /// For [`Code::BatchFailed`]: which operation was refused, counted from 0, and why.
    pub refused: Option<Box<(usize, Reason)>>,
    /// For [`Code::MethodNotAllowed`]: the methods there are.
    allow: Option<Box<str>>,
    /// For [`Code::Unauthenticated`]: whether a token was sent.
    token_sent: bool,
    /// After how many seconds trying again may help, where the code itself doesn't say.
    retry_after: Option<u32>,
    /// For the log, never for the answer.
    #[source]
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

/// What a handler answers.
pub type Answer = Result<HttpResponse, Failure>;

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self {
            code,
            message: None,
            fields: Vec::new(),
            refused: None,
            allow: None,
            token_sent: false,
            retry_after: None,
            cause: None,
        }
    }
}

impl Failure {
    pub fn caused(code: Code, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::from(code) }
    }

    pub fn told(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: Some(message.into()), ..Self::from(code) }
    }

    /// Trying again may help after so many seconds.
    pub fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// One field was refused by what was found behind it.
    pub fn field(path: &'static str, invalid: Invalid) -> Self {
        let mut problems = Problems::default();
        problems.add(path, invalid);
        problems.into()
    }

    /// In this field the caller's password should have been.
    pub fn mismatch(path: &'static str) -> Self {
        Self::field(path, Invalid::new(InvalidCode::Mismatch, "is not your password"))
    }

    /// Whoever the caller was is gone since: what was shown is worth nothing any more.
    pub fn gone() -> Self {
        Self { token_sent: true, ..Self::from(Code::Unauthenticated) }
    }

    /// This operation of an atomic batch was refused, and so were all.
    pub fn batch(index: usize, reason: Reason) -> Self {
        Self { refused: Some(Box::new((index, reason))), ..Self::from(Code::BatchFailed) }
    }

    /// The path exists, with these methods.
    pub fn method_not_allowed(allow: &str) -> Self {
        Self { allow: Some(allow.into()), ..Self::from(Code::MethodNotAllowed) }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self { fields: problems.into_vec(), ..Self::from(Code::ValidationFailed) }
    }
}

impl From<ClientOnly> for Failure {
    fn from(_: ClientOnly) -> Self {
        Self::from(Code::ClientScope)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::caused(Code::StoreUnavailable, error),
            StoreError::Overloaded => Self::from(Code::Overloaded),
            StoreError::Failed(_) => Self::caused(Code::Internal, error),
        }
    }
}

impl From<AuthenticationError> for Failure {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Unauthenticated { token_sent } => {
                Self { token_sent, ..Self::from(Code::Unauthenticated) }
            }
            AuthenticationError::ClientMismatch { .. } => Self::from(Code::ClientMismatch),
            AuthenticationError::Store(error) => Self::from(error),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooMany { retry_after } => Self::from(Code::RateLimited).after(retry_after),
            Refused::Busy => Self::from(Code::Overloaded),
            Refused::Store(error) => Self::from(error),
        }
    }
}

impl From<SignUpError> for Failure {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::RegistrationClosed => Self::from(Code::RegistrationClosed),
            SignUpError::EmailTaken => Self::from(Code::EmailTaken),
            SignUpError::Refused(refused) => Self::from(refused),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::BadCredentials => Self::from(Code::BadCredentials),
            SignInError::Refused(refused) => Self::from(refused),
        }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Gone => Self::gone(),
            AccountError::WrongPassword => Self::mismatch("currentPassword"),
            AccountError::NewPassword(invalid) => Self::field("password", invalid),
            AccountError::EmailTaken => Self::from(Code::EmailTaken),
            AccountError::Stale => Self::from(Code::PreconditionFailed),
            AccountError::Refused(refused) => Self::from(refused),
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.code.status());
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after.or(self.code.retry_after()) {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(Ok(allow)) = self.allow.as_deref().map(HeaderValue::from_str) {
            headers.insert(ALLOW, allow);
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            // RFC 6750, 3: the error attribute only where a token came.
            let challenge = if self.token_sent {
                r#"Bearer realm="roster", error="invalid_token""#
            } else {
                r#"Bearer realm="roster""#
            };
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
