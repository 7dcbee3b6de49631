//! Errors as RFC 6749 §5.2 has them.

use axum::response::{IntoResponse, Response};
use http::header::{PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use tenure_core::refusal::Refusal;
use tenure_core::support_code::SupportCode;
use tenure_service::error::Error;
use tenure_wire::oauth::OAuthError;

use crate::answer::{Failure, json};
use crate::code::OAuthCode;

/// An OAuth error.
#[derive(Debug)]
pub struct OAuthFailure {
    status: StatusCode,
    body: OAuthError,
    challenge: bool,
    retry_after: Option<u32>,
}

/// What OAuth handlers give back.
pub type OAuthAnswer = Result<Response, OAuthFailure>;

impl OAuthFailure {
    /// One of the codes with the status that it has.
    pub fn new(code: OAuthCode, description: &str) -> Self {
        let error = code.as_str().to_owned();
        let body =
            OAuthError { error, error_description: description.into(), reason: None, support_code: None };
        Self { status: code.status(), body, challenge: false, retry_after: None }
    }

    /// 400 `invalid_request`.
    pub fn invalid_request(description: &str) -> Self {
        Self::new(OAuthCode::InvalidRequest, description)
    }

    /// 401 `invalid_client`; with a challenge where the caller used the `Authorization` header.
    pub fn invalid_client(description: &str, challenge: bool) -> Self {
        Self { challenge, ..Self::new(OAuthCode::InvalidClient, description) }
    }

    /// The same for a session that is over, which `code` names.
    pub fn with_support_code(mut self, code: Option<SupportCode>) -> Self {
        self.body.support_code = code.map(|code| code.to_string());
        self
    }

    fn refused(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Superseded => {
                let words = "a newer refresh token was issued for this request already: read it from storage";
                Self::new(OAuthCode::Superseded, words)
            }
            Refusal::OutOfSync => {
                Self::unavailable("the store is behind this refresh token: keep it and try again")
            }
            refusal => {
                let mut failure = Self::new(OAuthCode::InvalidGrant, "the refresh token is not valid");
                failure.body.reason = Some(refusal.as_str().to_owned());
                failure
            }
        }
    }

    fn unavailable(description: &str) -> Self {
        Self { retry_after: Some(1), ..Self::new(OAuthCode::TemporarilyUnavailable, description) }
    }
}

impl From<Error> for OAuthFailure {
    fn from(error: Error) -> Self {
        match error {
            Error::Session(refusal) => Self::refused(refusal),
            other => Failure::from(other).into(),
        }
    }
}

impl From<Failure> for OAuthFailure {
    fn from(failure: Failure) -> Self {
        let error = OAuthCode::of_status(failure.status());
        let mut own = Self::new(error, failure.body().error.trim_end_matches('.'));
        own.status = failure.status();
        own.retry_after = failure.retry_after();
        own
    }
}

impl IntoResponse for OAuthFailure {
    fn into_response(self) -> Response {
        let mut response = no_cache(json(self.status, &self.body));
        let headers = response.headers_mut();
        if self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"tenure\", Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// RFC 6749 §5.1 asks for this beside `Cache-Control: no-store`.
pub fn no_cache(mut response: Response) -> Response {
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
