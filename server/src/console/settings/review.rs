//! Apply: what would change, whom it touches, and why; then it is done.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::post;
use http::HeaderMap;
use serde_json::{Map, Value, json};
use tenure_core::id::AppId;
use tenure_service::admins::{AdminCaller, AdminRole};
use tenure_service::audit::Act;
use tenure_service::change_settings::{Applies, SettingsChange};
use tenure_service::error::Error;
use tenure_service::settings_effects::Effects;

use super::fields::{ADVANCED, LIFETIMES, typed};
use super::{again, given};
use crate::answer::Failure;
use crate::console::admin::Admin;
use crate::console::form::Form;
use crate::console::page::{self, AppName, Frame, PageAnswer, PageFailure, Place};
use crate::console::{Console, words};
use crate::request::{Path, app_id};

/// More sessions than this are ended only by whoever types the number.
const TYPED_ABOVE: u64 = 100;

pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/apps/{app}/session-management/review", post(review))
        .route("/apps/{app}/session-management/apply", post(apply))
}

#[derive(Template)]
#[template(path = "console/review.html")]
struct ReviewPage {
    frame: Frame,
    app: AppName,
    /// The change, as the form hands it on.
    given: String,
    version: u32,
    changes: Vec<Changed>,
    choices: Vec<Choice>,
    warnings: Vec<String>,
    reason: String,
    problem: Option<String>,
}

/// A setting that would be another.
pub(super) struct Changed {
    pub(super) label: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// Whom the change may apply to.
struct Choice {
    applies: &'static str,
    label: &'static str,
    effect: String,
    ends: u64,
    chosen: bool,
}

const CHOICES: [(Applies, &str); 3] = [
    (Applies::New, "Sessions that are opened from now on"),
    (Applies::NextRefresh, "Live sessions too, from their next refresh on"),
    (Applies::Now, "Live sessions too, now"),
];

/// Changes in words.
pub(super) fn changed(changes: &[tenure_wire::settings::SettingChange<Value>]) -> Vec<Changed> {
    let label = |key: &str| {
        let known = LIFETIMES.iter().chain(&ADVANCED).find(|setting| setting.key == key);
        known.map_or(key, |setting| setting.label).to_owned()
    };
    let one = |change: &tenure_wire::settings::SettingChange<Value>| Changed {
        label: label(&change.setting),
        from: typed(&change.setting, &change.from),
        to: typed(&change.setting, &change.to),
    };
    changes.iter().map(one).collect()
}

/// Shows what the form would change; what cannot be is shown in the form again.
async fn review(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::SessionManagement, "Apply", &id)?;
    let form = Form::read(&console.http, &headers, body).await?;
    let given = given(&form);
    match effects(&console, &id, &given, Applies::New).await {
        Err(Error::Invalid(_)) => again(&console, (frame, app), &id, &form).await,
        Err(error) => Err(error.into()),
        Ok(_) => {
            let version = version(&form)?;
            show(
                &console,
                (frame, app),
                &id,
                &given,
                Typed { version, applies: Applies::New, reason: String::new() },
                None,
            )
            .await
        }
    }
}

/// What somebody chose on the page.
struct Typed {
    version: u32,
    applies: Applies,
    reason: String,
}

async fn effects(
    console: &Console,
    id: &AppId,
    given: &Map<String, Value>,
    applies: Applies,
) -> Result<Effects, Error> {
    let change = SettingsChange { given, expected_version: None, applies, reason: None };
    console.http.service.effects_of(id, &change).await
}

async fn show(
    console: &Console,
    (frame, app): (Frame, AppName),
    id: &AppId,
    given: &Map<String, Value>,
    Typed { version, applies, reason }: Typed,
    problem: Option<String>,
) -> PageAnswer {
    let (mut choices, mut first) = (Vec::new(), None);
    for (choice, label) in CHOICES {
        let effects = effects(console, id, given, choice).await?;
        let (ends, chosen) = (effects.ends, choice == applies);
        choices.push(Choice {
            applies: choice.as_str(),
            label,
            effect: effect(choice, &effects),
            ends,
            chosen,
        });
        first.get_or_insert(effects);
    }
    let now = console.http.service.session_settings(id)?.version;
    let problem = problem.or_else(|| {
        (now != version).then(|| {
            format!("The settings were changed meanwhile: they are at version {now}, and you began with {version}. What is listed here is against how they are now. Nothing that you typed is lost; look at it again, and apply it if you still mean it.")
        })
    });
    let first = first.ok_or_else(|| Failure::from(Error::bug("there is nobody to apply settings to")))?;
    page::show(&ReviewPage {
        frame,
        app,
        given: Value::Object(given.clone()).to_string(),
        version: now,
        changes: changed(&first.changes),
        choices,
        warnings: first.warnings,
        reason,
        problem,
    })
}

