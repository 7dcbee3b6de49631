//! What the address of a page says; where it is not understood, a page says so.

use axum::extract::{self, FromRequestParts};
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::page::PageFailure;
use crate::answer::Failure;
use crate::request;

/// The variable parts of the address.
pub(super) struct Path<T>(pub(super) T);

/// What stands behind the question mark.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageFailure> {
        let request::Path(path) = request::Path::from_request_parts(parts, state).await?;
        Ok(Self(path))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageFailure> {
        let query = extract::Query::from_request_parts(parts, state).await;
        query.map(|extract::Query(query)| Self(query)).map_err(|_| {
            let says = "What stands behind the question mark in the address is not understood.";
            let hint = "Something is no number there, or stands twice. Open the page from the menu.";
            Failure::malformed(says, hint).into()
        })
    }
}
