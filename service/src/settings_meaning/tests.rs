//! Every sentence with its numbers, at the edges where it turns.

use tenure_core::preset::{ALL, Preset};

use super::*;

const MIN: i64 = 60;
const HOUR: i64 = 60 * MIN;
const DAY: i64 = 24 * HOUR;
const NOBODY: Sessions = Sessions { live: 0, or_more: false };

fn secs(secs: i64) -> Span {
    Span::from_secs(secs)
}

/// Sessions with these time-outs; an idle time-out of 0 is none.
fn times(ttl: i64, idle: i64, absolute: i64) -> Settings {
    Settings {
        refresh_tokens: true,
        auth_token_ttl: Some(secs(ttl)),
        idle_timeout: (idle > 0).then(|| secs(idle)),
        absolute_lifetime: secs(absolute),
        ..Settings::default()
    }
}

fn says(settings: &Settings, about: &str, sessions: Sessions) -> String {
    let said = meaning(settings, None, sessions).sentences;
    said.into_iter()
        .find(|sentence| sentence.about == about)
        .map(|sentence| sentence.says)
        .unwrap_or_default()
}

#[test]
fn a_weekend_is_computed() {
    for (idle, absolute, expected) in [
        (
            30 * MIN,
            24 * HOUR,
            "must sign in again on Monday: the session ends on Friday at 18:30, after 30 min without activity.",
        ),
        (
            5 * DAY,
            24 * HOUR,
            "must sign in again on Monday: the session ends on Saturday at 9:00, 1 day after the sign-in, whatever happens.",
        ),
        (
            5 * DAY,
            30 * DAY,
            "is still signed in on Monday at 9:00. Without them the session ends on Wednesday at 18:00, after 5 days without activity.",
        ),
        (
            0,
            180 * DAY,
            "is still signed in on Monday at 9:00. Without them the session ends 179 days later, 180 days after the sign-in, whatever happens.",
        ),
        // At its end a session is over: one second more, and it is not.
        (63 * HOUR, 30 * DAY, "must sign in again on Monday: the session ends on Monday at 9:00,"),
        (
            63 * HOUR + 1,
            30 * DAY,
            "is still signed in on Monday at 9:00. Without them the session ends on Monday at 9:00:01,",
        ),
        (0, 72 * HOUR, "must sign in again on Monday: the session ends on Monday at 9:00, 3 days after"),
        // Both at once: it is the absolute end.
        (15 * HOUR, 24 * HOUR, "ends on Saturday at 9:00, 1 day after the sign-in, whatever happens."),
        (5 * MIN, HOUR, "works on has to sign in again on Friday at 10:00, and so every 1 h."),
        (5 * MIN, 9 * HOUR, "has to sign in again on Friday at 18:00, and so every 9 h."),
        (5 * MIN, 9 * HOUR + 1, "the session ends on Friday at 18:00:01"),
    ] {
        let said = says(&times(MIN, idle, absolute), "A weekend", NOBODY);
        assert!(said.contains(expected), "{idle} {absolute}: {said}");
    }
}

#[test]
fn who_comes_back_is_signed_in_or_not() {
    for (idle, absolute, expected) in [
        (
            5 * DAY,
            30 * DAY,
            "Still signed in an hour later, the next morning, after four days. Must sign in again after two weeks.",
        ),
        (30 * MIN, 24 * HOUR, "Must sign in again an hour later already."),
        (HOUR, 24 * HOUR, "Must sign in again an hour later already."),
        (
            HOUR + 1,
            24 * HOUR,
            "Still signed in an hour later. Must sign in again the next morning, after four days, after two weeks.",
        ),
        (0, 365 * DAY, "Still signed in an hour later, the next morning, after four days, after two weeks."),
    ] {
        assert_eq!(says(&times(MIN, idle, absolute), "Coming back", NOBODY), expected);
    }
}

