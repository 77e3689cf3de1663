//! The error table: every `error.code`, its status and what it tells a person.

use actix_web::http::StatusCode;

/// Why a request failed, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    MalformedBody,
    MalformedId,
    MalformedCursor,
    MalformedHeader,
    Unauthenticated,
    BadCredentials,
    ClientMismatch,
    ClientScope,
    RegistrationClosed,
    NotFound,
    NoSuchRoute,
    MethodNotAllowed,
    NotAcceptable,
    RequestTimeout,
    EmailTaken,
    DefaultGroup,
    DefaultClient,
    NotEmpty,
    CountChanged,
    Ambiguous,
    IdTaken,
    BatchFailed,
    ImportState,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    ValidationFailed,
    RateLimited,
    Internal,
    Overloaded,
    StoreUnavailable,
}

impl Code {
    /// Each of them, in the order of their statuses.
    pub const ALL: [Self; 31] = [
        Self::MalformedBody,
        Self::MalformedId,
        Self::MalformedCursor,
        Self::MalformedHeader,
        Self::Unauthenticated,
        Self::BadCredentials,
        Self::ClientMismatch,
        Self::ClientScope,
        Self::RegistrationClosed,
        Self::NotFound,
        Self::NoSuchRoute,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::RequestTimeout,
        Self::EmailTaken,
        Self::DefaultGroup,
        Self::DefaultClient,
        Self::NotEmpty,
        Self::CountChanged,
        Self::Ambiguous,
        Self::IdTaken,
        Self::BatchFailed,
        Self::ImportState,
        Self::PreconditionFailed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::ValidationFailed,
        Self::RateLimited,
        Self::Internal,
        Self::Overloaded,
        Self::StoreUnavailable,
    ];

    const fn row(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::MalformedBody => (S::BAD_REQUEST, "malformed_body", "The body must be a JSON object."),
            Self::MalformedId => (S::BAD_REQUEST, "malformed_id", "An id has 24 hexadecimal digits."),
            Self::MalformedCursor => {
                (S::BAD_REQUEST, "malformed_cursor", "The cursor is not one that was answered to this list.")
            }
            Self::MalformedHeader => (S::BAD_REQUEST, "malformed_header", "A header can't be accepted as it is."),
            Self::Unauthenticated => (S::UNAUTHORIZED, "unauthenticated", "Valid credentials are needed."),
            Self::BadCredentials => {
                (S::UNAUTHORIZED, "bad_credentials", "The e-mail address or the password is wrong.")
            }
            Self::ClientMismatch => {
                (S::FORBIDDEN, "client_mismatch", "The client credentials are not those of one of your clients.")
            }
            Self::ClientScope => (S::FORBIDDEN, "client_scope", "A client's credentials reach that client alone."),
            Self::RegistrationClosed => (S::FORBIDDEN, "registration_closed", "New accounts are made by the operator."),
            Self::NotFound => (S::NOT_FOUND, "not_found", "There is nothing with this id."),
            Self::NoSuchRoute => (S::NOT_FOUND, "no_such_route", "There is nothing at this path."),
            Self::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method_not_allowed", "The method can't be used at this path.")
            }
            Self::NotAcceptable => {
                (S::NOT_ACCEPTABLE, "not_acceptable", "Lists are answered as application/json or application/x-ndjson.")
            }
            Self::RequestTimeout => (S::REQUEST_TIMEOUT, "request_timeout", "The body took too long to arrive."),
            Self::EmailTaken => (S::CONFLICT, "email_taken", "An account with this e-mail address exists already."),
            Self::DefaultGroup => (
                S::CONFLICT,
                "default_group",
                "This is the client's default group: make another one the default first.",
            ),
            Self::DefaultClient => {
                (S::CONFLICT, "default_client", "This is your default client: make another one the default first.")
            }
            Self::NotEmpty => (S::CONFLICT, "not_empty", "There are contacts in it."),
            Self::CountChanged => {
                (S::CONFLICT, "count_changed", "There are not as many as confirmed; nothing was deleted.")
            }
            Self::Ambiguous => (S::CONFLICT, "ambiguous", "Several contacts match."),
            Self::IdTaken => (S::CONFLICT, "id_taken", "There is another contact with this id."),
            Self::BatchFailed => (S::CONFLICT, "batch_failed", "An operation was refused, so nothing was done."),
            Self::ImportState => (S::CONFLICT, "import_state", "The import isn't in a state for that."),
            Self::PreconditionFailed => {
                (S::PRECONDITION_FAILED, "precondition_failed", "It has changed since; nothing was done.")
            }
            Self::TooLarge => (S::PAYLOAD_TOO_LARGE, "too_large", "The body is too large."),
            Self::UnsupportedMediaType => {
                (S::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body must not be compressed.")
            }
            Self::ValidationFailed => (S::UNPROCESSABLE_ENTITY, "validation_failed", "Some fields can't be accepted."),
            Self::RateLimited => (S::TOO_MANY_REQUESTS, "rate_limited", "Too many attempts; please try again later."),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side."),
            Self::Overloaded => (S::SERVICE_UNAVAILABLE, "overloaded", "Too much is going on; please try again."),
            Self::StoreUnavailable => {
                (S::SERVICE_UNAVAILABLE, "store_unavailable", "The store doesn't answer; please try again.")
            }
        }
    }

    /// The status it is answered with.
    pub const fn status(self) -> StatusCode {
        self.row().0
    }

    /// The code as it is answered.
    pub const fn as_str(self) -> &'static str {
        self.row().1
    }

    /// What a person is told where there is nothing more particular to say.
    pub const fn message(self) -> &'static str {
        self.row().2
    }

    /// After how many seconds trying again may help (`Retry-After`).
    pub const fn retry_after(self) -> Option<u32> {
        match self {
            Self::Overloaded | Self::StoreUnavailable => Some(1),
            _ => None,
        }
    }

    /// What stands for an answer that a library made of itself.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NoSuchRoute,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            status if status.as_u16() < 500 => Self::MalformedHeader,
            _ => Self::Internal,
        }
    }
}
