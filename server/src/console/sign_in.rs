//! Signing in by a one-time link, and out.

use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse as _, Redirect};
use http::header::USER_AGENT;
use http::{HeaderMap, StatusCode};
use tenure_wire::session::Device;

use super::admin::Admin;
use super::form::Form;
use super::page::{self, PageAnswer};
use super::{Console, cookies};
use crate::address::Peer;
use crate::console::address::Query;

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInPage {
    signed_out: bool,
}

/// What the page says first.
#[derive(serde::Deserialize)]
pub(super) struct Arrival {
    #[serde(default)]
    out: bool,
}

/// The form. The link's code stands behind the `#` of its address, so that only a script of this page sees it.
pub(super) async fn show(Query(arrival): Query<Arrival>) -> PageAnswer {
    page::show(&SignInPage { signed_out: arrival.out })
}

/// Signs in whoever brings a code that was not used. A posted form and not the link itself does it: what only looks at links, as
/// mail scanners do, uses none up.
pub(super) async fn enter(
    State(console): State<Console>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    let form = Form::read(&console.http, &headers, body).await?;
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let device = Device { user_agent, ..Device::default() };
    let code = form.get("code").unwrap_or_default();
    match console.http.service.admin_sign_in(code, Some(device)).await {
        Ok(issued) => {
            let mut response = Redirect::to("/").into_response();
            cookies::set(response.headers_mut(), &issued)?;
            Ok(response)
        }
        Err(error) => Err(console.http.guessed(peer, &headers, error.into()).into()),
    }
}

/// Ends the admin's session.
pub(super) async fn leave(State(console): State<Console>, Admin(admin): Admin) -> PageAnswer {
    console.http.service.admin_sign_out(&admin).await?;
    let mut response = Redirect::to("/sign-in?out=true").into_response();
    cookies::clear(response.headers_mut())?;
    Ok(response)
}

/// 204 for whoever is signed in: asked by every page that is open, with what its user does. What is asked here renews the auth
/// token on the way, and counts as activity exactly as far as the page says.
pub(super) async fn alive(_: Admin) -> StatusCode {
    StatusCode::NO_CONTENT
}
