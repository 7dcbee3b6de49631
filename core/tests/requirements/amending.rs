//! What changes a live session from outside: its claims, and a sign-in anew.

use tenure_core::amend::amend;
use tenure_core::family::{Family, Life, State};
use tenure_core::id::{Edition, Seq};
use tenure_core::policy::Policy;
use tenure_core::reauthenticate::NotRenewed;
use tenure_core::refusal::{EndReason, Refusal};
use tenure_core::ring::KeyRing;
use tenure_core::rotate::{Circumstances, Decision, Recovery, Served};
use tenure_core::time::Span;

use crate::common::{Asking, START, salt, strict};
use crate::played::{Played, Told};
use crate::{at, refresh};

#[test]
fn a_re_authentication_is_activity_and_puts_off_nothing_else() {
    let mut played = Played::open(strict(), None);
    let before = played.row().clone();
    let token = played.reauthenticate(at(1_800)).expect("it lives");
    let after = played.row();
    assert_eq!((token.seq(), after.head.seq, after.edition), (Seq(2), Seq(2), Edition(1)));
    assert_eq!((after.authenticated_at, after.life.active_at), (at(1_800), at(1_800)));
    assert_eq!(after.claims.as_deref(), Some("newer claims"));
    let life = Life { active_at: at(1_800), ..before.life };
    let expected = Family {
        head: after.head.clone(),
        life,
        authenticated_at: at(1_800),
        claims: after.claims.clone(),
        edition: Edition(1),
        ..before.clone()
    };
    assert_eq!(*after, expected, "nothing else changes");
    assert!(matches!(refresh(&mut played, &token, 1_800 + 3_599), Told::Served(Served::Rotated, _)));
}

#[test]
fn a_re_authentication_takes_over_what_was_shortened_and_lengthens_nothing() {
    let mut played = Played::open(strict(), None);
    let mut longer = Policy { version: 2, shorten_below: 2, ..strict() };
    longer.absolute_lifetime = Span::from_days(30);
    longer.idle_timeout = None;
    played.policy = longer.clone();
    played.reauthenticate(at(10)).expect("it lives");
    assert_eq!(played.row().life.absolute_end, at(86_400), "R5");
    assert_eq!(played.row().life.idle_timeout, Some(Span::from_hours(1)), "R5");
    played.policy = Policy { version: 3, shorten_below: 3, absolute_lifetime: Span::from_mins(10), ..longer };
    played.reauthenticate(at(20)).expect("it lives");
    assert_eq!(played.row().life.absolute_end, at(600));
}

#[test]
fn a_session_that_is_over_is_neither_re_authenticated_nor_amended() {
    let over = |row: &Family, ring: &KeyRing, secs| amend(row, None, ring, at(secs)).expect_err("it is over");
    let mut played = Played::open(strict(), None);
    assert_eq!(played.reauthenticate(at(3_600)).err(), Some(NotRenewed::Over(Refusal::ExpiredIdle)));
    assert_eq!(over(played.row(), &played.ring, 3_600), Refusal::ExpiredIdle);
    played.policy =
        Policy { version: 2, shorten_below: 2, absolute_lifetime: Span::from_mins(5), ..strict() };
    let shortened = NotRenewed::Over(Refusal::Ended(EndReason::Settings));
    assert_eq!(played.reauthenticate(at(300)).err(), Some(shortened));
    played.policy = strict();
    let state = State::Ended { at: at(1), reason: EndReason::User };
    played.row = Some(Family { state, ..played.row().clone() });
    let ended = Refusal::Ended(EndReason::User);
    assert_eq!(played.reauthenticate(at(2)).err(), Some(NotRenewed::Over(ended)));
    assert_eq!(over(played.row(), &played.ring, 2), ended);
}

#[test]
fn a_proof_may_be_of_the_same_second_and_not_of_an_earlier_one() {
    let mut played = Played::open(strict(), None);
    let millis = |ms| START.plus(Span::from_millis(ms));
    let proved = |played: &mut Played, ms| {
        played.row = Some(Family { authenticated_at: millis(ms), ..played.row().clone() });
    };
    proved(&mut played, 900);
    played.reauthenticated(millis(100), millis(5_000)).expect("the application says it in seconds");
    proved(&mut played, 1_900);
    let earlier = played.reauthenticated(millis(900), millis(5_000));
    assert_eq!(earlier.err(), Some(NotRenewed::OlderProof));
    proved(&mut played, 60_000);
    played.reauthenticate(millis(5_000)).expect("the one before was said by a clock that is ahead");
    assert_eq!(played.row().life.active_at, millis(5_000));
}

#[test]
fn what_was_decided_before_an_amendment_is_not_committed_after_it() {
    let mut played = Played::open(strict(), None);
    let token = played.first.clone();
    let before = played.row().clone();
    let c = Circumstances {
        policy: &played.policy,
        ring: &played.ring,
        recovery: Recovery::Closed,
        now: at(10),
        salt: salt(99),
    };
    let decided = Asking::with(&token, None).decide(Some(&before), &c);
    let Decision::Serve { change, .. } = decided else { panic!("it is served") };
    assert!(change.applies_to(&before));
    let amended = amend(&before, Some("other claims".into()), &played.ring, at(10)).expect("it lives");
    let after = amended.apply(&before);
    assert_eq!(after, Family { claims: after.claims.clone(), edition: Edition(1), ..before.clone() });
    assert!(!change.applies_to(&after), "it would issue the claims of before");
    assert!(!amended.applies_to(&after), "nor is one amendment made twice");
    played.row = Some(after);
    assert!(matches!(refresh(&mut played, &token, 10), Told::Served(Served::Rotated, _)));
    assert_eq!(played.row().claims.as_deref(), Some("other claims"));
}
