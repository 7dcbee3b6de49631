//! What a change of settings does: to whom, how many sessions it ends and why, and what one may regret.

use std::collections::HashSet;

use serde_json::Value;
use tenure_core::preset::Preset;
use tenure_core::settings::{ReuseDetection, Revocation, Settings};
use tenure_core::time::{Span, Timestamp};
use tenure_store::{EventFilter, Filter, Status};
use tenure_wire::settings::{EndsBy, ReuseObserved, SettingChange, SettingsEffects};

use crate::catalogue::App;
use crate::count::Count;
use crate::error::{Problem, Result};
use crate::events::Type;
use crate::limits::{
    COUNT_AT_MOST, KEYS_KNOWN_AFTER, PAGE_MAX, STATUS_LIST_REACHES_WITHIN, STRETCHES_TO_DECIDE_BY,
};
use crate::service::Service;
use crate::settings::to_json;

/// What a change would do.
pub type Effects = SettingsEffects<Value>;

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

impl Applies {
    /// All of them, from the least to the most that it may end.
    pub const ALL: [Self; 3] = [Self::New, Self::NextRefresh, Self::Now];

    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::NextRefresh => "next_refresh",
            Self::Now => "now",
        }
    }
}

/// What a change would do to whom, for each whom that it can apply to, counted at one moment.
pub struct SettingsReview {
    /// When it was counted.
    pub at: Timestamp,
    /// In the order of [`Applies::ALL`].
    pub effects: [Effects; Applies::ALL.len()],
}

/// What ends a session that a change ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It has lived longer than the new settings allow.
    Absolute,
    /// It was idle for longer.
    Idle,
    /// Refresh tokens are turned off.
    RefreshTokens,
}

impl Service {
    /// What it would do to give `app` these settings, under the preset that they name.
    pub(crate) async fn effects(
        &self,
        app: &App,
        to: &Settings,
        preset: Option<&Preset>,
        applies: Applies,
    ) -> Result<Effects> {
        let mut counts = Counts { service: self, now: self.now()?, counted: Vec::new() };
        self.effects_by(app, to, preset, applies, &mut counts).await
    }

    /// The same for each whom. What several of them end is counted once.
    pub(crate) async fn review(
        &self,
        app: &App,
        to: &Settings,
        preset: Option<&Preset>,
    ) -> Result<SettingsReview> {
        let mut counts = Counts { service: self, now: self.now()?, counted: Vec::new() };
        let [new, next_refresh, now] = Applies::ALL;
        let effects = [
            self.effects_by(app, to, preset, new, &mut counts).await?,
            self.effects_by(app, to, preset, next_refresh, &mut counts).await?,
            self.effects_by(app, to, preset, now, &mut counts).await?,
        ];
        Ok(SettingsReview { at: counts.now, effects })
    }

    async fn effects_by(
        &self,
        app: &App,
        to: &Settings,
        preset: Option<&Preset>,
        applies: Applies,
        counts: &mut Counts<'_>,
    ) -> Result<Effects> {
        let now = counts.now;
        let (mut by, mut ends_is_bound) = (EndsBy::default(), false);
        for (cause, over) in beyond(app, to, applies, now) {
            let count = counts.live(over).await?;
            let ends = count.sessions;
            ends_is_bound |= count.is_bound;
            match cause {
                Cause::Absolute => by.absolute_lifetime += ends,
                Cause::Idle => by.idle_timeout += ends,
                Cause::RefreshTokens => by.refresh_tokens += ends,
            }
        }
        let live = counts.live(Filter::of_app(app.id.clone())).await?;
        let ends = by.absolute_lifetime + by.idle_timeout + by.refresh_tokens;
        let observes = app.settings.reuse_detection == ReuseDetection::Observe;
        Ok(SettingsEffects {
            changes: differences(&app.settings, to),
            applies: applies.as_str().to_owned(),
            live_sessions: live.sessions,
            live_sessions_is_bound: live.is_bound,
            ends: ends.min(COUNT_AT_MOST),
            ends_is_bound: ends_is_bound || ends > COUNT_AT_MOST,
            ends_by: by,
            auth_token_ttl: to.auth_token_ttl().secs(),
            auth_tokens_of_before_until: now.plus(app.policy_at(now).longest_ttl).secs(),
            reuse_observed: if observes { Some(self.reuse_observed(app).await?) } else { None },
            warnings: said(warnings(to, preset)),
        })
    }

