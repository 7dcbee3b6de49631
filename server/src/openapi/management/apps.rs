//! Apps and their session settings.

use serde_json::{Value, json};
use tenure_wire::app::{AppAnswer, AppList, CreateApp, ManagedApp, PresetList, SessionSettings, UpdateApp};

use super::super::operation::{Needs, Operation};
use super::super::parameters::{header, query};
use super::super::schemas::Schemas;
use super::super::settings::{Settings, SettingsPatch};
use super::object;
use crate::code::Code;
use tenure_service::limits::{PAGE_DEFAULT, PAGE_MAX};
use tenure_wire::settings::{SettingsEffects, SettingsVersions};

type AppShape = AppAnswer<ManagedApp>;

/// Every operation on apps and settings.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new("apps", "get", "/v1/apps", "listApps", "List the apps that the key reaches")
            .needs(Needs::Key("backend"))
            .gives::<AppList>(200, "By id."),
        Operation::new("apps", "post", "/v1/apps", "createApp", "Create an app")
            .says("It is stateless until its settings say otherwise.")
            .needs(Needs::Key("admin, every app"))
            .takes::<CreateApp>(json!({"id": "shop", "name": "The shop"}))
            .gives_inline::<AppShape>(201, "The new app.")
            .refuses(&[Code::Conflict]),
        Operation::new("apps", "patch", "/v1/apps/{app}", "updateApp", "Rename an app")
            .needs(Needs::Key("admin"))
            .takes::<UpdateApp>(json!({"name": "The new shop"}))
            .gives_inline::<AppShape>(200, "The app.")
            .refuses(&[Code::Conflict]),
        Operation::new(
            "apps",
            "delete",
            "/v1/apps/{app}",
            "deleteApp",
            "Remove an app with everything of it",
        )
        .says("Every session of it ends, and its keys are gone.")
        .needs(Needs::Key("admin"))
        .gives_nothing(200, "It is gone.")
        .refuses(&[Code::Conflict]),
        Operation::new(
            "apps",
            "get",
            "/v1/apps/{app}/session-settings",
            "showSettings",
            "Show the session settings",
        )
        .needs(Needs::Key("backend"))
        .gives_built(200, "The settings with their version.", settings),
        change_settings(),
        undo(),
        versions(),
        Operation::new(
            "apps",
            "get",
            "/v1/session-presets",
            "listPresets",
            "List suggestions for session settings",
        )
        .needs(Needs::Key("any key"))
        .gives_inline::<PresetList<Settings>>(200, "The original three first."),
    ]
}

fn change_settings() -> Operation {
    let path = "/v1/apps/{app}/session-settings";
    changing(Operation::new(
        "apps",
        "put",
        path,
        "changeSettings",
        "Change the session settings, or say what a change would do",
    ))
    .says("Absent keys keep their value. A change never lengthens a live session.")
    .takes::<SettingsPatch>(json!({"refresh_tokens": true, "idle_timeout": 86400}))
    .gives_either(
        200,
        "The settings as they are now, or the effects of a dry run.",
        |schemas: &mut Schemas| vec![settings(schemas), object(&[("effects", effects(schemas))])],
    )
    .refuses(&[Code::Conflict])
}

/// What every change of settings needs and may be told.
fn changing(operation: Operation) -> Operation {
    let applies = json!({"type": "string", "enum": ["new", "next_refresh", "now"], "default": "new"});
    let version = json!({"type": "string", "pattern": "^\"?[0-9]{1,9}\"?$"});
    let dry_run = json!({"type": "boolean", "default": false});
    operation
        .needs(Needs::Key("admin"))
        .parameter(query("dry_run", dry_run, "Say what would happen; change nothing."))
        .parameter(query("applies", applies, "Whom it reaches."))
        .parameter(query("reason", json!({"type": "string"}), "Why, for the operators' log."))
        .parameter(header("If-Match", version, "Refuse when the settings are not of this version any more."))
}

fn settings(schemas: &mut Schemas) -> Value {
    schemas.refer::<Settings>();
    schemas.inline::<SessionSettings<Settings>>()
}

fn effects(schemas: &mut Schemas) -> Value {
    schemas.inline::<SettingsEffects<Value>>()
}

fn undo() -> Operation {
    let path = "/v1/apps/{app}/session-settings/undo";
    changing(Operation::new(
        "apps",
        "post",
        path,
        "undoSettings",
        "Go back to the settings of the version before",
    ))
    .says("Makes a new version of them; undoing that goes forward again. It lengthens no live session.")
    .gives_either(
        200,
        "The settings as they are now, or the effects of a dry run.",
        |schemas: &mut Schemas| vec![settings(schemas), object(&[("effects", effects(schemas))])],
    )
    .refuses(&[Code::Conflict, Code::InvalidFields])
}

fn versions() -> Operation {
    let path = "/v1/apps/{app}/session-settings/versions";
    let limit = json!({"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT});
    let before = json!({"type": "integer", "minimum": 1, "maximum": u32::MAX});
    Operation::new("apps", "get", path, "listSettingsVersions", "List the versions of the session settings")
        .needs(Needs::Key("backend"))
        .parameter(query("before", before, "The `next_before` of the page before."))
        .parameter(query("limit", limit, "Versions a page."))
        .gives_inline::<SettingsVersions<Value>>(200, "Newest first.")
        .refuses(&[Code::InvalidFields])
}
