//! Creating an app.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use tenure_core::id::AppId;
use tenure_service::admins::{AdminCaller, AdminRole};
use tenure_service::apps::check_name;
use tenure_service::audit::Act;
use tenure_service::error::{Error, Problem};
use tenure_wire::app::CreateApp;

use super::Console;
use super::admin::Admin;
use super::form::Form;
use super::page::{self, Frame, PageAnswer, Place};

#[derive(Template)]
#[template(path = "console/new_app.html")]
struct NewAppPage {
    frame: Frame,
    name: String,
    id: String,
    says: Option<String>,
}

/// The addresses of these pages.
pub(super) fn routes() -> Router<Console> {
    Router::new().route("/apps/new", get(show).post(create))
}

/// The form.
async fn show(State(console): State<Console>, Admin(admin): Admin) -> PageAnswer {
    admin.require(AdminRole::Owner)?;
    page::show(&of(&console, &admin, String::new(), String::new(), None))
}

/// Creates the app, and goes to its settings.
async fn create(
    State(console): State<Console>,
    Admin(admin): Admin,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Owner)?;
    let form = Form::read(&console.http, &headers, body).await?;
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let (name, id) = (text("name"), text("id"));
    let new = CreateApp { id: form.get("id").map(str::to_owned), name: name.clone() };
    match made(&console, &admin, &new).await {
        Ok(app) => {
            Ok(Redirect::to(&format!("/apps/{app}/session-management?notice=created")).into_response())
        }
        Err(error) => {
            let says = Some(in_words(error)?);
            let shown = page::show(&of(&console, &admin, name, id, says));
            shown.map(|page| (StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// What is wrong with the form, if that is what is wrong.
fn in_words(error: Error) -> Result<String, Error> {
    match error {
        Error::Conflict(says) => Ok(format!("Nothing was created: {says}.")),
        Error::Invalid(problems) => Ok(problems.iter().map(sentence).collect::<Vec<_>>().join(" ")),
        error => Err(error),
    }
}

fn sentence(problem: &Problem) -> String {
    match problem.path.as_str() {
        "id" => format!("The id cannot be used: {}.", problem.says),
        field => format!("The {field} {}.", problem.says),
    }
}

async fn made(
    console: &Console,
    admin: &AdminCaller,
    new: &CreateApp,
) -> tenure_service::error::Result<AppId> {
    check_name(&new.name)?;
    let act = Act { detail: json!({"id": new.id}), ..Act::on("app_created", &new.name) };
    console.http.service.audit(admin, act).await?;
    Ok(console.http.service.create_app(new).await?.id.clone())
}

fn of(console: &Console, admin: &AdminCaller, name: String, id: String, says: Option<String>) -> NewAppPage {
    NewAppPage { frame: Frame::new(console, admin, Place::Apps, "Create an app"), name, id, says }
}
