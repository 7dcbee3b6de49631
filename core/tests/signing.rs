//! Signing keys: which one signs, and that none leaves while a token of it can be accepted.

#[path = "properties/runner.rs"]
mod runner;

use proptest::collection::vec;
use proptest::prelude::*;
use tenure_core::limits::{SIGNED_LATE, VERIFIER_SKEW};
use tenure_core::settings::SigningAlg::{self, EdDsa, Es256};
use tenure_core::signing::{KeySet, Phase, Terms, TokenLives};
use tenure_core::time::{Span, Timestamp};

use crate::runner::check;

const START: Timestamp = Timestamp::from_secs(1_900_000_000);
const TTL: Span = Span::from_mins(10);
const LATE: Span = Span::from_secs(120);

fn at(secs: i64) -> Timestamp {
    START.plus(Span::from_secs(secs))
}

fn key(alg: SigningAlg, published: i64, signs: i64, retired: Option<i64>) -> Terms {
    let (published_at, signs_from) = (at(published), at(signs));
    Terms { alg, published_at, signs_from, order: 0, retired_at: retired.map(at) }
}

fn set(keys: &[Terms]) -> KeySet {
    KeySet { keys: keys.to_vec(), lives: TokenLives { now: TTL, since: START, before: Span::ZERO } }
}

#[test]
fn of_two_with_one_moment_the_later_one_signs() {
    for (first, second) in [(0, 1), (1, 0)] {
        let keys = [first, second].map(|order| Terms { order, ..key(Es256, 0, 0, None) });
        let set = set(&keys);
        assert_eq!(set.signing(at(0)), Some(if first > second { 0 } else { 1 }));
        assert_eq!(set.stops(set.signing(at(0)).unwrap_or_default()), None);
    }
}

#[test]
fn one_key_signs_until_the_next_does_and_is_kept_for_its_last_token() {
    assert_eq!(SIGNED_LATE.millis() + VERIFIER_SKEW.millis(), LATE.millis());
    let two = set(&[key(Es256, 0, 0, None), key(Es256, 100, 1000, None)]);
    let phases = |secs| [two.phase(0, at(secs)), two.phase(1, at(secs))];
    assert_eq!(phases(-1), [Phase::Signing, Phase::Published], "a clock that is a little behind");
    assert_eq!(phases(999), [Phase::Signing, Phase::Published]);
    assert_eq!(phases(1000), [Phase::Verifying, Phase::Signing]);
    assert_eq!(two.stops(0), Some(at(1000)));
    let gone = at(1000).plus(TTL).plus(LATE);
    assert_eq!((two.kept_until(0), two.kept_until(1)), (Some(gone), None));
    assert!(two.is_kept(0, gone.minus(Span::from_millis(1))) && !two.is_kept(0, gone));
}

#[test]
fn the_longest_life_counts_also_of_earlier_settings() {
    let two = [key(Es256, 0, 0, None), key(Es256, 100, 1000, None)];
    let hour = Span::from_hours(1);
    let kept = |since: i64, before| {
        let lives = TokenLives { now: TTL, since: at(since), before };
        KeySet { keys: two.to_vec(), lives }.kept_until(0).map(|until| until.since(at(0)).secs() - 120)
    };
    // Shortened before it stopped: the last of the long tokens, or of the short ones.
    assert_eq!(kept(500, hour), Some(500 + 3600));
    assert_eq!(kept(500, Span::from_secs(1)), Some(1000 + 600));
    // Changed after it stopped: what was signed had the life of before.
    assert_eq!(kept(2000, hour), Some(1000 + 3600));
    assert_eq!(kept(2000, Span::from_secs(1)), Some(1000 + 1));
}

#[test]
fn a_retired_key_signs_nothing_and_an_older_one_may_come_back() {
    let back = set(&[key(Es256, 0, 2000, None), key(Es256, 100, 1000, Some(2000))]);
    assert_eq!((back.signing(at(1999)), back.signing(at(2000))), (Some(1), Some(0)));
    assert_eq!(back.phase(1, at(2000)), Phase::Verifying);
    assert_eq!((back.stops(0), back.stops(1)), (None, Some(at(2000))));
    let withdrawn = set(&[key(Es256, 0, 0, None), key(Es256, 100, 1000, Some(500))]);
    assert_eq!(withdrawn.signing(at(5000)), Some(0));
    assert_eq!((withdrawn.stops(0), withdrawn.stops(1)), (None, Some(at(500))), "it never takes over");
    assert_eq!(withdrawn.phase(1, at(600)), Phase::Verifying);
    assert_eq!(set(&[key(Es256, 0, 0, Some(1))]).signing(at(2)), None);
}

#[test]
fn only_a_key_that_every_verifier_knows_is_ready() {
    let lead = Span::from_secs(500);
    let keys = set(&[
        key(Es256, 0, 0, None),
        key(EdDsa, 0, 100, None),
        key(Es256, 100, 1000, None),
        key(Es256, 110, 1000, Some(200)),
    ]);
    let ready = |alg, other, secs| keys.ready(alg, other, lead, at(secs));
    assert_eq!(ready(Es256, Some(1), 150), Some(0), "it has signed, and its tokens are around");
    assert_eq!(ready(Es256, Some(0), 599), None, "published, and not for long enough");
    assert_eq!(ready(Es256, Some(0), 600), Some(2));
    assert_eq!(ready(Es256, Some(2), 900), None, "the first has left, the last was retired");
    assert_eq!(ready(EdDsa, None, 150), Some(1));
}

fn any_key() -> impl Strategy<Value = Terms> {
    let retired = proptest::option::of(0..4000i64);
    (0..2000i64, 0..2000i64, retired, 0..9u32).prop_map(|(published, lead, retired, order)| {
        let retired = retired.map(|retired| published + retired);
        Terms { order, ..key(Es256, published, published + lead, retired) }
    })
}

/// JK-4: whoever was given a token finds its key for as long as the token is accepted.
#[test]
fn jk_4_no_key_leaves_before_its_last_token_has_expired() {
    let lives = (1..5000i64, 0..4000i64, 0..5000i64);
    let strategy = (vec(any_key(), 1..7), lives, -100..6000i64, 0..60_000i64);
    check("signing keys", 20_000, strategy, |(mut keys, (now, since, before), signed, late)| {
        let secs = Span::from_secs;
        keys.sort_by_key(|key| (key.signs_from, key.order));
        keys.dedup_by_key(|key| (key.signs_from, key.order));
        let lives = TokenLives { now: secs(now), since: at(since), before: secs(before) };
        let set = KeySet { keys, lives };
        let signed = at(signed);
        // Before the first key may sign, a clock was behind: that is no history to look back on.
        let signer = set.signing(signed).filter(|signer| set.keys[*signer].signs_from <= signed);
        let Some(signer) = signer else { return Ok(()) };
        prop_assert!(set.stops(signer).is_none_or(|stops| signed < stops));
        let life = if signed < lives.since { lives.before } else { lives.now };
        let accepted_until = signed.plus(life).plus(Span::from_millis(late)).plus(VERIFIER_SKEW);
        prop_assert!(set.is_kept(signer, accepted_until.minus(Span::from_millis(1))));
        prop_assert_eq!(set.phase(signer, signed), Phase::Signing);
        Ok(())
    });
}
