//! What others have changed since somebody opened the form.

use serde_json::Value;
use tenure_service::catalogue::App;
use tenure_service::error::Error;
use tenure_service::limits::PAGE_MAX;
use tenure_wire::settings::SettingsVersion;

use super::draft::Base;
use crate::answer::Failure;
use crate::console::Console;

/// The settings that a form began from, and the versions after it.
pub(super) struct Since {
    pub(super) base: Base,
    /// Newest first; empty where nobody has changed anything.
    pub(super) versions: Vec<SettingsVersion<Value>>,
}

/// What happened to the settings of `app` after `version`. Refuses a version that is not among the last ones.
pub(super) async fn since(console: &Console, app: &App, version: u32) -> Result<Since, Failure> {
    let mut base = Base::of(app);
    if version == app.settings_version {
        return Ok(Since { base, versions: Vec::new() });
    }
    let behind = app.settings_version.checked_sub(version).filter(|behind| *behind < PAGE_MAX);
    let behind = behind.ok_or_else(too_old)?;
    let before = Some(app.settings_version + 1);
    let found = console.http.service.settings_versions(&app.id, before, Some(behind + 1)).await?;
    let mut versions = found.versions;
    let began = versions.pop().filter(|began| began.version == version).ok_or_else(too_old)?;
    for change in versions.iter().flat_map(|version| &version.changes) {
        base.settings.insert(change.setting.clone(), change.from.clone());
    }
    base.preset = began.preset;
    Ok(Since { base, versions })
}

fn too_old() -> Failure {
    Error::Conflict(
        "this form is of a version of the settings that is too long ago, or is none: open the page again"
            .into(),
    )
    .into()
}
