//! R1 to R6, R8 and R9 under random use.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use tenure_core::change::Scope;
use tenure_core::digest::Attempt;
use tenure_core::family::{Family, State};
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::KeyState;
use tenure_core::rotate::{Circumstances, Decision, Recovery, Served};
use tenure_core::settings::{LostResponse, ReuseDetection};
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::AuthenticToken;

use crate::common::{Asking, START, ring, ring_of, salt, session, strict};
use crate::model::{Step, activity, ops, play};
use crate::played::{Played, Told};
use crate::runner::check;

const CASES: u32 = 400;

fn at(played: &Played, now: Timestamp) -> Circumstances<'_> {
    let (policy, ring) = (&played.policy, &played.ring);
    Circumstances { policy, ring, recovery: Recovery::Closed, now, salt: salt(99_999) }
}

fn rotates(row: &Family, asking: &Asking<'_>, c: &Circumstances<'_>) -> bool {
    matches!(asking.decide(Some(row), c), Decision::Serve { served: Served::Rotated, .. })
}

#[test]
fn random_use_comes_to_everything_that_can_happen() {
    let seen = RefCell::new(BTreeSet::new());
    check("coverage", 3 * CASES, ops(), |ops| {
        play(&ops, |step, _| {
            seen.borrow_mut().insert(match step.told {
                Told::Served(served, _) => format!("{served:?}"),
                Told::Ended(scope, reason) => format!("{scope:?} {reason:?}"),
                Told::Refused(Refusal::Ended(EndReason::Reused)) => {
                    "reuse observed, or ended before".to_owned()
                }
                Told::Refused(Refusal::Ended(_)) => "ended before".to_owned(),
                Told::Refused(refusal) => format!("{refusal:?}"),
            });
            Ok(())
        })
    });
    // Three ways of being served, three ends, and expired twice, superseded, ended before, and observed.
    assert_eq!(seen.borrow().len(), 11, "{seen:?}");
}

#[test]
fn r1_a_family_has_at_most_one_current_token() {
    check("r1", CASES, ops(), |ops| {
        play(&ops, |step, played| {
            let c = at(played, step.now);
            let heads =
                step.tokens.iter().filter(|t| rotates(step.after, &Asking::with(t, None), &c)).count();
            let open = step.after.over(step.now).is_none();
            prop_assert!(heads <= 1, "{heads} tokens can rotate");
            let known = step.tokens.iter().any(|token| step.after.is_current(token));
            prop_assert!(known || !open, "the current token was never handed out");
            Ok(())
        })
    });
}

#[test]
fn r2_nothing_is_served_without_a_change_that_its_row_still_takes() {
    check("r2", CASES, ops(), |ops| {
        play(&ops, |step, played| {
            if let Told::Served(served, token) = step.told {
                prop_assert!(step.after.is_current(token), "what is served is what is stored");
                let minted = u32::from(*served != Served::Replayed);
                prop_assert_eq!(step.after.head.seq.0, step.before.head.seq.0 + minted);
            }
            // Decided on the row as it was, committed on the row as it is: stale where a token was minted meanwhile.
            if let Decision::Serve { change, .. } =
                step.asking.decide(Some(step.before), &at(played, step.now))
            {
                let unmoved = step.after.head.seq == step.before.head.seq && step.after.state == State::Live;
                prop_assert_eq!(change.applies_to(step.after), unmoved);
            }
            Ok(())
        })
    });
}

#[test]
fn r3_once_ended_nothing_is_ever_served_or_changed() {
    check("r3", CASES, ops(), |ops| {
        play(&ops, |step, _| {
            if let State::Ended { reason, .. } = step.before.state {
                let refused = matches!(step.told, Told::Refused(Refusal::Ended(why)) if *why == reason);
                prop_assert!(refused, "served or told otherwise");
                prop_assert_eq!(step.before, step.after);
            }
            Ok(())
        })
    });
}

