//! The versions of an app's session settings: what each one changed, and going back by one.

use serde_json::{Map, Value};
use tenure_core::id::AppId;
use tenure_store::{Kind, Record};
use tenure_wire::app::SessionSettings;
use tenure_wire::settings::{SettingsVersion, SettingsVersions};

use crate::catalogue::{App, decode};
use crate::change_settings::{Proposed, SettingsChange, of_version};
use crate::error::{Error, Result};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};
use crate::records::{self, SettingsRecord, settings_key};
use crate::service::Service;
use crate::settings_effects::{Effects, SettingsReview, differences};

impl Service {
    /// The versions of an app's settings, newest first, below `before` where that is given.
    pub async fn settings_versions(
        &self,
        id: &AppId,
        before: Option<u32>,
        limit: Option<u32>,
    ) -> Result<SettingsVersions<Value>> {
        let app = self.app(id)?;
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::invalid("limit", format!("must be between 1 and {PAGE_MAX}")));
        }
        // Versions are numbered without a gap. One more is read, which says what the oldest of the page changed.
        let end = before.unwrap_or(u32::MAX).min(app.settings_version.saturating_add(1));
        let first = end.saturating_sub(limit).max(1);
        let after = settings_key(id, first.saturating_sub(2));
        let stored = self.store.records(Kind::Settings, &format!("{id}/"), Some(&after), limit + 1).await?;
        let mut read = stored.iter().map(|record| read(id, record)).collect::<Result<Vec<_>>>()?;
        // An app of this name that was removed has left its own behind.
        read.retain(|(version, record)| *version < end && is_of(&app, record));
        let more = read.first().is_some_and(|(version, _)| *version < first);
        let mut versions = Vec::with_capacity(read.len());
        for (place, (version, record)) in
            read.iter().enumerate().filter(|(_, (version, _))| *version >= first)
        {
            let earlier = place.checked_sub(1).map(|place| decode(&read[place].1)).transpose()?;
            let settings = decode(record)?;
            versions.push(SettingsVersion {
                version: *version,
                at: record.at_ms.div_euclid(1000),
                preset: record.preset.clone(),
                changes: earlier.map_or_else(Vec::new, |earlier| differences(&earlier, &settings)),
                applies: record.applies.clone(),
                reason: record.reason.clone(),
                by: record.by.clone(),
            });
        }
        versions.reverse();
        Ok(SettingsVersions { versions, next_before: more.then_some(first) })
    }

    /// Makes a new version with the settings of the one before the present. Undoing that goes forward again. `change.given` is
    /// not looked at.
    ///
    /// Like every change it lengthens no live session: one that a change has shortened stays so.
    pub async fn undo_settings(
        &self,
        id: &AppId,
        change: &SettingsChange<'_>,
    ) -> Result<SessionSettings<Map<String, Value>>> {
        let _turn = self.turn().await?;
        let app = self.app(id)?;
        let proposed = self.one_before(&app, change).await?;
        let undone = format!("undo of version {}", app.settings_version);
        let change = SettingsChange { reason: change.reason.or(Some(&undone)), ..*change };
        self.make(&app, &proposed, &change).await
    }

    /// Whether undoing would make a new version: as [`would_change`](Service::would_change).
    pub async fn would_undo(&self, id: &AppId, change: &SettingsChange<'_>) -> Result<bool> {
        let app = self.app(id)?;
        Ok(self.one_before(&app, change).await?.changes(&app, change.applies))
    }

    /// What undoing would do; changes nothing.
    pub async fn effects_of_undo(&self, id: &AppId, change: &SettingsChange<'_>) -> Result<Effects> {
        let app = self.app(id)?;
        let proposed = self.one_before(&app, change).await?;
        self.effects(&app, &proposed.settings, proposed.preset(), change.applies).await
    }

    /// The same for each whom that it can apply to, whatever `change` says of that.
    pub async fn review_undo(&self, id: &AppId, change: &SettingsChange<'_>) -> Result<SettingsReview> {
        let app = self.app(id)?;
        let proposed = self.one_before(&app, change).await?;
        self.review(&app, &proposed.settings, proposed.preset()).await
    }

    async fn one_before(&self, app: &App, change: &SettingsChange<'_>) -> Result<Proposed> {
        of_version(app, change)?;
        let key = settings_key(&app.id, app.settings_version.saturating_sub(1));
        let record = self.store.get(Kind::Settings, &key).await?;
        let record = record.map(|record| records::read(Kind::Settings, &record)).transpose()?;
        let record: SettingsRecord = record
            .filter(|record| is_of(app, record))
            .ok_or_else(|| Error::Conflict("there is no version before this one".into()))?;
        // What was fine then need not be now.
        Proposed { settings: decode(&record)?, preset: record.preset }.checked()
    }
}

fn read(id: &AppId, record: &Record) -> Result<(u32, SettingsRecord)> {
    let version = record.key[id.as_str().len() + 1..].parse().map_err(Error::bug)?;
    Ok((version, records::read(Kind::Settings, record)?))
}

fn is_of(app: &App, record: &SettingsRecord) -> bool {
    record.at_ms >= app.created_at.millis()
}
