//! Session settings: showing them, saying what a change would do, and making it as a new version.

use serde_json::{Map, Value, json};
use tenure_core::id::AppId;
use tenure_core::preset::Preset;
use tenure_core::refusal::EndReason;
use tenure_core::settings::{Settings, check};
use tenure_core::time::{Span, Timestamp};
use tenure_store::{Expected, Filter, Kind, Status, Written};
use tenure_wire::app::{Preset as PresetShown, SessionSettings};

use crate::catalogue::App;
use crate::error::{Error, Problem, Result};
use crate::events::{self, Type};
use crate::limits::COUNT_AT_MOST;
use crate::records::{self, SettingsRecord, settings_key};
use crate::service::Service;
use crate::settings::{patch, problems, to_json};

/// Whom a change of lifetimes applies to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Applies {
    /// Sessions that are opened from now on.
    #[default]
    New,
    /// Live sessions too, from their next refresh on: they are shortened, never lengthened.
    NextRefresh,
    /// Live sessions too; those that are past a new deadline end at once, and all of them when refresh tokens are turned off.
    Now,
}

/// A change as it was asked for.
pub struct SettingsChange<'a> {
    /// The settings to change; may name a `preset`, which sets the rest.
    pub given: &'a Map<String, Value>,
    /// Refuse when the settings are not of this version any more.
    pub expected_version: Option<u32>,
    /// Whom it applies to.
    pub applies: Applies,
    /// Why, for the operators' log.
    pub reason: Option<&'a str>,
}

/// A change that may be made: what the settings would be.
struct Proposed {
    settings: Settings,
    preset: Option<String>,
}

impl Service {
    /// The session settings of an app.
    pub fn session_settings(&self, app: &AppId) -> Result<SessionSettings<Map<String, Value>>> {
        Ok(shown(&*self.app(app)?))
    }

    /// Changes them: a new version, or nothing. Settings as they are give back the version they have.
    pub async fn change_settings(
        &self,
        id: &AppId,
        change: &SettingsChange<'_>,
    ) -> Result<SessionSettings<Map<String, Value>>> {
        let _turn = self.turn().await?;
        let now = self.now()?;
        let app = self.app(id)?;
        let proposed = propose(&app, change)?;
        if proposed.settings == app.settings
            && proposed.preset == app.preset
            && change.applies == Applies::New
        {
            return Ok(shown(&app));
        }
        let version = app.settings_version + 1;
        let record = next_record(&app, &proposed, change, version, now);
        let put = records::put(Kind::Settings, settings_key(id, version), &record, Expected::Absent)?;
        let mut writes = vec![put];
        writes.extend(self.key_for(&app, &proposed.settings, now).await?);
        if let Written::Conflict(_) = self.store.write(&writes).await? {
            self.put_app_in_force(id).await;
            return Err(Error::Conflict("the settings were changed meanwhile: read them again".into()));
        }
        self.put_app_in_force(id).await;
        if change.applies == Applies::Now {
            for over in beyond(&app, &proposed.settings, change.applies, now) {
                self.end_until_done(&app, over, EndReason::Settings).await?;
            }
        }
        let detail = json!({"version": version, "changes": differences(&app.settings, &proposed.settings), "reason": change.reason});
        self.note(events::of_app(Type::SettingsChanged, now, id, detail)).await;
        self.session_settings(id)
    }

    /// What a change would do; changes nothing.
    pub async fn effects_of(&self, id: &AppId, change: &SettingsChange<'_>) -> Result<Value> {
        let now = self.now()?;
        let app = self.app(id)?;
        let proposed = propose(&app, change)?;
        let live = Filter { status: Some(Status::Live), ..Filter::of_app(id.clone()) };
        let mut ends = 0;
        for over in beyond(&app, &proposed.settings, change.applies, now) {
            let live = Filter { status: Some(Status::Live), ..over };
            ends = COUNT_AT_MOST.min(ends + self.store.count(&live, now, COUNT_AT_MOST).await?);
        }
        Ok(json!({
            "changes": differences(&app.settings, &proposed.settings),
            "live_sessions": self.store.count(&live, now, COUNT_AT_MOST).await?,
            "ends": ends,
            "applies": change.applies.as_str(),
            "warnings": said(warnings(&proposed.settings)),
        }))
    }
}

impl Applies {
    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::NextRefresh => "next_refresh",
            Self::Now => "now",
        }
    }
}

/// The live sessions that a change ends, at once or at their next refresh: those that have lived longer than the new settings
/// allow, and of the others those that were idle for longer. No session is in two of them.
fn beyond(app: &App, settings: &Settings, applies: Applies, now: Timestamp) -> Vec<Filter> {
    let of_app = || Filter::of_app(app.id.clone());
    if applies == Applies::New {
        return Vec::new();
    }
    if applies == Applies::Now && !settings.refresh_tokens {
        return vec![of_app()];
    }
    // A deadline has passed when it is reached.
    let since = |span| now.minus(span).plus(Span::from_millis(1));
    let oldest = since(settings.absolute_lifetime);
    let too_old = Filter { created_before: Some(oldest), ..of_app() };
    let idle = settings.idle_timeout.map(|idle| Filter {
        created_from: Some(oldest),
        active_before: Some(since(idle)),
        ..of_app()
    });
    [Some(too_old), idle].into_iter().flatten().collect()
}