    /// Whom reuse would have ended, as far as the events go back.
    async fn reuse_observed(&self, app: &App) -> Result<ReuseObserved> {
        let kind = Some(Type::ReuseObserved.as_str().to_owned());
        let filter = EventFilter { kind, ..EventFilter::of_app(app.id.clone()) };
        let (mut sessions, mut users, mut since, mut after, mut read) =
            (HashSet::new(), HashSet::new(), None, 0, 0);
        while read < COUNT_AT_MOST {
            let page = self.store.events(&filter, after, PAGE_MAX).await?;
            (after, read) = (page.looked_to, read + page.events.len() as u64);
            for event in page.events.into_iter().map(|numbered| numbered.event) {
                since = since.or(Some(event.at.secs()));
                sessions.extend(event.session);
                users.extend(event.user);
            }
            if after >= page.head {
                break;
            }
        }
        Ok(ReuseObserved { sessions: sessions.len() as u64, users: users.len() as u64, since })
    }
}

/// Counts of live sessions at one moment, each made once.
struct Counts<'s> {
    service: &'s Service,
    now: Timestamp,
    counted: Vec<(Filter, Count)>,
}

impl Counts<'_> {
    /// How many of these live.
    async fn live(&mut self, of: Filter) -> Result<Count> {
        if let Some((_, count)) = self.counted.iter().find(|(known, _)| *known == of) {
            return Ok(*count);
        }
        let live = Filter { status: Some(Status::Live), ..of.clone() };
        let count = self.service.count(&live, self.now, COUNT_AT_MOST, STRETCHES_TO_DECIDE_BY).await?;
        self.counted.push((of, count));
        Ok(count)
    }
}

/// The live sessions that a change ends, at once or at their next refresh: those that have lived longer than the new settings
/// allow, and of the others those that were idle for longer. No session is in two of them.
pub(crate) fn beyond(
    app: &App,
    settings: &Settings,
    applies: Applies,
    now: Timestamp,
) -> Vec<(Cause, Filter)> {
    let of_app = || Filter::of_app(app.id.clone());
    if applies == Applies::New {
        return Vec::new();
    }
    if applies == Applies::Now && !settings.refresh_tokens {
        return vec![(Cause::RefreshTokens, of_app())];
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
    let idle = idle.map(|idle| (Cause::Idle, idle));
    [Some((Cause::Absolute, too_old)), idle].into_iter().flatten().collect()
}

/// Each setting that is not the same.
pub(crate) fn differences(from: &Settings, to: &Settings) -> Vec<SettingChange<Value>> {
    let (from, to) = (to_json(from), to_json(to));
    let changed = to.into_iter().filter(|(key, value)| from.get(key) != Some(value));
    changed
        .map(|(setting, to)| SettingChange {
            from: from.get(&setting).cloned().unwrap_or_default(),
            setting,
            to,
        })
        .collect()
}

/// Problems as sentences.
pub(crate) fn said(problems: Vec<Problem>) -> Vec<String> {
    problems.into_iter().map(|problem| format!("{} {}", problem.path, problem.says)).collect()
}

/// What may be set and is seldom meant.
pub(crate) fn warnings(settings: &Settings, preset: Option<&Preset>) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut warn = |path: &str, says: &str| found.push(Problem { path: path.into(), says: says.into() });
    if settings.retry_leeway > Span::ZERO && settings.retry_leeway < Span::from_secs(15) {
        warn(
            "settings.retry_leeway",
            "is shorter than a client's own time-out, so that it rescues nobody: 15 or more, or 0",
        );
    }
    if settings.publish_lead < KEYS_KNOWN_AFTER {
        warn(
            "settings.publish_lead",
            "is shorter than verifiers and the caches before them may keep keys, so that some may refuse the first tokens of a \
             new key: 4800 or more",
        );
    }
    if !settings.refresh_tokens {
        warn(
            "settings.refresh_tokens",
            "is off: an auth token cannot be refreshed, and a session cannot be ended early",
        );
    }
    if settings.revocation == Revocation::StatusList {
        if !settings.refresh_tokens {
            warn(
                "settings.revocation",
                "is status_list: auth tokens of a stateless app belong to no session, so that no list shows anything of them",
            );
        } else if settings.auth_token_ttl() <= STATUS_LIST_REACHES_WITHIN {
            warn(
                "settings.revocation",
                "is status_list: an auth token of this app is gone before a list is sure to show the end of its session",
            );
        }
    }
    for setting in preset.map(|preset| preset.not_met(settings)).unwrap_or_default() {
        match setting {
            "transport" => warn(
                "settings.transport",
                "is token: the preset asks for a cookie, which needs pages in allowed_origins",
            ),
            other => warn(
                &format!("settings.{other}"),
                "is not as the preset asks for it: that is not available yet",
            ),
        }
    }
    found
}
