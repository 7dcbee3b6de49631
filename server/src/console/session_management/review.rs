//! What a change does, and making it: the difference, whom it reaches and how many sessions it ends, what others changed meanwhile,
//! and why.

use axum::extract::State;
use http::StatusCode;
use tenure_service::change_settings::SettingsChange;
use tenure_service::error::Error;

use super::confirm::{Choices, ReviewPage, act};
use super::draft::Draft;
use super::meaning::{MeaningView, Weighed, weigh};
use super::past::Past;
use super::{arrived, mend, with_status};
use crate::console::Console;
use crate::console::at_app::{AtApp, OperatorAt, Sent};
use crate::console::page::{self, PageAnswer};

/// The page before a change.
pub(super) async fn show(
    State(console): State<Console>,
    OperatorAt(at): OperatorAt,
    Sent(form): Sent,
) -> PageAnswer {
    let (draft, choices) = (Draft::sent(&form)?, Choices::sent(&form)?);
    let weighed = weigh(&console, &at.app, &draft).await?;
    if !weighed.considered.problems.is_empty() {
        return mend(&console, &at, draft).await;
    }
    reviewed(&console, &at, (draft, weighed), choices, Vec::new()).await
}

/// Makes the change, if there is one, nothing is missing, and nobody else was faster.
pub(super) async fn apply(
    State(console): State<Console>,
    OperatorAt(at): OperatorAt,
    Sent(form): Sent,
) -> PageAnswer {
    let (draft, choices) = (Draft::sent(&form)?, Choices::sent(&form)?);
    let weighed = weigh(&console, &at.app, &draft).await?;
    if !weighed.considered.problems.is_empty() {
        return mend(&console, &at, draft).await;
    }
    let (service, id) = (&console.http.service, &at.app.id);
    let given = weighed.given.settings.clone();
    let change = SettingsChange {
        given: &given,
        expected_version: Some(draft.version),
        applies: choices.applies,
        reason: choices.reason.as_deref(),
        by: Some(&at.admin.name),
    };
    match service.would_change(id, &change) {
        Err(Error::Conflict(_)) => return overtaken(&console, &at, draft, choices).await,
        // There is nothing to put down.
        Ok(false) => return Ok(arrived(&at, "unchanged")),
        changes => drop(changes?),
    }
    let effects = match service.effects_of(id, &change).await {
        Err(Error::Conflict(_)) => return overtaken(&console, &at, draft, choices).await,
        effects => effects?,
    };
    let missing = choices.missing(&effects, &deviations(&weighed));
    if !missing.is_empty() {
        let page = reviewed(&console, &at, (draft, weighed), choices, missing).await;
        return with_status(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    service.audit(&at.admin, act("settings_changed", &at.app, &effects, &choices)).await?;
    match service.change_settings(id, &change).await {
        Err(Error::Conflict(_)) => overtaken(&console, &at, draft, choices).await,
        changed => {
            changed?;
            Ok(arrived(&at, "applied"))
        }
    }
}

/// Somebody else was faster: what they did is shown, and what was typed is kept.
async fn overtaken(console: &Console, at: &AtApp, draft: Draft, choices: Choices) -> PageAnswer {
    let at = at.anew(console)?;
    let weighed = weigh(console, &at.app, &draft).await?;
    if !weighed.considered.problems.is_empty() {
        return mend(console, &at, draft).await;
    }
    let says = vec!["Somebody changed the settings meanwhile. Nothing was changed by you, and nothing of yours is lost: look again.".to_owned()];
    let page = reviewed(console, &at, (draft, weighed), choices, says).await;
    with_status(StatusCode::CONFLICT, page)
}

async fn reviewed(
    console: &Console,
    at: &AtApp,
    (draft, weighed): (Draft, Weighed),
    choices: Choices,
    says: Vec<String>,
) -> PageAnswer {
    let to = &weighed.considered.settings;
    let change = SettingsChange {
        given: &weighed.given.settings,
        expected_version: None,
        applies: choices.applies,
        reason: None,
        by: None,
    };
    let review = console.http.service.review_change(&at.app.id, &change).await?;
    let theirs = weighed.since.versions.iter().flat_map(|version| &version.changes);
    let contested: Vec<_> = theirs.map(|change| change.setting.as_str()).collect();
    let page = ReviewPage {
        title: "Review the change",
        action: "apply",
        meanwhile: weighed.since.versions.iter().map(Past::from).collect(),
        deviates: deviations(&weighed),
        hidden: draft.rebased(&weighed.given, to, at.app.settings_version).hidden(),
        can_edit: true,
        ..ReviewPage::of(console, at, &review, (to, &contested), choices, says)
    };
    let MeaningView { warnings, not_met, .. } = MeaningView::from(weighed.considered);
    page::show(&ReviewPage { warnings, not_met, ..page })
}

/// Where the settings would go beyond the standard that their preset names.
fn deviations(weighed: &Weighed) -> Vec<String> {
    let considered = &weighed.considered;
    considered.preset.map_or_else(Vec::new, |preset| preset.deviations(&considered.settings))
}