fn propose(app: &App, change: &SettingsChange<'_>) -> Result<Proposed> {
    if change.expected_version.is_some_and(|expected| expected != app.settings_version) {
        return Err(Error::Conflict(format!(
            "the settings are at version {}: read them again",
            app.settings_version
        )));
    }
    put_together(app.settings.clone(), app.preset.clone(), change.given.clone())
}

fn put_together(
    mut base: Settings,
    mut preset: Option<String>,
    mut given: Map<String, Value>,
) -> Result<Proposed> {
    match given.remove("preset") {
        None => {}
        Some(Value::Null) => preset = None,
        Some(named) => {
            let found = named.as_str().and_then(Preset::find);
            let found = found
                .ok_or_else(|| Error::invalid("settings.preset", "is no preset: see /v1/session-presets"))?;
            base = found.apply(&base);
            preset = Some(found.id.to_owned());
        }
    }
    let settings = patch(&base, &given).map_err(Error::Invalid)?;
    let violations = match preset.as_deref().and_then(Preset::find) {
        Some(preset) => preset.check(&settings),
        None => check(&settings),
    };
    if violations.is_empty() {
        Ok(Proposed { settings, preset })
    } else {
        Err(Error::Invalid(problems(violations)))
    }
}

fn next_record(
    app: &App,
    proposed: &Proposed,
    change: &SettingsChange<'_>,
    version: u32,
    now: Timestamp,
) -> SettingsRecord {
    let longest = app.policy_at(now).longest_ttl;
    SettingsRecord {
        preset: proposed.preset.clone(),
        shorten_below: match change.applies {
            Applies::New => app.policy.shorten_below,
            Applies::NextRefresh | Applies::Now => version,
        },
        earlier_ttl_ms: longest.millis(),
        earlier_until_ms: now.plus(longest).millis(),
        reason: change.reason.map(str::to_owned),
        ..first_record(&proposed.settings, now)
    }
}

/// What `given`, which may name a `preset`, makes of the settings of a new app, before there is one to ask for.
pub struct NewAppChanges {
    /// Each setting that is not what a new app has.
    pub changes: Vec<Value>,
    /// What may be set and is seldom meant.
    pub warnings: Vec<String>,
}

/// Refuses what [`change_settings`](Service::change_settings) would refuse of such an app.
pub fn changes_of_a_new_app(given: &Map<String, Value>) -> Result<NewAppChanges> {
    let fresh = Settings::default();
    let proposed = put_together(fresh.clone(), None, given.clone())?;
    Ok(NewAppChanges {
        changes: differences(&fresh, &proposed.settings),
        warnings: said(warnings(&proposed.settings)),
    })
}

/// The first version of an app's settings.
pub(crate) fn first_record(settings: &Settings, now: Timestamp) -> SettingsRecord {
    SettingsRecord {
        at_ms: now.millis(),
        preset: None,
        settings: to_json(settings),
        default_ttl: settings.auth_token_ttl.is_none(),
        shorten_below: 0,
        earlier_ttl_ms: 0,
        earlier_until_ms: 0,
        reason: None,
    }
}

fn shown(app: &App) -> SessionSettings<Map<String, Value>> {
    SessionSettings {
        version: app.settings_version,
        preset: app.preset.clone(),
        settings: to_json(&app.settings),
    }
}

fn differences(from: &Settings, to: &Settings) -> Vec<Value> {
    let (from, to) = (to_json(from), to_json(to));
    let changed = to.iter().filter(|(key, value)| from.get(*key) != Some(value));
    changed.map(|(key, value)| json!({"setting": key, "from": from.get(key), "to": value})).collect()
}

fn said(problems: Vec<Problem>) -> Vec<String> {
    problems.into_iter().map(|problem| format!("{} {}", problem.path, problem.says)).collect()
}

/// What may be set and is seldom meant.
fn warnings(settings: &Settings) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut warn = |path: &str, says: &str| found.push(Problem { path: path.into(), says: says.into() });
    if settings.retry_leeway > Span::ZERO && settings.retry_leeway < Span::from_secs(15) {
        warn(
            "settings.retry_leeway",
            "is shorter than a client's own time-out, so that it rescues nobody: 15 or more, or 0",
        );
    }
    if !settings.refresh_tokens {
        warn(
            "settings.refresh_tokens",
            "is off: an auth token cannot be refreshed, and a session cannot be ended early",
        );
    }
    found
}

/// Every suggestion.
pub fn presets() -> Vec<PresetShown<Map<String, Value>>> {
    let shown = tenure_core::preset::ALL.iter().map(|preset| {
        let settings = preset.apply(&Settings::default());
        PresetShown {
            id: preset.id.to_owned(),
            for_whom: preset.for_whom.to_owned(),
            sources: preset.sources.iter().map(|s| (*s).to_owned()).collect(),
            standard: preset.standard.map(|standard| standard.name.to_owned()),
            deviates: preset.deviations(&settings),
            not_met: preset.not_met.iter().map(|s| (*s).to_owned()).collect(),
            settings: to_json(&settings),
        }
    });
    shown.collect()
}
