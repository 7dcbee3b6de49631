//! The page before a change, whichever it is: what it does to whom, what is still missing, and what is put down of it.

use askama::Template;
use serde_json::{Value, json};
use tenure_core::settings::Settings;
use tenure_service::audit::Act;
use tenure_service::catalogue::App;
use tenure_service::change_settings::{Applies, SettingsReview};
use tenure_wire::settings::{SettingChange, SettingsEffects};

use super::effects::{
    Difference, TokensOfBefore, WAYS, Way, applies, confirms, differences, must_confirm, or_more,
    tokens_of_before, way,
};
use super::frame;
use super::past::Past;
use crate::answer::Failure;
use crate::console::Console;
use crate::console::at_app::AtApp;
use crate::console::form::Form;
use crate::console::page::{AppName, Frame, Place};
use crate::console::words::moment;

/// What is put down of a value in the audit log, at most, in bytes of JSON.
const AUDITED_BYTES: usize = 400;

/// See the module.
#[derive(Template)]
#[template(path = "console/session_management/review.html")]
pub(super) struct ReviewPage {
    pub(super) frame: Frame,
    pub(super) app: AppName,
    pub(super) title: &'static str,
    /// Where it is made so, below the app's address.
    pub(super) action: &'static str,
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) changes: Vec<Difference>,
    pub(super) ways: Vec<Way>,
    /// Unix seconds: when the sessions were counted.
    pub(super) as_of: i64,
    pub(super) as_of_words: String,
    pub(super) tokens: TokensOfBefore,
    pub(super) warnings: Vec<String>,
    /// What the preset asks for and the settings have not.
    pub(super) not_met: Vec<String>,
    /// What others changed since the form was opened, newest first.
    pub(super) meanwhile: Vec<Past>,
    /// What is missing or wrong on this page.
    pub(super) says: Vec<String>,
    pub(super) deviates: Vec<String>,
    pub(super) reason: String,
    pub(super) confirmation: String,
    pub(super) must_confirm: bool,
    /// One can go back to the form with all that was typed.
    pub(super) can_edit: bool,
}

/// What was chosen on the page itself.
pub(super) struct Choices {
    pub(super) applies: Applies,
    pub(super) reason: Option<String>,
    pub(super) confirmation: Option<String>,
}

impl Choices {
    /// As they were sent.
    pub(super) fn sent(form: &Form) -> Result<Self, Failure> {
        let applies = applies(form.get("applies"));
        Ok(Self {
            applies: applies.ok_or_else(|| {
                Failure::malformed("There is no such choice of sessions.", "Nothing was changed.")
            })?,
            reason: form.get("reason").map(str::to_owned),
            confirmation: form.get("confirmation").map(str::to_owned),
        })
    }

    /// What is missing before a change with these effects is made. `deviates`: where it goes beyond the preset's standard.
    pub(super) fn missing(&self, effects: &SettingsEffects<Value>, deviates: &[String]) -> Vec<String> {
        let mut says = Vec::new();
        if !deviates.is_empty() && self.reason.is_none() {
            says.push("A reason is required, because these settings deviate from the standard that the preset names.".to_owned());
        }
        if must_confirm(effects) && !confirms(self.confirmation.as_deref(), effects.ends) {
            let ends = or_more(effects.ends, effects.ends_is_bound);
            says.push(format!("This ends {ends} sessions: type that number to confirm it."));
        }
        says
    }
}

impl ReviewPage {
    /// The page with what every review has. `to` are the settings that there would be; `contested` of them others have changed
    /// meanwhile.
    pub(super) fn of(
        console: &Console,
        at: &AtApp,
        review: &SettingsReview,
        (to, contested): (&Settings, &[&str]),
        choices: Choices,
        says: Vec<String>,
    ) -> Self {
        let [effects, ..] = &review.effects;
        let ways = WAYS.iter().zip(&review.effects);
        let ways: Vec<_> = ways.map(|(named, effects)| way(*named, effects, to, choices.applies)).collect();
        Self {
            frame: frame(console, at),
            app: at.name(),
            title: "",
            action: "",
            hidden: Vec::new(),
            changes: differences(&effects.changes, contested),
            tokens: tokens_of_before(effects),
            warnings: Vec::new(),
            not_met: Vec::new(),
            meanwhile: Vec::new(),
            says,
            deviates: Vec::new(),
            reason: choices.reason.unwrap_or_default(),
            confirmation: choices.confirmation.unwrap_or_default(),
            must_confirm: ways.iter().any(|way| way.must_confirm),
            ways,
            as_of: review.at.secs(),
            as_of_words: moment(review.at.secs()),
            can_edit: false,
        }
    }
}

/// What is put down before the settings are changed.
pub(super) fn act(
    action: &'static str,
    app: &App,
    effects: &SettingsEffects<Value>,
    choices: &Choices,
) -> Act {
    let changes: Vec<_> = effects.changes.iter().map(audited).collect();
    Act {
        action,
        app: Some(app.id.clone()),
        target: app.id.to_string(),
        reason: choices.reason.clone(),
        detail: json!({
            "from_version": app.settings_version,
            "applies": effects.applies,
            "ends": effects.ends,
            "changes": changes,
        }),
    }
}

/// A change as the log keeps it: what is long is said by its size.
fn audited(change: &SettingChange<Value>) -> Value {
    let short = |value: &Value| match value.to_string().len() {
        bytes if bytes > AUDITED_BYTES => json!({"bytes": bytes}),
        _ => value.clone(),
    };
    json!({"setting": change.setting, "from": short(&change.from), "to": short(&change.to)})
}
