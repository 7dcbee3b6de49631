//! What settings mean, in sentences: computed here alone, for the console, and by the same checks that accept a change.

use serde_json::{Map, Value};
use tenure_core::id::AppId;
use tenure_core::preset::{Preset, STANDARDS};
use tenure_core::settings::{
    CookiePersistence, IdleCounts, LostResponse, OnLimit, ReuseDetection, Settings, Transport,
};
use tenure_store::{Filter, Status};
use tenure_wire::settings::SettingChange;

use crate::change_settings::{SettingsChange, propose};
use crate::error::{Error, Problem, Result};
use crate::lengths::in_words;
use crate::limits::{COUNT_AT_MOST, STRETCHES_TO_DECIDE_BY};
use crate::service::Service;
use crate::settings::to_json;
use crate::settings_effects::{differences, said, warnings};

const DAY_SECS: i64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday"];

/// What settings mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// What users and thieves will find.
    pub sentences: Vec<String>,
    /// Requirements that they meet.
    pub meets: Vec<String>,
    /// Requirements that they go beyond.
    pub deviates: Vec<String>,
    /// What the preset asks for and is not so.
    pub not_met: Vec<&'static str>,
    /// What may be set and is seldom meant.
    pub warnings: Vec<String>,
}

/// Settings as they would be.
pub struct Preview {
    /// All of them, as far as they could be put together.
    pub settings: Map<String, Value>,
    /// What would be another.
    pub changes: Vec<SettingChange<Value>>,
    /// Why they cannot be used, if so.
    pub problems: Vec<Problem>,
    /// What they mean, if they can.
    pub meaning: Option<Meaning>,
}

impl Service {
    /// What would come of `given`, which may name a `preset`; changes nothing, and refuses nothing.
    pub async fn preview_settings(&self, id: &AppId, given: &Map<String, Value>) -> Result<Preview> {
        let app = self.app(id)?;
        let change =
            SettingsChange { given, expected_version: None, applies: Default::default(), reason: None };
        let proposed = match propose(&app, &change) {
            Ok(proposed) => proposed,
            Err(Error::Invalid(problems)) => {
                let mut settings = to_json(&app.settings);
                settings.extend(
                    given.iter().filter(|(key, _)| *key != "preset").map(|(k, v)| (k.clone(), v.clone())),
                );
                return Ok(Preview { settings, changes: Vec::new(), problems, meaning: None });
            }
            Err(error) => return Err(error),
        };
        let live = Filter { status: Some(Status::Live), ..Filter::of_app(id.clone()) };
        let live = self.count(&live, self.now()?, COUNT_AT_MOST, STRETCHES_TO_DECIDE_BY).await?.sessions;
        let preset = proposed.preset.as_deref().and_then(Preset::find);
        Ok(Preview {
            changes: differences(&app.settings, &proposed.settings),
            meaning: Some(meaning(&proposed.settings, preset, live)),
            settings: to_json(&proposed.settings),
            problems: Vec::new(),
        })
    }
}

/// What `settings` mean in an app with so many live sessions.
pub fn meaning(settings: &Settings, preset: Option<&Preset>, live: u64) -> Meaning {
    let ttl = settings.auth_token_ttl().secs();
    if !settings.refresh_tokens {
        let sentences = vec![
            format!(
                "A sign-in gives one auth token, good for {}. Then the user signs in again.",
                in_words(ttl)
            ),
            "Nothing is stored, so nobody can end a session earlier, neither the user nor you.".to_owned(),
            format!("A stolen auth token works for at most {}.", in_words(ttl)),
        ];
        return Meaning { sentences, warnings: said(warnings(settings, None)), ..Meaning::default() };
    }
    let mut sentences = vec![
        format!(
            "A stolen auth token works for at most {}: who checks it locally asks nobody.",
            in_words(ttl)
        ),
        theft(settings),
        comes_back(settings),
        format!(
            "Whatever they do, everybody signs in again after {}.",
            in_words(settings.absolute_lifetime.secs())
        ),
        load(ttl, live),
        lost_answers(settings),
    ];
    sentences.extend(most(settings));
    sentences.extend(carried(settings));
    let (meets, deviates) = standards(settings);
    Meaning {
        sentences,
        meets,
        deviates: deviates
            .into_iter()
            .chain(preset.iter().flat_map(|p| p.deviations(settings)).filter(|d| !d.starts_with("NIST")))
            .collect(),
        not_met: preset.map(|preset| preset.not_met(settings)).unwrap_or_default(),
        // What is not met stands beside it.
        warnings: said(warnings(settings, None)),
    }
}

fn theft(settings: &Settings) -> String {
    let ends = match settings.reuse_detection {
        ReuseDetection::EndSession => "the session ends, and with it everything issued from it",
        ReuseDetection::EndUser => "every session of the user ends",
        ReuseDetection::Observe => "it is refused and counted, and nothing ends: this only watches",
    };
    format!("A stolen refresh token is found out when the second of the two presents it: {ends}.")
}

fn comes_back(settings: &Settings) -> String {
    let counts = match settings.idle_counts {
        IdleCounts::UserActivity => "",
        IdleCounts::StrictActivity => " Only clients that say that their user is there keep it alive.",
        IdleCounts::AnyRefresh => " Any refresh keeps it alive, also one in the background.",
    };
    match settings.idle_timeout {
        None => "A user who was away for weeks is still signed in: no time without activity ends a session."
            .to_owned(),
        Some(idle) => format!(
            "A user who closes the laptop on Friday at 18:00 must sign in again from {} on.{counts}",
            after_friday(idle.secs())
        ),
    }
}

