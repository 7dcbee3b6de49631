//! Session tokens: what one is worth, for every state that its session can be in, and what its use changes.

use tenure_core::change::{Change, Scope};
use tenure_core::exchange::{Worth, exchange, judge, used};
use tenure_core::family::{Family, Life, State};
use tenure_core::id::AppId;
use tenure_core::policy::{Activity, Policy};
use tenure_core::recovery::Recovery;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::{KeyRing, KeyState};
use tenure_core::session_token::{SessionToken, TEXT_BYTES};
use tenure_core::settings::IdleCounts;
use tenure_core::time::{Span, Timestamp};

use crate::common::{START, ring, ring_of, session, strict};

fn at(seconds: i64) -> Timestamp {
    START.plus(Span::from_secs(seconds))
}

fn app() -> AppId {
    AppId::parse("app").expect("an app id")
}

/// The row after an exchange at this moment, and the token.
fn exchanged(row: &Family, ring: &KeyRing, now: Timestamp, fresh: u8) -> (Family, SessionToken) {
    let Ok((change, token)) = exchange(row, &strict(), ring, now, &[fresh; 32]) else {
        panic!("a live session")
    };
    assert!(change.applies_to(row), "its own guard");
    (change.apply(row), token)
}

fn worth(row: Option<&Family>, token: &SessionToken, recovery: Recovery, now: Timestamp) -> Worth {
    judge(row, token, &app(), (&strict(), &ring()), recovery, now)
}

fn closed(row: &Family, token: &SessionToken, now: Timestamp) -> Worth {
    worth(Some(row), token, Recovery::Closed, now)
}

#[test]
fn the_token_of_a_live_session_is_good_until_another_takes_its_place() {
    let ring = ring();
    let (row, _) = session(&ring, &strict(), None);
    let (row, first) = exchanged(&row, &ring, at(10), 1);
    assert_eq!(closed(&row, &first, at(10)), Worth::Good(row.life));
    // Within one second, too, and by a clock that runs behind.
    for (now, fresh) in [(at(10), 2), (at(11), 3), (at(5), 4)] {
        let (row, second) = exchanged(&row, &ring, now, fresh);
        assert_eq!(closed(&row, &second, at(11)), Worth::Good(row.life));
        assert_eq!(closed(&row, &first, at(11)), Worth::Nothing(Refusal::Unknown));
    }
    // It says of itself what the row keeps.
    let text = first.reveal();
    assert_eq!(text.len(), TEXT_BYTES);
    let read = SessionToken::authenticate(&text, &ring).unwrap_or_else(|_| panic!("ours"));
    assert_eq!((read.kept(), read.family(), read.made_at()), (first.kept(), row.id, at(10)));
}

#[test]
fn an_end_a_deadline_another_app_and_a_retired_key_leave_nothing_of_it() {
    let ring = ring();
    let (row, _) = session(&ring, &strict(), None);
    let (row, token) = exchanged(&row, &ring, START, 1);
    for reason in EndReason::ALL {
        let ended = Family { state: State::Ended { at: at(1), reason }, ..row.clone() };
        assert_eq!(closed(&ended, &token, at(2)), Worth::Nothing(Refusal::Ended(reason)));
        let late = exchange(&ended, &strict(), &ring, at(2), &[2; 32]);
        assert_eq!(late.err(), Some(Refusal::Ended(reason)));
    }
    assert_eq!(closed(&row, &token, at(3600)), Worth::Nothing(Refusal::ExpiredIdle));
    let awake = Family { life: Life { idle_timeout: None, ..row.life }, ..row.clone() };
    assert_eq!(closed(&awake, &token, at(86_399)), Worth::Good(awake.life));
    assert_eq!(closed(&awake, &token, at(86_400)), Worth::Nothing(Refusal::ExpiredAbsolute));
    assert_eq!(worth(None, &token, Recovery::Closed, START), Worth::Nothing(Refusal::Unknown));
    let other = Family { app: AppId::parse("other").expect("an app id"), ..row.clone() };
    assert_eq!(closed(&other, &token, START), Worth::Nothing(Refusal::WrongClient));

    // The session has moved to another key; the token stays under its own.
    let mut moved = row;
    moved.head.kid = tenure_core::id::Kid(2);
    let keys = ring_of(&[(1, KeyState::Verify), (2, KeyState::Active)]);
    let good = judge(Some(&moved), &token, &app(), (&strict(), &keys), Recovery::Closed, at(1));
    assert_eq!(good, Worth::Good(moved.life));
    let keys = ring_of(&[(1, KeyState::Retired), (2, KeyState::Active)]);
    let retired = judge(Some(&moved), &token, &app(), (&strict(), &keys), Recovery::Closed, at(1));
    assert_eq!(retired, Worth::Nothing(Refusal::Ended(EndReason::KeyRetired)));
}

