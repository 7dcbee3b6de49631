//! Before the counter: who asks, and whether the session is over (rows 1, 2 and 10).

use tenure_core::change::Scope;
use tenure_core::policy::Activity;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::KeyState::{Active, Retired, Verify};
use tenure_core::rotate::Served;
use tenure_core::settings::IdleCounts;
use tenure_core::time::Span;

use crate::case::{Ask, Case, Given, KEY, NONE, OTHER, REUSED, STRICT, Step, Verdict, ask, serves};

const HOUR: i64 = 3_600_000;
const BOUND: Given = Given { bound: Some("thumbprint"), ..STRICT };
/// Token 1 and 2 were used: presenting token 1 again would be reuse.
const TWICE: &[Step] = &[Step::Use(1, KEY, 1_000), Step::Use(2, KEY, 2_000)];

const fn refused(row: u8, name: &'static str, story: &'static [Step], asks: Ask, refusal: Refusal) -> Case {
    Case { row, name, given: STRICT, story, asks, verdict: Verdict::Refuses(refusal), notice: None }
}

const fn rotated(row: u8, name: &'static str, given: Given, asks: Ask, seq: u32, active: i64) -> Case {
    let verdict = serves(Served::Rotated, seq, active);
    Case { row, name, given, story: &[], asks, verdict, notice: None }
}

const fn ended(name: &'static str, story: &'static [Step; 1]) -> Case {
    let Step::End(reason) = story[0] else { panic!("an end") };
    refused(1, name, story, ask(1, KEY, 5_000), Refusal::Ended(reason))
}

/// Wrong app, wrong client, wrong proof: nothing changes, whatever the token is.
pub(crate) const CALLERS: &[Case] = &[
    refused(
        0,
        "another app, current token",
        &[],
        Ask { app: "another", ..ask(1, KEY, 0) },
        Refusal::WrongClient,
    ),
    refused(
        0,
        "another client, current token",
        &[],
        Ask { client: "another", ..ask(1, KEY, 0) },
        Refusal::WrongClient,
    ),
    refused(
        0,
        "another client, reused token",
        TWICE,
        Ask { client: "another", ..ask(1, OTHER, 3_000) },
        Refusal::WrongClient,
    ),
    refused(
        0,
        "another app, reused token",
        TWICE,
        Ask { app: "another", ..ask(1, OTHER, 3_000) },
        Refusal::WrongClient,
    ),
    refused(
        0,
        "another client learns nothing of an end",
        &[Step::End(EndReason::Admin)],
        Ask { client: "another", ..ask(1, KEY, 0) },
        Refusal::WrongClient,
    ),
    Case { given: BOUND, ..refused(0, "bound, no proof", &[], ask(1, KEY, 0), Refusal::BindingFailed) },
    Case {
        given: BOUND,
        ..refused(
            0,
            "bound, another key's proof",
            &[],
            Ask { proof: Some("others"), ..ask(1, KEY, 0) },
            Refusal::BindingFailed,
        )
    },
    Case {
        given: BOUND,
        ..refused(
            0,
            "bound, reused token without a proof",
            TWICE,
            ask(1, OTHER, 3_000),
            Refusal::BindingFailed,
        )
    },
    rotated(3, "bound, with the proof", BOUND, Ask { proof: BOUND.bound, ..ask(1, KEY, 9) }, 2, 9),
    rotated(3, "unbound, a proof is no harm", STRICT, Ask { proof: Some("any"), ..ask(1, KEY, 9) }, 2, 9),
    refused(10, "unknown family", &[Step::Forget], ask(1, KEY, 0), Refusal::Unknown),
    refused(
        10,
        "unknown family, reused token",
        &[Step::Use(1, KEY, 1), Step::Forget],
        ask(1, OTHER, 2),
        Refusal::Unknown,
    ),
];

/// Ended, and the edges of both deadlines.
pub(crate) const OVER: &[Case] = &[
    ended("the user signed out", &[Step::End(EndReason::User)]),
    ended("an operator ended it", &[Step::End(EndReason::Admin)]),
    ended("a newer session took its place", &[Step::End(EndReason::Limit)]),
    ended("settings ended it", &[Step::End(EndReason::Settings)]),
    ended("its user was disabled", &[Step::End(EndReason::UserDisabled)]),
    ended("its key was retired", &[Step::End(EndReason::KeyRetired)]),
    ended("it was reused", &[Step::End(EndReason::Reused)]),
    refused(
        1,
        "ended goes before expired",
        &[Step::End(EndReason::User)],
        ask(1, KEY, 25 * HOUR),
        Refusal::Ended(EndReason::User),
    ),
    rotated(3, "a millisecond before the idle end", STRICT, ask(1, KEY, HOUR - 1), 2, HOUR - 1),
    refused(2, "at the idle end", &[], ask(1, KEY, HOUR), Refusal::ExpiredIdle),
    refused(2, "after both ends: the earlier one", &[], ask(1, KEY, 25 * HOUR), Refusal::ExpiredIdle),
    refused(2, "expired goes before reuse", TWICE, ask(1, OTHER, 2_000 + HOUR), Refusal::ExpiredIdle),
    refused(
        2,
        "a replay does not put off the idle end",
        &[Step::Use(1, KEY, 0), Step::Use(1, KEY, HOUR - 1)],
        ask(1, KEY, HOUR),
        Refusal::ExpiredIdle,
    ),
    refused(
        2,
        "at the absolute end, always active",
        DAILY,
        ask(25, KEY, 24 * HOUR),
        Refusal::ExpiredAbsolute,
    ),
    Case {
        row: 3,
        name: "a millisecond before the absolute end",
        given: STRICT,
        story: DAILY,
        asks: ask(25, KEY, 24 * HOUR - 1),
        verdict: serves(Served::Rotated, 26, 24 * HOUR - 1),
        notice: None,
    },
];