#[test]
fn r4_a_replaced_token_ends_the_family() {
    check("r4", CASES, ops(), |ops| {
        play(&ops, |step, played| {
            let head = &step.before.head;
            let attempt = step.asking.attempt(&played.ring);
            let replaced = Some(Attempt::replacing(step.asking.token.digest()));
            let late_duplicate = (attempt.is_some() && attempt == head.previous_attempt)
                || head.previous_attempt == replaced
                || head.is_renewed();
            let shortened = step.policy.life_at_refresh(step.before).expired(step.now).is_some();
            let over = step.before.over(step.now).is_some() || shortened;
            if over || step.before.is_current(step.asking.token) || late_duplicate || rescued(step, played) {
                return Ok(());
            }
            let ended = match (step.policy.reuse_detection, step.told) {
                (ReuseDetection::Observe, Told::Refused(Refusal::Ended(reason))) => {
                    *reason == EndReason::Reused
                }
                (ReuseDetection::EndSession, Told::Ended(scope, EndReason::Reused)) => {
                    *scope == Scope::Session
                }
                (ReuseDetection::EndUser, Told::Ended(scope, EndReason::Reused)) => *scope == Scope::User,
                _ => false,
            };
            prop_assert!(ended, "a replaced token got away");
            Ok(())
        })
    });
}

/// Rows 4 to 6, said anew.
fn rescued(step: &Step<'_>, played: &Played) -> bool {
    let head = &step.before.head;
    let since = step.now.since(head.rotated_at).millis();
    let leeway = step.policy.retry_leeway.millis();
    let attempt = step.asking.attempt(&played.ring);
    let same_attempt = attempt.is_some() && attempt == head.attempt;
    let in_time = leeway > 0 && (-5_000..=leeway).contains(&since);
    let previous = head.previous == Some(step.asking.token.digest());
    previous && (same_attempt || in_time || step.policy.lost_response == LostResponse::Reissue)
}

#[test]
fn r5_no_refresh_and_no_policy_lengthens_a_live_session() {
    check("r5", CASES, ops(), |ops| {
        play(&ops, |step, _| {
            let (before, after) = (&step.before.life, &step.after.life);
            prop_assert!(after.absolute_end <= before.absolute_end);
            prop_assert!(after.end() <= before.absolute_end);
            let never = Span::from_millis(i64::MAX);
            prop_assert!(after.idle_timeout.unwrap_or(never) <= before.idle_timeout.unwrap_or(never));
            Ok(())
        })
    });
}

#[test]
fn r6_no_clock_makes_activity_that_no_clock_has_seen() {
    check("r6", CASES, ops(), |ops| {
        play(&ops, |step, _| {
            let (before, after) = (&step.before.life, &step.after.life);
            prop_assert!(after.active_at >= before.active_at && after.active_at <= step.latest);
            let idle = after.idle_timeout.map(|idle| step.latest.plus(idle));
            prop_assert!(idle.is_none_or(|idle| after.end() <= idle.max(before.end())));
            Ok(())
        })
    });
}

#[test]
fn r6_an_earlier_clock_never_gives_a_later_end() {
    let moments = (-7_200_000..7_200_000i64, 0..7_200_000i64);
    check("r6, two clocks", CASES, (moments, activity(), ops()), |((ms, behind), activity, ops)| {
        play(&ops, |step, played| {
            let later = START.plus(Span::from_millis(ms));
            let earlier = later.minus(Span::from_millis(behind));
            let asking = Asking { activity, ..step.asking };
            let end = |now| {
                let decision = asking.decide(Some(step.after), &at(played, now));
                let Decision::Serve { served, change, .. } = decision else { return None };
                Some((served, change.apply(step.after).life.end()))
            };
            // Exp bounds are `Life::end`: an auth token from the earlier clock is bounded no later. By the same row: a clock
            // too far behind for the leeway may get a reissue, which is activity, where the later one gets a replay.
            if let (Some((by, earlier)), Some((same, later))) = (end(earlier), end(later)) {
                prop_assert!(earlier <= later || by != same);
            }
            Ok(())
        })
    });
}

#[test]
fn r8_a_session_past_its_deadline_is_over_whether_or_not_its_row_was_pruned() {
    check("r8", CASES, (ops(), 0..400_000_000i64), |(ops, late)| {
        play(&ops, |step, played| {
            let past = step.after.life.end().plus(Span::from_millis(late));
            for row in [Some(step.after), None] {
                let decision = step.asking.decide(row, &at(played, past));
                prop_assert!(matches!(decision, Decision::Refuse { .. }), "served or changed after its end");
            }
            Ok(())
        })
    });
}

#[test]
fn r9_what_was_made_under_other_keys_changes_nothing() {
    // Without a tag there is nothing to present: `rt_12` has every such text. What has a tag of other keys is no exception.
    let theirs = ring_of(&[(2, KeyState::Active)]);
    let (_, forged) = session(&theirs, &strict(), None);
    assert!(AuthenticToken::authenticate(&forged.reveal(), &ring()).is_err());
}
