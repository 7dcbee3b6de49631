//! Playing a case, and what each verdict may change in the row: nothing but what is named here.

use std::rc::Rc;

use tenure_core::change::Scope;
use tenure_core::family::{Family, Head, Life, State};
use tenure_core::ring::KeyRing;
use tenure_core::rotate::{Recovery, Served};
use tenure_core::time::{Span, Timestamp};
use tenure_core::token::AuthenticToken;

use crate::case::{Ask, Case, Given, Step, Verdict};
use crate::common::{Asking, START, ring_of, strict};
use crate::played::{Played, Told};

/// The moment `ms` milliseconds after the start.
pub(crate) fn at(ms: i64) -> Timestamp {
    START.plus(Span::from_millis(ms))
}

/// Plays the story, presents, and compares verdict, notice and row.
pub(crate) fn play(case: &Case) {
    let (mut played, tokens) = told(case);
    let before = played.row.clone();
    let token = &tokens[case.asks.token - 1];
    let asking = asking(&case.asks, token);
    let told = played.ask(&asking, at(case.asks.at));
    let verdict = match &told {
        Told::Served(by, token) => Verdict::Serves {
            by: *by,
            seq: token.seq().0,
            active: played.row().life.active_at.since(START).millis(),
        },
        Told::Ended(scope, reason) => Verdict::Ends(*scope, *reason),
        Told::Refused(refusal) => Verdict::Refuses(*refusal),
    };
    let name = format!("row {}: {}", case.row, case.name);
    assert_eq!(verdict, case.verdict, "{name}");
    assert_eq!(played.notice, case.notice, "{name}: notice");
    let expected = before.as_ref().map(|row| expected(row, &asking, &told, at(case.asks.at), &played));
    assert_eq!(played.row, expected, "{name}: the row");
    if let Told::Served(Served::Replayed, again) = &told {
        let first = tokens.iter().find(|t| t.digest() == again.digest());
        assert!(first.is_some(), "{name}: the same successor, byte for byte");
    }
}

fn asking<'a>(ask: &Ask, token: &'a AuthenticToken) -> Asking<'a> {
    let Ask { app, client, proof, activity, key, via, .. } = *ask;
    Asking { token, key, app, client, proof, activity, via }
}

/// The session as the story left it, and every token that was minted, in order.
fn told(case: &Case) -> (Played, Vec<Rc<AuthenticToken>>) {
    let mut played = Played::open(policy_of(&case.given), case.given.bound);
    let mut tokens = vec![played.first.clone()];
    let mut states = vec![played.row.clone()];
    for step in case.story {
        match step {
            Step::Use(number, key, ms) => {
                let token = tokens[number - 1].clone();
                let asking = Asking { proof: case.given.bound, ..Asking::with(&token, *key) };
                let Told::Served(_, served) = played.ask(&asking, at(*ms)) else { panic!("{}", case.name) };
                if tokens.iter().all(|t| t.digest() != served.digest()) {
                    tokens.push(served);
                }
            }
            Step::Reauthenticate(ms) => {
                let Ok(token) = played.reauthenticate(at(*ms)) else { panic!("{}", case.name) };
                tokens.push(token);
            }
            Step::End(reason) => {
                let state = State::Ended { at: START, reason: *reason };
                played.row = played.row.map(|row| Family { state, ..row });
            }
            Step::Restore(steps) => played.row = states[*steps].clone(),
            Step::Forget => played.row = None,
            Step::Ring(keys) => played.ring = ring_of(keys),
        }
        states.push(played.row.clone());
    }
    settings_change(&case.given, &mut played);
    (played, tokens)
}

fn policy_of(given: &Given) -> tenure_core::policy::Policy {
    tenure_core::policy::Policy {
        retry_leeway: Span::from_millis(given.leeway_ms),
        lost_response: given.lost_response,
        reuse_detection: given.reuse,
        idle_counts: given.idle_counts,
        ..strict()
    }
}

fn settings_change(given: &Given, played: &mut Played) {
    played.recovery = match given.recovery {
        Recovery::Open { opened_at, ahead } => Recovery::Open { opened_at: at(opened_at.millis()), ahead },
        Recovery::Awaited { since } => Recovery::Awaited { since: at(since.millis()) },
        Recovery::Closed => Recovery::Closed,
    };
    if let Some((idle, absolute)) = given.shortened {
        let policy = &mut played.policy;
        (policy.version, policy.shorten_below) = (2, 2);
        policy.idle_timeout = Some(Span::from_secs(idle));
        policy.absolute_lifetime = Span::from_secs(absolute);
    }
}

/// `before` with exactly what the verdict changes.
fn expected(before: &Family, asking: &Asking<'_>, told: &Told, now: Timestamp, played: &Played) -> Family {
    let mut row = before.clone();
    match told {
        Told::Refused(_) => {}
        Told::Ended(Scope::Session | Scope::User, reason) => {
            row.state = State::Ended { at: now, reason: *reason };
        }
        Told::Served(Served::Replayed, _) => row.head.retries = before.head.retries.again(),
        Told::Served(served, successor) => {
            row.head = head(&before.head, asking, *served, successor, now, &played.ring);
            // The activity is a column of the table; the salt is fresh, and no other part of the chain's.
            row.head.salt = played.row().head.salt;
            assert_ne!(row.head.salt, before.head.salt, "a fresh salt");
            row.life = life(&before.life, played);
        }
    }
    row
}

fn head(
    before: &Head,
    asking: &Asking<'_>,
    served: Served,
    successor: &AuthenticToken,
    now: Timestamp,
    ring: &KeyRing,
) -> Head {
    let presented = asking.token;
    let (seq, previous, previous_attempt) = match served {
        Served::Reissued => (before.seq.next(), before.previous, before.previous_attempt),
        Served::FastForwarded => (presented.seq().next(), Some(presented.digest()), None),
        Served::Rotated | Served::Replayed => (before.seq.next(), Some(presented.digest()), before.attempt),
    };
    Head {
        seq,
        kid: ring.active().0,
        current: successor.digest(),
        previous,
        attempt: asking.attempt(ring),
        previous_attempt,
        salt: before.salt,
        rotated_at: now,
        retries: before.retries.rotated(),
    }
}

fn life(before: &Life, played: &Played) -> Life {
    let active_at = played.row().life.active_at;
    if before.policy_version >= played.policy.shorten_below {
        return Life { active_at, ..*before };
    }
    Life {
        active_at,
        idle_timeout: before.idle_timeout.min(played.policy.idle_timeout),
        absolute_end: before.absolute_end.min(START.plus(played.policy.absolute_lifetime)),
        policy_version: played.policy.version,
    }
}