#[test]
fn deadlines_that_the_settings_shortened_count_before_any_refresh() {
    let ring = ring();
    let (row, _) = session(&ring, &strict(), None);
    let (row, token) = exchanged(&row, &ring, START, 1);
    let shorter =
        Policy { version: 2, shorten_below: 2, idle_timeout: Some(Span::from_mins(10)), ..strict() };
    let ask = |now| judge(Some(&row), &token, &app(), (&shorter, &ring), Recovery::Closed, now);
    assert!(matches!(ask(at(599)), Worth::Good(life) if life.end() == at(600)));
    assert_eq!(ask(at(600)), Worth::Nothing(Refusal::ExpiredIdle));
    assert!(exchange(&row, &shorter, &ring, at(600), &[2; 32]).is_err());
    // A restored store may have lost that it was used since, but not since before the backup.
    for (since, verdict) in [(600, Refusal::OutOfSync), (601, Refusal::ExpiredIdle)] {
        let awaited = Recovery::Awaited { since: at(since) };
        let worth = judge(Some(&row), &token, &app(), (&shorter, &ring), awaited, at(700));
        assert_eq!(worth, Worth::Nothing(verdict));
    }
}

#[test]
fn a_bound_session_has_no_token_that_is_not() {
    let ring = ring();
    let (row, _) = session(&ring, &strict(), Some("a key"));
    let refused = exchange(&row, &strict(), &ring, START, &[1; 32]);
    assert_eq!(refused.err(), Some(Refusal::BindingFailed));
}

#[test]
fn a_guard_keeps_ended_sessions_and_newer_tokens() {
    let ring = ring();
    let (row, _) = session(&ring, &strict(), None);
    let (older, _) = exchange(&row, &strict(), &ring, at(1), &[1; 32]).unwrap_or_else(|_| panic!("live"));
    let (newer, _) = exchanged(&row, &ring, at(2), 2);
    assert!(older.applies_to(&row) && !older.applies_to(&newer));
    let end = Change::End {
        family: row.id,
        expected: None,
        scope: Scope::Session,
        reason: EndReason::User,
        at: at(3),
        remember_until: at(9),
    };
    let active = Change::Active { family: row.id, at: at(4) };
    assert!(end.applies_to(&newer) && active.applies_to(&newer));
    assert!(!older.applies_to(&end.apply(&row)) && !active.applies_to(&end.apply(&row)));
}

#[test]
fn a_token_that_the_store_lost_waits_and_is_adopted_and_a_replaced_one_is_not() {
    let ring = ring();
    let (row, _) = session(&ring, &strict(), None);
    let (kept, first) = exchanged(&row, &ring, at(10), 1);
    let (after, second) = exchanged(&kept, &ring, at(20), 2);
    let awaited = |since| Recovery::Awaited { since };
    let open = |opened_at| Recovery::Open { opened_at, ahead: 10 };
    let lost = |row: &Family, token, recovery| worth(Some(row), token, recovery, at(30));
    for row in [&row, &kept] {
        assert_eq!(lost(row, &second, awaited(at(15))), Worth::Nothing(Refusal::OutOfSync));
        let Worth::Adopt(change) = lost(row, &second, open(at(25))) else { panic!("it is adopted") };
        assert!(change.applies_to(row));
        assert_eq!(change.apply(row), after);
    }
    // What was there when the backup was made is known; what is newer than recovery was not lost.
    assert_eq!(lost(&row, &first, awaited(at(15))), Worth::Nothing(Refusal::Unknown));
    assert_eq!(lost(&kept, &second, open(at(15))), Worth::Nothing(Refusal::Unknown));
    // Neither was the one that was replaced, nor anything of a session that is over.
    assert_eq!(lost(&after, &first, open(at(25))), Worth::Nothing(Refusal::Unknown));
    assert_eq!(worth(Some(&kept), &second, open(at(25)), at(3700)), Worth::Nothing(Refusal::ExpiredIdle));
}

