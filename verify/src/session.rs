//! `Session`, the extractor: whom a request is from, in a handler's arguments.

use std::ops::Deref;
use std::sync::Arc;

use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::claims::Claims;
use crate::layer::WithoutSession;

/// The session that a request belongs to, with its claims as a type of the application's.
///
/// Behind [`Verifier::require`](crate::Verifier::require) there always is one. Behind [`Verifier::attach`](crate::Verifier::attach)
/// a handler that asks for `Session` answers requests without one as `require` does, and one that asks for `Option<Session>` is
/// called. Where neither layer is, it answers 500: nobody looked at the token.
///
/// ```
/// use serde::Deserialize;
/// use tenure_verify::Session;
///
/// #[derive(Deserialize)]
/// struct Membership {
///     plan: String,
/// }
///
/// async fn handler(session: Session<Membership>) -> String {
///     format!("{} is on the plan {}", session.user(), session.custom().plan)
/// }
/// ```
#[derive(Clone)]
pub struct Session<C = IgnoredAny> {
    claims: Arc<Claims>,
    custom: C,
}

impl<C> Session<C> {
    /// The claims that the application's type names.
    pub fn custom(&self) -> &C {
        &self.custom
    }

    /// The same, to keep.
    pub fn into_custom(self) -> C {
        self.custom
    }
}

/// What every token says.
impl<C> Deref for Session<C> {
    type Target = Claims;

    fn deref(&self) -> &Claims {
        &self.claims
    }
}

/// Why a handler is not called that asks for a session.
#[derive(Debug)]
pub struct NoSession(Why);

#[derive(Debug)]
enum Why {
    Refused(WithoutSession),
    /// A mistake of the service, of which its clients learn nothing.
    Mistaken,
}

impl<C: DeserializeOwned> Session<C> {
    fn of(claims: &Arc<Claims>) -> Result<Self, NoSession> {
        match claims.read() {
            Ok(custom) => Ok(Session { claims: claims.clone(), custom }),
            // What it says of the claim's value is not for a log.
            Err(_) => Err(mistaken(&format!("a token's claims are no {}", std::any::type_name::<C>()))),
        }
    }
}

impl<S: Send + Sync, C: DeserializeOwned> FromRequestParts<S> for Session<C> {
    type Rejection = NoSession;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoSession> {
        if let Some(claims) = parts.extensions.get::<Arc<Claims>>() {
            return Self::of(claims);
        }
        Err(match parts.extensions.get::<WithoutSession>() {
            Some(without) => NoSession(Why::Refused(without.clone())),
            None => nobody_looked(),
        })
    }
}

impl<S: Send + Sync, C: DeserializeOwned> OptionalFromRequestParts<S> for Session<C> {
    type Rejection = NoSession;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, NoSession> {
        match parts.extensions.get::<Arc<Claims>>() {
            Some(claims) => Self::of(claims).map(Some),
            None if parts.extensions.get::<WithoutSession>().is_some() => Ok(None),
            None => Err(nobody_looked()),
        }
    }
}

impl IntoResponse for NoSession {
    fn into_response(self) -> Response {
        match self.0 {
            Why::Refused(without) => without.answer().map(Body::from),
            Why::Mistaken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

fn nobody_looked() -> NoSession {
    mistaken("a handler asks for a session, and no layer `attach` or `require` is around it")
}

fn mistaken(what: &str) -> NoSession {
    tracing::error!("{what}");
    NoSession(Why::Mistaken)
}
