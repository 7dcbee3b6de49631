//! What a change does to whom, in words: one way for each whom, with how many sessions it ends.

use serde_json::Value;
use tenure_core::settings::Settings;
use tenure_service::change_settings::Applies;
use tenure_wire::settings::{SettingChange, SettingsEffects};

use super::fields::Field;
use crate::console::words::{length, moment, number};

/// A change that ends more sessions than this is made once their number was typed.
const CONFIRM_ABOVE: u64 = 100;

/// How each way is called, in the order of the page and of [`Applies::ALL`].
pub(super) const WAYS: [(Applies, &str); Applies::ALL.len()] = [
    (Applies::New, "New sessions only"),
    (Applies::NextRefresh, "Live sessions too, at their next refresh"),
    (Applies::Now, "Live sessions too, now"),
];

/// Whom a change can reach, and what it does to them.
pub(super) struct Way {
    pub(super) value: &'static str,
    pub(super) title: &'static str,
    pub(super) does: &'static str,
    /// How many sessions it ends.
    pub(super) ends: String,
    /// By what, where there are some.
    pub(super) causes: Vec<String>,
    pub(super) must_confirm: bool,
    pub(super) chosen: bool,
}

/// A setting that is not what it was.
pub(super) struct Difference {
    pub(super) label: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    /// Others have changed it meanwhile.
    pub(super) contested: bool,
}

/// Until when auth tokens of before are accepted.
pub(super) struct TokensOfBefore {
    pub(super) until_unix: i64,
    pub(super) until: String,
}

/// The way that is written so; new sessions only where nothing is.
pub(super) fn applies(written: Option<&str>) -> Option<Applies> {
    match written {
        None => Some(Applies::New),
        Some(written) => WAYS.iter().map(|(applies, _)| *applies).find(|applies| applies.as_str() == written),
    }
}