/// What a change does to whom, in a sentence.
fn effect(applies: Applies, effects: &Effects) -> String {
    let live = words::counted(effects.live_sessions, effects.live_sessions_is_bound, "live session");
    let at_least = if effects.ends_is_bound { "at least " } else { "" };
    let ends = format!("{at_least}{} of {live}", words::number(effects.ends));
    let none = effects.ends == 0 && !effects.ends_is_bound;
    match (applies, none) {
        (Applies::New, _) => {
            format!("Leaves {live} as they are: they go on with the deadlines that they have.")
        }
        (Applies::NextRefresh, true) => format!(
            "Shortens {live} where the new deadlines are earlier, never lengthens one. Ends none of them."
        ),
        (Applies::NextRefresh, false) => format!("Ends {ends} at their next refresh{}.", by(effects)),
        (Applies::Now, true) => {
            format!("Shortens {live} where the new deadlines are earlier. Ends none of them.")
        }
        (Applies::Now, false) => {
            format!("Ends {ends} at once{}. Their users have to sign in again.", by(effects))
        }
    }
}

fn by(effects: &Effects) -> String {
    let causes = [
        (effects.ends_by.absolute_lifetime, "have lived longer than the new lifetime"),
        (effects.ends_by.idle_timeout, "were idle for longer than the new time-out"),
        (effects.ends_by.refresh_tokens, "because refresh tokens are turned off"),
    ];
    let said: Vec<_> = causes
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, words)| format!("{} {words}", words::number(*n)))
        .collect();
    if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
}

fn version(form: &Form) -> Result<u32, Failure> {
    let version = form.get("version").and_then(|version| version.parse().ok());
    version.ok_or_else(|| {
        Failure::malformed("The form does not say which version it began with.", "Nothing was changed.")
    })
}

/// Makes the change, if it is still what was looked at.
async fn apply(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let id = app_id(&app)?;
    let (frame, app) = Frame::of_app(&console, &admin, Place::SessionManagement, "Apply", &id)?;
    let form = Form::read(&console.http, &headers, body).await?;
    let given: Map<String, Value> = crate::body::parse(form.get("given").unwrap_or_default().as_bytes())?;
    let applies =
        form.get("applies").and_then(|word| CHOICES.iter().find(|(choice, _)| choice.as_str() == word));
    let (applies, _) = *applies.ok_or_else(|| {
        Failure::malformed("The form does not say whom it applies to.", "Nothing was changed.")
    })?;
    let typed = Typed {
        version: version(&form)?,
        applies,
        reason: form.get("reason").unwrap_or_default().to_owned(),
    };
    let effects = effects(&console, &id, &given, applies).await?;
    if let Some(problem) = unconfirmed(&form, effects.ends) {
        return show(&console, (frame, app), &id, &given, typed, Some(problem)).await;
    }
    match make(&console, &admin, &id, &given, &typed).await {
        Ok(()) => Ok(Redirect::to(&format!("/apps/{id}/session-management?done=applied")).into_response()),
        Err(Error::Conflict(_)) => show(&console, (frame, app), &id, &given, typed, None).await,
        Err(error) => Err(PageFailure::from(error)),
    }
}

fn unconfirmed(form: &Form, ends: u64) -> Option<String> {
    let confirmed = form.get("confirm").map(|typed| typed.replace([',', ' '], ""));
    if form.get("reason").is_none() {
        return Some("Say why: it goes to the audit log and into the history of the settings.".to_owned());
    }
    (ends > TYPED_ABOVE && confirmed.as_deref() != Some(&ends.to_string()))
        .then(|| format!("This ends {}: type that number to go on.", words::count(ends, "session")))
}

async fn make(
    console: &Console,
    admin: &AdminCaller,
    id: &AppId,
    given: &Map<String, Value>,
    typed: &Typed,
) -> Result<(), Error> {
    let service = &console.http.service;
    let reason = Some(typed.reason.as_str());
    let change =
        SettingsChange { given, expected_version: Some(typed.version), applies: typed.applies, reason };
    // Who is too late changes nothing, and leaves no line.
    let effects = service.effects_of(id, &change).await?;
    let act = Act {
        action: "settings_changed",
        app: Some(id.clone()),
        target: format!("version {}", typed.version + 1),
        reason: Some(typed.reason.clone()),
        detail: json!({"changes": effects.changes, "applies": typed.applies.as_str(), "ends": effects.ends}),
    };
    service.audit(admin, act).await?;
    service.change_settings(id, &change).await.map(drop)
}
