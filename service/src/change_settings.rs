//! Session settings: showing them, saying what a change would do, and making it as a new version.

use serde_json::{Map, Value, json};
use tenure_core::id::AppId;
use tenure_core::preset::Preset;
use tenure_core::refusal::EndReason;
use tenure_core::settings::{Settings, check};
use tenure_core::time::Timestamp;
use tenure_store::{Expected, Kind, Written};
use tenure_wire::app::{Preset as PresetShown, SessionSettings};
use tenure_wire::settings::SettingChange;

use crate::catalogue::App;
use crate::error::{Error, Problem, Result};
use crate::events::{self, Type};
use crate::limits::check_reason;
use crate::records::{self, SettingsRecord, settings_key};
use crate::service::Service;
use crate::settings::{patch, problems, to_json};
pub use crate::settings_effects::{Applies, SettingsReview};
use crate::settings_effects::{Effects, beyond, differences, said, warnings};

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
    /// The admin of the console who asks for it; `None` comes by an API key, or from the machine's owner.
    pub by: Option<&'a str>,
}

/// A change that may be made: what the settings would be.
pub(crate) struct Proposed {
    pub(crate) settings: Settings,
    pub(crate) preset: Option<String>,
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
        let app = self.app(id)?;
        let proposed = propose(&app, change)?;
        self.make(&app, &proposed, change).await
    }

    /// Makes a change that may be made: a new version, or nothing. The turn to change settings is the caller's.
    pub(crate) async fn make(
        &self,
        app: &App,
        proposed: &Proposed,
        change: &SettingsChange<'_>,
    ) -> Result<SessionSettings<Map<String, Value>>> {
        let (id, now) = (&app.id, self.now()?);
        if !proposed.changes(app, change.applies) {
            return Ok(shown(app));
        }
        let version = app.settings_version + 1;
        let record = next_record(app, proposed, change, version, now);
        let put = records::put(Kind::Settings, settings_key(id, version), &record, Expected::Absent)?;
        let mut writes = vec![put];
        writes.extend(self.keys_for(app, &proposed.settings, now).await?);
        if let Written::Conflict(_) = self.store.write(&writes).await? {
            self.put_app_in_force(id).await;
            return Err(Error::Conflict("the settings were changed meanwhile: read them again".into()));
        }
        self.put_app_in_force(id).await;
        if change.applies == Applies::Now {
            for (_, over) in beyond(app, &proposed.settings, change.applies, now) {
                self.end_until_done(app, over, EndReason::Settings).await?;
            }
        }
        let detail = json!({"version": version, "changes": differences(&app.settings, &proposed.settings), "reason": change.reason});
        self.note(events::of_app(Type::SettingsChanged, now, id, detail)).await;
        self.session_settings(id)
    }

    /// Whether a change would make a new version: it does unless the settings are like this already, and no live session is to
    /// be held to them.
    pub fn would_change(&self, id: &AppId, change: &SettingsChange<'_>) -> Result<bool> {
        let app = self.app(id)?;
        Ok(propose(&app, change)?.changes(&app, change.applies))
    }

    /// What a change would do; changes nothing.
    pub async fn effects_of(&self, id: &AppId, change: &SettingsChange<'_>) -> Result<Effects> {
        let app = self.app(id)?;
        let proposed = propose(&app, change)?;
        self.effects(&app, &proposed.settings, proposed.preset(), change.applies).await
    }

    /// The same for each whom that it can apply to, whatever it says of that.
    pub async fn review_change(&self, id: &AppId, change: &SettingsChange<'_>) -> Result<SettingsReview> {
        let app = self.app(id)?;
        let proposed = propose(&app, change)?;
        self.review(&app, &proposed.settings, proposed.preset()).await
    }
}

fn propose(app: &App, change: &SettingsChange<'_>) -> Result<Proposed> {
    of_version(app, change)?;
    put_together(app.settings.clone(), app.preset.clone(), change.given.clone())?.checked()
}

/// Refuses a change that was asked for of another version, or for a reason that nobody would read.
pub(crate) fn of_version(app: &App, change: &SettingsChange<'_>) -> Result<()> {
    check_reason(change.reason)?;
    match change.expected_version {
        Some(expected) if expected != app.settings_version => {
            let says = format!("the settings are at version {}: read them again", app.settings_version);
            Err(Error::Conflict(says))
        }
        _ => Ok(()),
    }
}

/// What `given` makes of these settings. Whether they may be used is [`Proposed::problems`].
pub(crate) fn put_together(
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
    Ok(Proposed { settings, preset })
}

impl Proposed {
    /// The preset that these settings name.
    pub(crate) fn preset(&self) -> Option<&'static Preset> {
        self.preset.as_deref().and_then(Preset::find)
    }

    /// Whether they make a new version of the settings of `app`.
    pub(crate) fn changes(&self, app: &App, applies: Applies) -> bool {
        let as_it_is = self.settings == app.settings && self.preset == app.preset;
        !as_it_is || applies != Applies::New
    }

    /// Itself, if these settings may be used.
    pub(crate) fn checked(self) -> Result<Self> {
        let found = self.problems();
        if found.is_empty() { Ok(self) } else { Err(Error::Invalid(found)) }
    }

    /// Why these settings may not be used; none if they may.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        problems(match self.preset() {
            Some(preset) => preset.check(&self.settings),
            None => check(&self.settings),
        })
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
        applies: Some(change.applies.as_str().to_owned()),
        by: change.by.map(str::to_owned),
        ..first_record(&proposed.settings, now)
    }
}

/// What `given`, which may name a `preset`, makes of the settings of a new app, before there is one to ask for.
pub struct NewAppChanges {
    /// Each setting that is not what a new app has.
    pub changes: Vec<SettingChange<Value>>,
    /// What may be set and is seldom meant.
    pub warnings: Vec<String>,
}

/// Refuses what [`change_settings`](Service::change_settings) would refuse of such an app.
pub fn changes_of_a_new_app(given: &Map<String, Value>) -> Result<NewAppChanges> {
    let fresh = Settings::default();
    let proposed = put_together(fresh.clone(), None, given.clone())?.checked()?;
    Ok(NewAppChanges {
        changes: differences(&fresh, &proposed.settings),
        warnings: said(warnings(&proposed.settings, proposed.preset())),
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
        applies: None,
        by: None,
    }
}

fn shown(app: &App) -> SessionSettings<Map<String, Value>> {
    SessionSettings {
        version: app.settings_version,
        preset: app.preset.clone(),
        settings: to_json(&app.settings),
    }
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
            not_met: preset.unavailable.iter().map(|s| (*s).to_owned()).collect(),
            settings: to_json(&settings),
        }
    });
    shown.collect()
}
