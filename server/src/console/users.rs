//! One user of an app: all of their sessions, and ending them.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tenure_service::admins::AdminRole;
use tenure_service::audit::Act;
use tenure_service::error::Error;
use tenure_wire::session::SessionFilter;

use super::admin::Admin;
use super::form::Form;
use super::page::{self, AppName, Frame, PageAnswer, Place};
use super::rows::Row;
use super::{Console, words};
use crate::console::address::{Path, Query};
use crate::request::app_id;

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/apps/{app}/users", get(show)).route("/apps/{app}/users/end", post(end))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    user_id: String,
    cursor: Option<String>,
    ended: Option<u64>,
}

#[derive(Template)]
#[template(path = "console/user.html")]
struct UserPage {
    frame: Frame,
    app: AppName,
    user: String,
    count: String,
    as_of: i64,
    as_of_words: String,
    rows: Vec<Row>,
    next: Option<String>,
    may_end: bool,
}

async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    Query(asked): Query<Asked>,
) -> PageAnswer {
    let id = app_id(&app)?;
    let (mut frame, app) = Frame::of_app(&console, &admin, Place::Sessions, "User", &id)?;
    frame.notice = asked.ended.map(|n| format!("{} of this user ended.", words::count(n, "session")));
    let service = &console.http.service;
    let now = service.now()?.secs();
    let filter = SessionFilter { user_id: Some(asked.user_id.clone()), ..SessionFilter::default() };
    let found = service.list_sessions(&id, &filter, asked.cursor.as_deref(), None).await?;
    page::show(&UserPage {
        frame,
        app,
        user: asked.user_id,
        count: words::counted(found.total, found.total_is_bound, "session"),
        as_of: now,
        as_of_words: words::moment(now),
        rows: found.sessions.iter().map(|session| Row::of(session, now)).collect(),
        next: found.next_cursor,
        may_end: admin.require(AdminRole::Operator).is_ok(),
    })
}

/// Ends every session of the user, or every one but the one that is named.
async fn end(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let id = app_id(&app)?;
    let form = Form::read(&console.http, &headers, body).await?;
    let user = form.raw("user_id").ok_or_else(|| Error::invalid("user_id", "must be given"))?;
    let (except, reason) = (form.get("except"), form.get("reason"));
    let act = Act {
        action: if except.is_some() { "other_sessions_ended" } else { "user_ended" },
        app: Some(id.clone()),
        target: user.to_owned(),
        reason: reason.map(str::to_owned),
        detail: json!({"except": except}),
    };
    let of_user = SessionFilter {
        user_id: Some(user.to_owned()),
        except: except.map(str::to_owned),
        ..SessionFilter::default()
    };
    let service = &console.http.service;
    // What cannot be meant is refused before it is put down that it was done.
    service.sessions_page(&id, &of_user, None, 1).await?;
    service.audit(&admin, act).await?;
    let ended = match except {
        Some(_) => service.end_sessions(&id, &of_user, reason).await?,
        None => service.end_user(&id, user).await?,
    };
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("user_id", user)
        .append_pair("ended", &ended.to_string())
        .finish();
    Ok(Redirect::to(&format!("/apps/{id}/users?{query}")).into_response())
}
