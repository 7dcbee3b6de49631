//! Answers: JSON bodies, and what each kind of error looks like on the wire.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tenure_core::refusal::Refusal;
use tenure_core::support_code::SupportCode;
use tenure_service::error::{Error, NoUser, Problem};
use tenure_wire::error::{ErrorBody, FieldError};

use crate::code::Code;

/// An error of HTTP's own, or one from below, with everything that its answer needs.
#[derive(Debug)]
pub struct Failure {
    code: Code,
    body: Box<ErrorBody>,
    retry_after: Option<u32>,
}

/// What handlers give back.
pub type Answer = Result<Response, Failure>;

impl Failure {
    /// An error with its code, its words and what to do about it.
    pub fn new(code: Code, error: impl Into<String>, hint: &str) -> Self {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        let (code_text, error) = (code.as_str().to_owned(), error.into());
        let body =
            ErrorBody { code: code_text, error, reason: None, support_code: None, hint, fields: Vec::new() };
        Self { code, body: Box::new(body), retry_after: None }
    }

    /// 400: the request is not what this address takes.
    pub fn malformed(error: impl Into<String>, hint: &str) -> Self {
        Self::new(Code::InvalidRequest, error, hint)
    }

    /// 422: fields that were understood and are not acceptable.
    pub fn fields(problems: Vec<Problem>) -> Self {
        let said: Vec<_> = problems.iter().map(|p| format!("{} {}", p.path, p.says)).collect();
        let mut failure = Self::new(Code::InvalidFields, said.join("; "), "Nothing was changed.");
        failure.body.fields =
            problems.into_iter().map(|p| FieldError { path: p.path, error: p.says }).collect();
        failure
    }

    /// 429.
    pub fn too_many(retry_after: u32) -> Self {
        let mut failure = Self::new(
            Code::TooManyRequests,
            "Too many requests.",
            "Nothing happened to the session. Try again after the time in Retry-After.",
        );
        failure.retry_after = Some(retry_after);
        failure
    }

    /// 503: not now, and nothing is wrong with the request. Whether it was done is not known: an answer may have been lost on
    /// its way from the store.
    pub fn unavailable(code: Code, error: &str) -> Self {
        let hint = "This says nothing about the session. Keep the tokens, and try again with the same token and the same Idempotency-Key \
                    after the time in Retry-After.";
        let mut failure = Self::new(code, error, hint);
        failure.retry_after = Some(1);
        failure
    }

    /// A handoff code that is not served. Its own code: a client must not take it for the end of the session that it has.
    pub fn of_handoff(refusal: Refusal) -> Self {
        if matches!(refusal, Refusal::Superseded | Refusal::OutOfSync) {
            return refused(refusal);
        }
        let error = match refusal {
            Refusal::HandoffExpired => "This handoff code came too late.",
            _ => "This handoff code is not valid.",
        };
        let hint = "A session that this browser had before lives on. Begin the sign-in anew.";
        let mut failure = Self::new(Code::InvalidHandoff, error, hint);
        failure.body.reason = Some(refusal.as_str().to_owned());
        failure
    }

    /// The same for a session that is over, which `code` names.
    pub fn with_support_code(mut self, code: Option<SupportCode>) -> Self {
        self.body.support_code = code.map(|code| code.to_string());
        self
    }

    /// The status, for deciding what else an answer needs.
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// Seconds to wait, if that is part of the answer.
    pub fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    /// What is said.
    pub fn body(&self) -> &ErrorBody {
        &self.body
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Session(refusal) => refused(refusal),
            Error::SessionOver(refusal) => {
                let hint = "Nothing was changed. Open a new session for the user.";
                let mut failure = Self::new(Code::SessionOver, "The session is over.", hint);
                failure.body.reason = Some(refusal.as_str().to_owned());
                failure
            }
            Error::NotFound(what) => Self::new(Code::NotFound, format!("There is no such {what}."), ""),
            Error::Invalid(problems) => Self::fields(problems),
            Error::Conflict(says) => Self::new(Code::Conflict, says, "Nothing was changed."),
            Error::Forbidden(says) => Self::new(Code::Forbidden, says, "Use an API key that may do this."),
            Error::OwnerOnly => Self::new(
                Code::Forbidden,
                "Only the server's own socket may ask for this.",
                "Run the command on the server's machine, as the user that the server runs as, without --server.",
            ),
            Error::NoUser(why) => no_user(why),
            Error::AdminLink => Self::new(
                Code::InvalidAdminLink,
                "This link is not valid: it was used, or is older than 15 minutes.",
                "Run `tenure admin link` on the server's machine for a new one.",
            ),
            Error::AdminMayNot(needed) => Self::new(
                Code::Forbidden,
                format!("This needs an admin with the role {needed}."),
                "Nothing was changed. Whoever runs the server gives roles: tenure admin link --name NAME --role ROLE.",
            ),
            Error::SessionLimit => Self::new(
                Code::SessionLimit,
                "The user has as many live sessions as this app allows.",
                "End one of them first, or set on_limit to end_oldest.",
            ),
            Error::TooMany { retry_after } => Self::too_many(retry_after),
            Error::Unavailable(unavailable) => {
                tracing::warn!(%unavailable, "answered 503");
                Self::unavailable(Code::Unavailable, "The service cannot do this right now.")
            }
            Error::Bug(context) => {
                tracing::error!(%context, "a fault of ours");
                let hint =
                    "Nothing happened to the session. The operator's log says more, by the X-Request-Id.";
                Self::new(Code::InternalError, "Something is wrong here.", hint)
            }
        }
    }
}

fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Superseded => Failure::new(
            Code::Superseded,
            "A newer refresh token was issued for this request already.",
            "The session lives. Read the tokens from storage again and go on with the newest.",
        ),
        Refusal::OutOfSync => {
            Failure::unavailable(Code::OutOfSync, "The store is behind this refresh token.")
        }
        refusal => {
            let (error, hint) = words(refusal);
            let mut failure = Failure::new(Code::InvalidRefreshToken, error, hint);
            failure.body.reason = Some(refusal.as_str().to_owned());
            failure
        }
    }
}

fn no_user(why: NoUser) -> Failure {
    let hint = "The session may live: refresh, and send the new auth token.";
    match why {
        NoUser::Unknown => Failure::new(Code::InvalidAuthToken, "The auth token is not valid.", hint),
        NoUser::Over => {
            Failure::new(Code::InvalidAuthToken, "The auth token has expired, or its session is over.", hint)
        }
        NoUser::NoSession => Failure::new(
            Code::Forbidden,
            "This auth token belongs to no session.",
            "The app was stateless when it was signed: there is nothing to see or to end.",
        ),
    }
}

fn words(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::WrongClient => (
            "This refresh token belongs to another app or client.",
            "The session lives. Use the issuer it came from.",
        ),
        Refusal::BindingFailed => ("The proof of possession is missing or wrong.", "The session lives."),
        _ => ("This refresh token is not valid.", "The user has to sign in again."),
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = json(self.status(), &*self.body);
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self.code, Code::InvalidApiKey | Code::InvalidAuthToken) {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A JSON answer that nobody may keep.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = status;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            no_store(response)
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// 200 with JSON.
pub fn ok(body: &impl Serialize) -> Answer {
    Ok(json(StatusCode::OK, body))
}

/// A bare status that nobody may keep.
pub fn empty(status: StatusCode) -> Answer {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    Ok(no_store(response))
}

fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