#[test]
fn the_load_is_computed() {
    let exactly = |live| Sessions { live, or_more: false };
    for (ttl, sessions, expected) in [
        (10 * MIN, exactly(0), "Each open tab refreshes about 144 times a day. No session is live now."),
        (10 * MIN, exactly(1), "One session is live now."),
        (10 * MIN, exactly(18), "With all 18 live sessions in use at once: less than one refresh a second."),
        (
            10 * MIN,
            exactly(1200),
            "With all 1,200 live sessions in use at once: about 2.0 refreshes a second.",
        ),
        (
            30,
            exactly(9000),
            "about 2,880 times a day. With all 9,000 live sessions in use at once: about 300 refreshes a second.",
        ),
        (
            10 * MIN,
            Sessions { live: 10_000, or_more: true },
            "With all 10,000 or more live sessions in use at once: at least 17 refreshes a second.",
        ),
        (
            DAY,
            Sessions { live: 10_000, or_more: true },
            "about once a day. With all 10,000 or more live sessions in use at once: one refresh a second or more.",
        ),
        (
            10 * MIN,
            Sessions { live: 0, or_more: true },
            "How many sessions are live is more than can be counted as one types.",
        ),
    ] {
        let said = says(&times(ttl, 0, 400 * DAY), "Load", sessions);
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn each_choice_has_its_own_words() {
    let plain = times(10 * MIN, 5 * DAY, 30 * DAY);
    for (settings, about, expected, caution) in [
        (plain.clone(), "A stolen auth token", "for at most 10 min", false),
        (times(2 * HOUR, 5 * DAY, 30 * DAY), "A stolen auth token", "for at most 2 h", true),
        (plain.clone(), "A stolen auth token", "follow the revocation feed refuse it within a second", false),
        (
            Settings { revocation: Revocation::StatusList, ..plain.clone() },
            "A stolen auth token",
            "those that read status lists within 50 s",
            false,
        ),
        (
            Settings { revocation: Revocation::None, ..plain.clone() },
            "A stolen auth token",
            "does not reach it there sooner",
            false,
        ),
        (plain.clone(), "A stolen refresh token", "the session ends for both", false),
        (
            Settings { reuse_detection: ReuseDetection::EndUser, ..plain.clone() },
            "A stolen refresh token",
            "every session of the user ends",
            false,
        ),
        (
            Settings { reuse_detection: ReuseDetection::Observe, ..plain.clone() },
            "A stolen refresh token",
            "ends nothing",
            true,
        ),
        (plain.clone(), "A lost answer", "there is no leeway", true),
        (
            Settings { retry_leeway: secs(30), ..plain.clone() },
            "A lost answer",
            "may repeat a refresh for 30 s",
            false,
        ),
        (
            Settings { lost_response: LostResponse::Reissue, ..plain.clone() },
            "A lost answer",
            "gets another token",
            false,
        ),
        (plain.clone(), "Activity", "does not keep the session", false),
        (
            Settings { idle_counts: IdleCounts::StrictActivity, ..plain.clone() },
            "Activity",
            "one that says nothing is signed out",
            false,
        ),
        (
            Settings { idle_counts: IdleCounts::AnyRefresh, ..plain.clone() },
            "Activity",
            "is never idle",
            true,
        ),
        (
            Settings { max_sessions: Some(1), ..plain.clone() },
            "Devices",
            "at most 1 session at a time: one more signs the oldest out",
            false,
        ),
        (
            Settings { max_sessions: Some(3), on_limit: OnLimit::Deny, ..plain.clone() },
            "Devices",
            "one more is refused",
            false,
        ),
        (
            Settings { transport: Transport::Cookie, ..plain.clone() },
            "Browsers",
            "no script reads, for the pages of the app's origins alone, until the session's end",
            false,
        ),
        (Settings::default(), "A stolen auth token", "for at most 1 h", true),
        (Settings::default(), "A stolen auth token", "end all sessions of the user", true),
        (Settings::default(), "Signed in", "sign in again after 1 h", false),
    ] {
        let said = meaning(&settings, None, NOBODY).sentences;
        let found = said.iter().find(|sentence| sentence.about == about).expect(about);
        assert!(found.says.contains(expected), "{found:?}");
        assert_eq!(found.caution, caution, "{found:?}");
    }
    let silent = meaning(&times(10 * MIN, 0, 30 * DAY), None, NOBODY).sentences;
    assert!(silent.iter().all(|sentence| !["Activity", "Devices", "Browsers"].contains(&sentence.about)));
}

/// The standards that are met, and those that are not, with why.
fn standing(settings: &Settings, preset: Option<&str>) -> (Vec<&'static str>, Vec<(&'static str, String)>) {
    let all = meaning(settings, preset.and_then(Preset::find), NOBODY).standards;
    let (met, not): (Vec<_>, Vec<_>) = all.into_iter().partition(|standing| standing.meets);
    (met.into_iter().map(|s| s.standard).collect(), not.into_iter().map(|s| (s.standard, s.says)).collect())
}

#[test]
fn standards_are_met_or_deviated_from() {
    const ASVS: [&str; 2] = ["ASVS 5.0 7.3.1", "ASVS 5.0 7.3.2"];
    let (met, not) = standing(&times(5 * MIN, 30 * MIN, 24 * HOUR), Some("higher-security"));
    assert_eq!(met, [&ASVS[..], &["NIST SP 800-63B-4 AAL1", "NIST SP 800-63B-4 AAL2"]].concat());
    let says = "it asks for an idle time-out of at most 15 min, and it asks for a lifetime of at most 12 h";
    assert_eq!(not, [("NIST SP 800-63B-4 AAL3", says.to_owned())]);
    let (met, not) = standing(&times(HOUR, 0, 180 * DAY), None);
    assert_eq!(met, ["ASVS 5.0 7.3.2"]);
    assert_eq!(not[0], ("ASVS 5.0 7.3.1", "there is no idle time-out".to_owned()));
    assert_eq!(not.len(), 4, "{not:?}");
    let (met, _) = standing(&times(2 * MIN, 5 * MIN, HOUR), Some("bank-psd2"));
    assert!(met.contains(&"RTS (EU) 2018/389 Art. 4(3)(d)"), "{met:?}");
    let (_, not) = standing(&Settings::default(), None);
    assert_eq!(not, [("ASVS 5.0 7.4.1", "nothing can be ended early".to_owned())]);
}

#[test]
fn what_a_preset_is_said_to_meet_is_what_its_check_says() {
    for preset in ALL {
        let settings = preset.apply(&Settings::default());
        let standings = meaning(&settings, Some(preset), NOBODY).standards;
        let Some(standard) = preset.standard else { continue };
        let said = standings.iter().find(|standing| standing.standard == standard.name).expect(preset.id);
        assert_eq!(said.meets, preset.deviations(&settings).is_empty(), "{}", preset.id);
    }
}

/// One may type anything on the way to what one means.
#[test]
fn impossible_settings_have_a_meaning_too() {
    for settings in [times(0, 1, 0), times(i64::MAX, i64::MAX, i64::MAX), times(-5, 0, -5)] {
        let said = meaning(&settings, None, Sessions { live: u64::MAX, or_more: true });
        assert!(said.sentences.iter().all(|sentence| !sentence.says.is_empty()));
    }
}