/// A refresh every 59 minutes and a little, until a day is nearly over.
const DAILY: &[Step] = &{
    let mut steps = [const { Step::Use(0, KEY, 0) }; 24];
    let mut i = 0;
    while i < steps.len() {
        steps[i] = Step::Use(i + 1, KEY, (i as i64 + 1) * (HOUR - 60_000));
        i += 1;
    }
    steps
};

const fn says(name: &'static str, idle_counts: IdleCounts, activity: Activity, active: i64) -> Case {
    let given = Given { idle_counts, ..STRICT };
    rotated(3, name, given, Ask { activity, ..ask(1, NONE, 60_000) }, 2, active)
}

/// What counts as activity: the only thing that a refresh moves besides the chain.
pub(crate) const ACTIVITY: &[Case] = &[
    says("present now", IdleCounts::UserActivity, Activity::Present(Span::ZERO), 60_000),
    says("present, idle for 20 s", IdleCounts::UserActivity, Activity::Present(Span::from_secs(20)), 40_000),
    says("present, idle for longer than known", IdleCounts::UserActivity, LONG_AGO, 0),
    says("present in the future is now", IdleCounts::UserActivity, FUTURE, 60_000),
    says("hidden", IdleCounts::UserActivity, Activity::Hidden, 0),
    says("unsaid counts", IdleCounts::UserActivity, Activity::Unsaid, 60_000),
    says("strict: unsaid does not count", IdleCounts::StrictActivity, Activity::Unsaid, 0),
    says("strict: hidden", IdleCounts::StrictActivity, Activity::Hidden, 0),
    says("strict: present", IdleCounts::StrictActivity, Activity::Present(Span::from_secs(1)), 59_000),
    says("any refresh: hidden counts", IdleCounts::AnyRefresh, Activity::Hidden, 60_000),
];
const LONG_AGO: Activity = Activity::Present(Span::from_days(9));
const FUTURE: Activity = Activity::Present(Span::from_secs(-60));

const fn shortened(idle: i64, absolute: i64) -> Given {
    Given { shortened: Some((idle, absolute)), ..STRICT }
}

/// Settings that were shortened for live sessions, and keys that were retired.
pub(crate) const OPERATOR: &[Case] = &[
    rotated(3, "shortened, still within", shortened(120, 7_200), ask(1, KEY, 60_000), 2, 60_000),
    rotated(3, "asked to lengthen: does not", shortened(999_999, 999_999), ask(1, KEY, 60_000), 2, 60_000),
    Case {
        row: 2,
        name: "shortened: idle for as long as is allowed now",
        given: shortened(60, 7_200),
        story: &[],
        asks: ask(1, KEY, 60_000),
        verdict: Verdict::Ends(Scope::Session, EndReason::Settings),
        notice: None,
    },
    Case {
        row: 2,
        name: "shortened: has lived for as long as is allowed now",
        given: shortened(300, 300),
        story: &[Step::Use(1, KEY, 299_999)],
        asks: ask(2, KEY, 300_000),
        verdict: Verdict::Ends(Scope::Session, EndReason::Settings),
        notice: None,
    },
    Case {
        row: 2,
        name: "shortened: a retry does not outlive it either",
        given: shortened(300, 300),
        story: &[Step::Use(1, KEY, 299_999)],
        asks: ask(1, KEY, 300_000),
        verdict: Verdict::Ends(Scope::Session, EndReason::Settings),
        notice: None,
    },
    Case {
        row: 11,
        name: "shortened: reuse is reuse",
        given: shortened(300, 300),
        story: &[Step::Use(1, KEY, 299_999)],
        asks: ask(1, OTHER, 300_000),
        verdict: REUSED,
        notice: None,
    },
    refused(
        1,
        "the newest token's key is retired",
        &[Step::Ring(&[(1, Retired), (2, Active)])],
        ask(1, KEY, 1_000),
        Refusal::Ended(EndReason::KeyRetired),
    ),
    refused(
        1,
        "a reused token under a retired key is no evidence",
        &[
            Step::Ring(&[(1, Verify), (2, Active)]),
            Step::Use(1, KEY, 1_000),
            Step::Use(2, KEY, 2_000),
            Step::Ring(&[(1, Retired), (2, Active)]),
        ],
        ask(1, OTHER, 3_000),
        Refusal::Ended(EndReason::KeyRetired),
    ),
    Case {
        row: 4,
        name: "a retry whose token's key was retired meanwhile, in a family that has moved on",
        given: STRICT,
        story: &[
            Step::Ring(&[(1, Verify), (2, Active)]),
            Step::Use(1, KEY, 1_000),
            Step::Ring(&[(1, Retired), (2, Active)]),
        ],
        asks: ask(1, KEY, 2_000),
        verdict: serves(Served::Replayed, 2, 1_000),
        notice: None,
    },
    Case {
        row: 3,
        name: "a refresh moves the family to the active key",
        given: STRICT,
        story: &[
            Step::Ring(&[(1, Verify), (2, Active)]),
            Step::Use(1, KEY, 1_000),
            Step::Ring(&[(1, Retired), (2, Active)]),
        ],
        asks: ask(2, KEY, 2_000),
        verdict: serves(Served::Rotated, 3, 2_000),
        notice: None,
    },
    Case {
        row: 4,
        name: "a retry across a change of keys: the same successor",
        given: STRICT,
        story: &[Step::Use(1, KEY, 1_000), Step::Ring(&[(1, Verify), (2, Active)])],
        asks: ask(1, KEY, 2_000),
        verdict: serves(Served::Replayed, 2, 1_000),
        notice: None,
    },
];
