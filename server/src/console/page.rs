//! A page: its frame, and how it is rendered or fails.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use tenure_core::id::AppId;
use tenure_service::admins::AdminCaller;
use tenure_service::credentials::Caller;
use tenure_service::error::Error;

use super::Console;
use crate::answer::Failure;

/// What handlers of pages give back.
pub(crate) type PageAnswer = Result<Response, PageFailure>;

/// Where in the console a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Home,
    Apps,
    Why,
    Audit,
    SessionManagement,
    Sessions,
    Events,
}

/// More apps than this are listed on a page of their own.
const IN_MENU: usize = 8;

/// An app, as menus name it.
#[derive(Clone, Debug)]
pub(crate) struct AppName {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// What surrounds a page: who looks, where they are, and where else they can go.
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) place: Place,
    pub(crate) app: Option<AppName>,
    pub(crate) apps: Vec<AppName>,
    pub(crate) admin: String,
    pub(crate) role: &'static str,
    pub(crate) notice: Option<String>,
    /// What one would do next, if there is a notice.
    pub(crate) next: Option<Next>,
}

/// Where something goes on.
pub(crate) struct Next {
    pub(crate) words: &'static str,
    pub(crate) address: String,
}

impl Frame {
    /// The frame of a page about the whole installation.
    pub(crate) fn new(console: &Console, admin: &AdminCaller, place: Place, title: &str) -> Self {
        let apps = console.http.service.apps(&Caller::owner()).into_iter();
        Self {
            title: title.to_owned(),
            place,
            app: None,
            apps: apps.map(|app| AppName { id: app.public.id, name: app.public.name }).collect(),
            admin: admin.name.clone(),
            role: admin.role.as_str(),
            notice: None,
            next: None,
        }
    }

    /// The frame of a page about one app, and the app's name; 404 where there is no such app.
    pub(crate) fn of_app(
        console: &Console,
        admin: &AdminCaller,
        place: Place,
        title: &str,
        app: &AppId,
    ) -> Result<(Self, AppName), PageFailure> {
        let mut frame = Self::new(console, admin, place, title);
        let known = frame.apps.iter().find(|known| known.id == app.as_str()).cloned();
        let app = known.ok_or_else(|| Failure::from(Error::NotFound("app")))?;
        frame.app = Some(app.clone());
        Ok((frame, app))
    }

    /// The apps that the menu shows: where there are many, only the one that the page is about.
    pub(crate) fn menu(&self) -> Vec<&AppName> {
        let shown = |app: &&AppName| {
            self.apps.len() <= IN_MENU || self.app.as_ref().is_some_and(|own| own.id == app.id)
        };
        self.apps.iter().filter(shown).collect()
    }

    /// Whether the page is about the app `id`.
    pub(crate) fn is_about(&self, id: &str) -> bool {
        self.app.as_ref().is_some_and(|app| app.id == id)
    }

    /// Whether the page is at `place` of the app `id`.
    pub(crate) fn is_at(&self, id: &str, place: &Place) -> bool {
        self.place == *place && self.is_about(id)
    }
}

/// 200 with the page.
pub(crate) fn show(page: &impl Template) -> PageAnswer {
    let html = page.render().map_err(|error| Failure::from(Error::bug(error)))?;
    Ok(Html(html).into_response())
}

/// An error, as a page.
#[derive(Debug)]
pub(crate) struct PageFailure(Failure);

impl<E: Into<Failure>> From<E> for PageFailure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

#[derive(Template)]
#[template(path = "console/failure.html")]
struct FailurePage<'a> {
    heading: &'static str,
    error: &'a str,
    hint: Option<&'a str>,
    status: u16,
}

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        let status = self.0.status();
        let body = self.0.body();
        let page = FailurePage {
            heading: heading(status),
            error: &body.error,
            hint: body.hint.as_deref(),
            status: status.as_u16(),
        };
        let mut response = match page.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => Failure::from(Error::bug(error)).into_response(),
        };
        if let Some(seconds) = self.0.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn heading(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::UNAUTHORIZED => "Not signed in",
        StatusCode::CONFLICT => "Changed meanwhile",
        StatusCode::SERVICE_UNAVAILABLE => "Not right now",
        StatusCode::INTERNAL_SERVER_ERROR => "A fault of ours",
        _ => "This was not understood",
    }
}
