//! What a change does, and making it: the difference, whom it reaches and how many sessions it ends, what others changed meanwhile,
//! and why.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use http::{HeaderMap, StatusCode};
use tenure_service::admins::{AdminCaller, AdminRole};
use tenure_service::catalogue::App;
use tenure_service::change_settings::SettingsChange;
use tenure_service::error::Error;

use super::confirm::{Choices, ReviewPage, act};
use super::draft::Draft;
use super::effects::{WAYS, differences, tokens_of_before, way};
use super::meaning::{MeaningView, Weighed, weigh};
use super::past::Past;
use super::{mend, place, sent, with_status};
use crate::answer::Failure;
use crate::console::Console;
use crate::console::admin::Admin;
use crate::console::page::{self, PageAnswer};
use crate::request::Path;

/// The page before a change.
pub(super) async fn show(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let (_, app) = place(&console, &admin, &id)?;
    let form = sent(&console, &headers, body).await?;
    let (draft, choices) = (Draft::sent(&form)?, Choices::sent(&form)?);
    let weighed = weigh(&console, &app, &draft).await?;
    if !weighed.considered.problems.is_empty() {
        return mend(&console, &admin, &app, draft).await;
    }
    reviewed(&console, &admin, &app, (draft, weighed), choices, Vec::new()).await
}

/// Makes the change, if nothing is missing and nobody else was faster.
pub(super) async fn apply(
    State(console): State<Console>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> PageAnswer {
    admin.require(AdminRole::Operator)?;
    let (_, app) = place(&console, &admin, &id)?;
    let form = sent(&console, &headers, body).await?;
    let (draft, choices) = (Draft::sent(&form)?, Choices::sent(&form)?);
    let weighed = weigh(&console, &app, &draft).await?;
    if !weighed.considered.problems.is_empty() {
        return mend(&console, &admin, &app, draft).await;
    }
    let given = weighed.given.settings.clone();
    let change = SettingsChange {
        given: &given,
        expected_version: Some(draft.version),
        applies: choices.applies,
        reason: choices.reason.as_deref(),
        by: Some(&admin.name),
    };
    let effects = match console.http.service.effects_of(&app.id, &change).await {
        Err(Error::Conflict(_)) => return overtaken(&console, &admin, &app, draft, choices).await,
        effects => effects?,
    };
    let missing = choices.missing(&effects, &deviations(&weighed));
    if !missing.is_empty() {
        let page = reviewed(&console, &admin, &app, (draft, weighed), choices, missing).await;
        return with_status(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    console.http.service.audit(&admin, act("settings_changed", &app, &effects, &choices)).await?;
    let word = match console.http.service.change_settings(&app.id, &change).await {
        Err(Error::Conflict(_)) => return overtaken(&console, &admin, &app, draft, choices).await,
        Err(error) => return Err(error.into()),
        Ok(settings) if settings.version == app.settings_version => "unchanged",
        Ok(_) => "applied",
    };
    Ok(Redirect::to(&format!("/apps/{id}/session-management?notice={word}")).into_response())
}

/// Somebody else was faster: what they did is shown, and what was typed is kept.
async fn overtaken(
    console: &Console,
    admin: &AdminCaller,
    app: &App,
    draft: Draft,
    choices: Choices,
) -> PageAnswer {
    let app = console.http.service.app(&app.id)?;
    let weighed = weigh(console, &app, &draft).await?;
    if !weighed.considered.problems.is_empty() {
        return mend(console, admin, &app, draft).await;
    }
    let says = vec!["Somebody changed the settings meanwhile. Nothing was changed by you, and nothing of yours is lost: look again.".to_owned()];
    let page = reviewed(console, admin, &app, (draft, weighed), choices, says).await;
    with_status(StatusCode::CONFLICT, page)
}

async fn reviewed(
    console: &Console,
    admin: &AdminCaller,
    app: &App,
    (draft, weighed): (Draft, Weighed),
    choices: Choices,
    says: Vec<String>,
) -> PageAnswer {
    let to = &weighed.considered.settings;
    let (mut ways, mut last) = (Vec::new(), None);
    for named in WAYS {
        let change = SettingsChange {
            given: &weighed.given.settings,
            expected_version: None,
            applies: named.0,
            reason: None,
            by: None,
        };
        let effects = console.http.service.effects_of(&app.id, &change).await?;
        ways.push(way(named, &effects, to, choices.applies));
        last = Some(effects);
    }
    let effects = last.ok_or_else(|| Failure::from(Error::bug("a change reaches nobody in no way")))?;
    let theirs = weighed.since.versions.iter().flat_map(|version| &version.changes);
    let contested: Vec<_> = theirs.map(|change| change.setting.as_str()).collect();
    let page = ReviewPage {
        title: "Review the change",
        action: "apply",
        changes: differences(&effects.changes, &contested),
        tokens: tokens_of_before(&effects),
        meanwhile: weighed.since.versions.iter().map(Past::from).collect(),
        deviates: deviations(&weighed),
        hidden: draft.rebased(&weighed.given, to, app.settings_version).hidden(),
        can_edit: true,
        ..ReviewPage::of(console, admin, app, ways, choices, says)?
    };
    let MeaningView { mut warnings, not_met, .. } = MeaningView::from(weighed.considered);
    warnings.extend(
        not_met.iter().map(|setting| format!("{setting}: the preset asks for it, and it is not so here.")),
    );
    page::show(&ReviewPage { warnings, ..page })
}

/// Where the settings would go beyond the standard that their preset names.
fn deviations(weighed: &Weighed) -> Vec<String> {
    let considered = &weighed.considered;
    considered.preset.map_or_else(Vec::new, |preset| preset.deviations(&considered.settings))
}
