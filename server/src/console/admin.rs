//! Who looks: an admin with a live session, whose auth token is renewed on the way if it has to be.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::HeaderName;
use http::request::Parts;
use http::{HeaderMap, Method};
use tenure_core::policy::Activity;
use tenure_core::time::Span;
use tenure_service::admins::AdminCaller;
use tenure_service::error::Error;
use tenure_service::issue::Issued;

use super::page::{PageAnswer, PageFailure};
use super::{Console, cookies};
use crate::answer::Failure;
use crate::code::Code;
use crate::request::activity;

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The admin who asks. Only behind [`signed_in`] is there one.
pub(super) struct Admin(pub(super) AdminCaller);

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageFailure> {
        let caller = parts.extensions.get::<AdminCaller>().cloned();
        Ok(Self(caller.ok_or_else(|| Failure::from(Error::bug("a page of the console without an admin")))?))
    }
}

/// Lets an admin in; sends everybody else to the sign-in, or refuses them where a page could not show it.
pub(super) async fn signed_in(
    State(console): State<Console>,
    mut request: Request,
    next: Next,
) -> PageAnswer {
    let Some((caller, renewed)) = identify(&console, request.headers()).await? else {
        return Ok(outside(&request));
    };
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if let Some(issued) = renewed
        && !response.headers().contains_key(http::header::SET_COOKIE)
    {
        cookies::set(response.headers_mut(), &issued)?;
    }
    Ok(response)
}

/// The admin, and what was issued for them on the way.
async fn identify(
    console: &Console,
    headers: &HeaderMap,
) -> Result<Option<(AdminCaller, Option<Issued>)>, PageFailure> {
    let service = &console.http.service;
    if let Some(token) = cookies::auth_token(headers)
        && let Some(caller) = service.admin_of(token).await?
    {
        return Ok(Some((caller, None)));
    }
    let Some(token) = cookies::refresh_token(headers) else { return Ok(None) };
    let issued = match service.admin_refresh(token, signal(headers)?).await {
        Ok(issued) => issued,
        // The session is over: that is what the sign-in is for.
        Err(Error::Session(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let caller = service.admin_of(&issued.result.auth_token).await?;
    Ok(caller.map(|caller| (caller, Some(issued))))
}

/// Opening a page is activity; what a page does by itself is what it says.
fn signal(headers: &HeaderMap) -> Result<Activity, Failure> {
    let navigates = headers.get(SEC_FETCH_MODE).is_some_and(|mode| mode == "navigate");
    if navigates { Ok(Activity::Present(Span::ZERO)) } else { activity(headers) }
}

fn outside(request: &Request) -> Response {
    let opens = request.headers().get(SEC_FETCH_MODE).is_none_or(|mode| mode == "navigate");
    if request.method() == Method::GET && opens {
        return Redirect::to("/sign-in").into_response();
    }
    let hint = "Nothing was changed. Sign in again with a link of `tenure admin link`.";
    PageFailure::from(Failure::new(Code::InvalidAuthToken, "You are not signed in any more.", hint))
        .into_response()
}