/// The moment that is so long after a Friday, 18:00.
fn after_friday(seconds: i64) -> String {
    let at = 18 * 3_600 + seconds;
    let (days, of_day) = (at / DAY_SECS, at % DAY_SECS);
    let time = format!("{:02}:{:02}", of_day / 3_600, of_day / 60 % 60);
    let weekday = WEEKDAYS[(days % 7) as usize];
    match days {
        0 => format!("{time} the same day"),
        1..=6 => format!("{weekday}, {time},"),
        _ => format!("{weekday}, {time}, {days} days later"),
    }
}

fn load(ttl: i64, live: u64) -> String {
    let a_day = DAY_SECS / ttl.max(1);
    let each = format!("Each open tab or app refreshes about {a_day} times a day");
    let per_second = live as f64 / ttl.max(1) as f64;
    match live {
        0 => format!("{each}."),
        COUNT_AT_MOST.. => format!(
            "{each}: at least {per_second:.1} requests a second for your active sessions, if all were open."
        ),
        _ => format!(
            "{each}: {per_second:.2} requests a second for your {live} active sessions, if all were open."
        ),
    }
}

fn lost_answers(settings: &Settings) -> String {
    let leeway = settings.retry_leeway.secs();
    match (leeway, settings.lost_response) {
        (0, LostResponse::End) => "A client that lost an answer goes on by its Idempotency-Key. One that sends none is signed out when it tries \
             again."
            .to_owned(),
        (0, LostResponse::Reissue) => "A client that lost an answer gets another token when it tries again, with or without an Idempotency-Key; \
             a thief who comes first is found out by the owner's next try."
            .to_owned(),
        _ => format!(
            "A client that lost an answer may try again for {} without an Idempotency-Key. So may a thief who has the token, unseen.",
            in_words(leeway)
        ),
    }
}

fn most(settings: &Settings) -> Option<String> {
    let most = settings.max_sessions?;
    Some(match settings.on_limit {
        OnLimit::EndOldest => {
            format!("A user has at most {most} at a time: one more sign-in ends the oldest.")
        }
        OnLimit::Deny => format!("A user has at most {most} at a time: one more sign-in is refused."),
    })
}

fn carried(settings: &Settings) -> Option<String> {
    (settings.transport == Transport::Cookie).then(|| {
        let until = match settings.cookie_persistence {
            CookiePersistence::Persistent => "until the session's end",
            CookiePersistence::Session => "until the browser is closed",
        };
        format!("Browsers keep the refresh token in a cookie that no script can read, {until}.")
    })
}

fn standards(settings: &Settings) -> (Vec<String>, Vec<String>) {
    let (mut meets, mut deviates) =
        (vec!["OWASP ASVS 7.3.2 (a session ends after a fixed time)".to_owned()], Vec::new());
    let idle = "OWASP ASVS 7.3.1 (a session ends without activity)".to_owned();
    if settings.idle_timeout.is_some() {
        meets.insert(0, idle)
    } else {
        deviates.push(idle)
    }
    for standard in &STANDARDS {
        let limit = |what: &str, limit: Option<tenure_core::time::Span>| {
            limit.map(|limit| format!("{what} ≤ {}", in_words(limit.secs())))
        };
        let limits: Vec<_> = [limit("idle", standard.idle), limit("absolute", standard.absolute)]
            .into_iter()
            .flatten()
            .collect();
        let line = format!("{} times ({})", standard.name, limits.join(", "));
        let fits = standard.allows(settings.idle_timeout, settings.absolute_lifetime);
        if fits { meets.push(line) } else { deviates.push(line) }
    }
    (meets, deviates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(preset: &str) -> Meaning {
        let preset = Preset::find(preset).expect("a preset");
        meaning(&preset.apply(&Settings::default()), Some(preset), 300)
    }

    #[test]
    fn higher_security_says_what_it_means() {
        let said = of("higher-security");
        assert_eq!(
            said.sentences[0],
            "A stolen auth token works for at most 5 min: who checks it locally asks nobody."
        );
        assert!(said.sentences[2].contains("must sign in again from 18:30 the same day on."), "{said:?}");
        assert!(said.sentences[3].ends_with("signs in again after 1 day."), "{said:?}");
        assert!(
            said.sentences[4].contains("about 288 times a day: 1.00 requests a second for your 300"),
            "{said:?}"
        );
        assert!(said.meets.iter().any(|line| line.contains("AAL2")), "{said:?}");
        assert!(said.deviates.iter().any(|line| line.contains("AAL3")), "{said:?}");
    }

    #[test]
    fn what_is_long_says_so() {
        let said = of("long-lived");
        assert!(said.sentences[2].contains("is still signed in"), "{said:?}");
        assert!(said.deviates[0].contains("7.3.1"), "{said:?}");
        let said = of("consumer");
        assert!(said.sentences[2].contains("from Wednesday, 18:00, on."), "{said:?}");
        assert_eq!(of("bank-psd2").not_met, ["binding"]);
    }

    #[test]
    fn without_refresh_tokens_nothing_can_be_ended() {
        let said = meaning(&Settings::default(), None, 0);
        assert!(
            said.sentences[0].contains("good for 1 h") && said.sentences[1].contains("nobody can end"),
            "{said:?}"
        );
    }

    #[test]
    fn moments_after_friday() {
        for (seconds, text) in [
            (1_800, "18:30 the same day"),
            (6 * 3_600, "Saturday, 00:00,"),
            (DAY_SECS * 5, "Wednesday, 18:00,"),
            (DAY_SECS * 14, "Friday, 18:00, 14 days later"),
        ] {
            assert_eq!(after_friday(seconds), text);
        }
    }
}
