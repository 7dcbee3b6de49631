//! A session under random use: presented in any order, with the clock going anywhere, settings changing, and an end.

use std::rc::Rc;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tenure_core::change::Change;
use tenure_core::end::end;
use tenure_core::family::Family;
use tenure_core::policy::{Activity, Policy};
use tenure_core::refusal::EndReason;
use tenure_core::settings::{IdleCounts, LostResponse, ReuseDetection};
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::AuthenticToken;

use crate::common::{Asking, START, strict};
use crate::played::{Played, Told};

/// Something that happens.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// One of the tokens is presented: counted back from the newest.
    Present { back: usize, key: Option<&'static str>, activity: Activity },
    /// Any of the tokens is presented.
    PresentAny(Index),
    /// The clock moves, perhaps backwards, by so many milliseconds.
    Clock(i64),
    /// The user proves anew who they are.
    Reauthenticate,
    /// An operator ends it.
    End(EndReason),
    /// The settings are changed.
    Policy(Policy),
}

/// One presentation, and what came of it.
pub(crate) struct Step<'a> {
    pub(crate) before: &'a Family,
    pub(crate) after: &'a Family,
    pub(crate) asking: Asking<'a>,
    pub(crate) told: &'a Told,
    pub(crate) now: Timestamp,
    /// The latest moment that any clock has shown.
    pub(crate) latest: Timestamp,
    pub(crate) policy: &'a Policy,
    pub(crate) tokens: &'a [Rc<AuthenticToken>],
}

/// Plays `ops`, and has `look` judge each presentation.
pub(crate) fn play(
    ops: &[Op],
    look: impl Fn(&Step<'_>, &Played) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut played = Played::open(strict(), None);
    let mut tokens = vec![played.first.clone()];
    let (mut now, mut latest) = (START, START);
    for op in ops {
        let (token, key, activity) = match op {
            Op::Present { back, key, activity } => (tokens.len().saturating_sub(back + 1), *key, *activity),
            Op::PresentAny(which) => (which.index(tokens.len()), None, Activity::Unsaid),
            Op::Clock(ms) => {
                now = now.plus(Span::from_millis(*ms));
                latest = latest.max(now);
                continue;
            }
            Op::Reauthenticate => {
                let life = played.row().life;
                if let Ok(token) = played.reauthenticate(now) {
                    tokens.push(token);
                    let after = played.row().life;
                    prop_assert!(after.absolute_end <= life.absolute_end, "R5");
                    prop_assert!((life.active_at..=latest).contains(&after.active_at), "R6");
                }
                continue;
            }
            Op::End(reason) => {
                let change = end(played.row().id, *reason, &played.policy, now);
                commit(&mut played, &change);
                continue;
            }
            Op::Policy(policy) => {
                let version = played.policy.version + 1;
                let shorten_below = policy.shorten_below.min(1) * version;
                played.policy = Policy { version, shorten_below, ..policy.clone() };
                continue;
            }
        };
        let token = tokens[token].clone();
        let asking = Asking { activity, ..Asking::with(&token, key) };
        let before = played.row().clone();
        let told = played.ask(&asking, now);
        if let Told::Served(_, token) = &told
            && tokens.iter().all(|known| known.digest() != token.digest())
        {
            tokens.push(token.clone());
        }
        let (after, policy) = (played.row(), &played.policy);
        let step = Step { before: &before, after, asking, told: &told, now, latest, policy, tokens: &tokens };
        look(&step, &played)?;
    }
    Ok(())
}

fn commit(played: &mut Played, change: &Change) {
    if change.applies_to(played.row()) {
        played.row = Some(change.apply(played.row()));
    }
}

/// Up to sixty things that happen.
pub(crate) fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        24 => (select(vec![0, 0, 0, 0, 0, 0, 1, 1, 2, 3]), key(), activity())
            .prop_map(|(back, key, activity)| Op::Present { back, key, activity }),
        2 => any::<Index>().prop_map(Op::PresentAny),
        8 => (-40_000..60_000i64).prop_map(Op::Clock),
        6 => (0..1_500_000i64).prop_map(Op::Clock),
        1 => (-10_000_000..20_000_000i64).prop_map(Op::Clock),
        2 => Just(Op::Reauthenticate),
        1 => select(EndReason::ALL.to_vec()).prop_map(Op::End),
        8 => policy().prop_map(Op::Policy),
    ];
    proptest::collection::vec(op, 1..60)
}

/// Mostly the key of an honest client.
fn key() -> impl Strategy<Value = Option<&'static str>> {
    select(vec![Some("one"), Some("one"), Some("one"), Some("one"), Some("other"), None])
}

/// What a client may say of its user.
pub(crate) fn activity() -> impl Strategy<Value = Activity> {
    prop_oneof![
        (-100_000..7_200_000i64).prop_map(|ms| Activity::Present(Span::from_millis(ms))),
        Just(Activity::Hidden),
        Just(Activity::Unsaid),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let idle = option::of(prop_oneof![60..300i64, 300..20_000i64]);
    let absolute = prop_oneof![300..600i64, 600..100_000i64];
    let spans = (0..300i64, idle, absolute, 0..2u32);
    let words = (
        select(vec![LostResponse::End, LostResponse::Reissue]),
        select(vec![ReuseDetection::EndSession, ReuseDetection::EndUser, ReuseDetection::Observe]),
        select(vec![IdleCounts::UserActivity, IdleCounts::StrictActivity, IdleCounts::AnyRefresh]),
    );
    (spans, words).prop_map(|((leeway, idle, absolute, shorten_below), (lost_response, reuse, counts))| {
        Policy {
            retry_leeway: Span::from_secs(leeway),
            idle_timeout: idle.map(Span::from_secs),
            absolute_lifetime: Span::from_secs(absolute),
            shorten_below,
            lost_response,
            reuse_detection: reuse,
            idle_counts: counts,
            ..strict()
        }
    })
}