#[test]
fn r6_use_puts_an_end_off_in_steps_and_never_beyond_what_is_counted() {
    let (row, _) = session(&ring(), &strict(), None);
    let ask = |policy: &Policy, said, now| used(&row, &row.life, said, policy, now);
    let policy = strict();
    let active = |seconds| Some(Change::Active { family: row.id, at: at(seconds) });
    // A twentieth of an hour.
    assert_eq!(ask(&policy, Activity::Unsaid, at(180)), None);
    assert_eq!(ask(&policy, Activity::Unsaid, at(181)), active(181));
    let idle = |seconds| Activity::Present(Span::from_secs(seconds));
    assert_eq!(ask(&policy, idle(100), at(281)), active(181));
    assert_eq!(ask(&policy, idle(101), at(281)), None);
    assert_eq!(ask(&policy, idle(-9999), at(281)), active(281), "nobody is active in the future");
    assert_eq!(ask(&policy, Activity::Hidden, at(3599)), None);
    assert_eq!(ask(&policy, Activity::Unsaid, at(-500)), None, "a clock that goes back");
    let strict = Policy { idle_counts: IdleCounts::StrictActivity, ..strict() };
    assert_eq!(ask(&strict, Activity::Unsaid, at(3599)), None);
    let any = Policy { idle_counts: IdleCounts::AnyRefresh, ..policy };
    assert_eq!(ask(&any, Activity::Hidden, at(3599)), active(3599));
    // Long time-outs, and none: what is shown of the last activity is an hour old at most.
    for idle_timeout in [None, Some(Span::from_days(30))] {
        let life = Life { idle_timeout, ..row.life };
        assert_eq!(used(&row, &life, Activity::Unsaid, &any, at(3600)), None);
        assert_eq!(used(&row, &life, Activity::Unsaid, &any, at(3601)), active(3601));
    }
}

#[test]
fn r5_activity_moves_no_absolute_end_and_is_not_taken_back() {
    let (row, _) = session(&ring(), &strict(), None);
    let active = Change::Active { family: row.id, at: at(500) };
    let after = active.apply(&row);
    assert_eq!(after.life, Life { active_at: at(500), ..row.life });
    let earlier = Change::Active { family: row.id, at: at(400) };
    assert_eq!(earlier.apply(&after), after);
    let advance = Change::Advance {
        family: row.id,
        expected: row.seen(),
        head: row.head.clone(),
        life: Life { active_at: at(300), ..row.life },
    };
    assert_eq!(advance.apply(&after).life.active_at, at(500));
    assert_eq!(advance.apply(&row).life.active_at, at(300));
}

#[test]
fn p5_no_text_that_was_not_made_here_is_a_session_token() {
    let ring = ring();
    let (row, refresh) = session(&ring, &strict(), None);
    let (_, token) = exchanged(&row, &ring, START, 1);
    let text = token.reveal();
    let ours = |text: &str| SessionToken::authenticate(text, &ring).is_ok();
    assert!(ours(&text));
    for place in 0..text.len() {
        for other in *b"ABx_-=. " {
            let mut changed = text.as_bytes().to_vec();
            if changed[place] != other {
                changed[place] = other;
                assert!(!ours(std::str::from_utf8(&changed).expect("ASCII")), "{place}");
            }
        }
    }
    // Neither does another kind of token pass for one by its prefix, nor the other way round.
    let as_session = refresh.reveal().replacen("tr1_", "ts1_", 1);
    assert!(!ours(&as_session));
    let as_refresh = text.replacen("ts1_", "tr1_", 1);
    assert!(tenure_core::token::AuthenticToken::authenticate(&as_refresh, &ring).is_err());
    assert!(SessionToken::authenticate(&text, &ring_of(&[(2, KeyState::Active)])).is_err());
    for text in ["", "ts1_", &text[1..], &format!("{}A", &*text), &text[..text.len() - 1]] {
        assert!(!ours(text));
    }
}