/// A way with its effects; `to` are the settings that it would bring.
pub(super) fn way(
    (applies, title): (Applies, &'static str),
    effects: &SettingsEffects<Value>,
    to: &Settings,
    chosen: Applies,
) -> Way {
    Way {
        value: applies.as_str(),
        title,
        does: match applies {
            Applies::New => {
                "Sessions that are opened from now on. Live ones keep the deadlines that they were opened with."
            }
            Applies::NextRefresh => {
                "Live ones are shortened when they refresh next, and never lengthened: one that is past a new deadline then ends."
            }
            Applies::Now => {
                "Live ones are shortened, never lengthened, and those that are past a new deadline end at once."
            }
        },
        ends: ends(effects),
        causes: causes(effects, to),
        must_confirm: must_confirm(effects),
        chosen: applies == chosen,
    }
}

/// Whether the number of sessions that end has to be typed: there are many, or there may be.
pub(super) fn must_confirm(effects: &SettingsEffects<Value>) -> bool {
    effects.ends > CONFIRM_ABOVE || effects.ends_is_bound
}

/// A count, and whether there may be more.
pub(super) fn or_more(n: u64, is_bound: bool) -> String {
    format!("{}{}", number(n), if is_bound { " or more" } else { "" })
}

fn ends(effects: &SettingsEffects<Value>) -> String {
    let live = or_more(effects.live_sessions, effects.live_sessions_is_bound);
    match (effects.ends, effects.ends_is_bound) {
        _ if effects.live_sessions == 0 && !effects.live_sessions_is_bound => {
            "No session is live.".to_owned()
        }
        (0, false) => format!("Ends none of {live} live sessions."),
        (ends, is_bound) => format!("Ends {} of {live} live sessions.", or_more(ends, is_bound)),
    }
}

fn causes(effects: &SettingsEffects<Value>, to: &Settings) -> Vec<String> {
    let by = &effects.ends_by;
    let idle = to.idle_timeout.map_or_else(String::new, |idle| length(idle.secs()));
    let all = [
        (by.absolute_lifetime, format!("lived for {} or longer", length(to.absolute_lifetime.secs()))),
        (by.idle_timeout, format!("without activity for {idle} or longer")),
        (by.refresh_tokens, "all of them, because refresh tokens are turned off".to_owned()),
    ];
    let some = all.into_iter().filter(|(ends, _)| *ends > 0);
    some.map(|(ends, cause)| format!("{}: {cause}", or_more(ends, effects.ends_is_bound))).collect()
}

/// Whether `typed` is the number of sessions that end. They come and go while one types: a tenth more or less is the same.
pub(super) fn confirms(typed: Option<&str>, ends: u64) -> bool {
    let digits = typed.unwrap_or_default().replace([',', ' '], "");
    digits.parse::<u64>().is_ok_and(|typed| typed.abs_diff(ends).saturating_mul(10) <= ends)
}

/// Changes, from what to what. `contested` are settings that others have changed meanwhile.
pub(super) fn differences(changes: &[SettingChange<Value>], contested: &[&str]) -> Vec<Difference> {
    let known = changes.iter().filter_map(|change| Some((Field::find(&change.setting)?, change)));
    known
        .map(|(field, change)| Difference {
            label: field.label,
            from: field.said(&change.from),
            to: field.said(&change.to),
            contested: contested.contains(&field.key),
        })
        .collect()
}

/// See [`TokensOfBefore`].
pub(super) fn tokens_of_before(effects: &SettingsEffects<Value>) -> TokensOfBefore {
    let until = effects.auth_tokens_of_before_until;
    TokensOfBefore { until_unix: until, until: moment(until) }
}

#[cfg(test)]
mod tests {
    use tenure_service::limits::COUNT_AT_MOST;
    use tenure_wire::settings::EndsBy;

    use super::*;

    fn effects(ends: u64, live_sessions: u64) -> SettingsEffects<Value> {
        SettingsEffects {
            changes: Vec::new(),
            applies: "now".into(),
            live_sessions,
            live_sessions_is_bound: live_sessions == COUNT_AT_MOST,
            ends,
            ends_is_bound: false,
            ends_by: EndsBy { absolute_lifetime: ends, ..EndsBy::default() },
            auth_token_ttl: 600,
            auth_tokens_of_before_until: 0,
            reuse_observed: None,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn effects_are_said_with_their_numbers() {
        for (ends, live, says, confirm) in [
            (0, 0, "No session is live.", false),
            (0, 7, "Ends none of 7 live sessions.", false),
            (100, 100, "Ends 100 of 100 live sessions.", false),
            (1_204, 8_311, "Ends 1,204 of 8,311 live sessions.", true),
            (101, 10_000, "Ends 101 of 10,000 or more live sessions.", true),
        ] {
            let way = way(WAYS[2], &effects(ends, live), &Settings::default(), Applies::New);
            assert_eq!((way.ends.as_str(), way.must_confirm, way.chosen), (says, confirm, false));
            assert_eq!(way.causes.is_empty(), ends == 0);
        }
        let way = way(WAYS[0], &effects(3, 4), &Settings::default(), Applies::New);
        assert!(way.chosen);
        assert_eq!(way.causes, ["3: lived for 30 days or longer"]);
    }

    /// Where counting stopped early there may be many more: nobody ends them without having read that.
    #[test]
    fn what_could_not_be_counted_is_confirmed_too() {
        let unknown = SettingsEffects { ends_is_bound: true, ..effects(0, 10_000) };
        let way = way(WAYS[2], &unknown, &Settings::default(), Applies::New);
        assert_eq!(
            (way.ends.as_str(), way.must_confirm),
            ("Ends 0 or more of 10,000 or more live sessions.", true)
        );
        assert!(confirms(Some("0"), 0) && !confirms(None, 0));
    }

    #[test]
    fn the_number_is_typed_as_it_is_read() {
        for (typed, ends, confirms_it) in [
            (Some("1204"), 1204, true),
            (Some("1,204"), 1204, true),
            (Some(" 1 204 "), 1204, true),
            (Some("1190"), 1204, true),
            (Some("1000"), 1204, false),
            (Some("0"), 1204, false),
            (Some("18446744073709551615"), 1204, false),
            (Some("yes"), 1204, false),
            (Some("-1204"), 1204, false),
            (None, 101, false),
        ] {
            assert_eq!(confirms(typed, ends), confirms_it, "{typed:?} {ends}");
        }
    }
}
