//! Every small world, exhaustively: a lone client, three tabs, two holders, and racing nodes keep P1 to P6 in each state.

#[path = "small_worlds/always.rs"]
mod always;
mod common;
#[path = "small_worlds/desk.rs"]
mod desk;
#[path = "small_worlds/explore.rs"]
mod explore;
#[path = "small_worlds/holders.rs"]
mod holders;
#[path = "small_worlds/lone.rs"]
mod lone;
#[path = "small_worlds/mutants.rs"]
mod mutants;
#[path = "small_worlds/race.rs"]
mod race;
#[path = "small_worlds/rule.rs"]
mod rule;
#[path = "small_worlds/tabs.rs"]
mod tabs;

use desk::{Desk, Key, RowId, TokenId};
use explore::{Count, Counterexample, Property, World, explore};
use holders::Holders;
use lone::{Habits, Lone};
use mutants::Mutant;
use race::Race;
use rule::{Rule, TheRules};
use tabs::{Tabs, Weather};
use tenure_core::policy::Policy;
use tenure_core::settings::LostResponse::{self, End, Reissue};
use tenure_core::time::Span;

fn policy(lost_response: LostResponse, leeway_secs: i64) -> Policy {
    Policy { lost_response, retry_leeway: Span::from_secs(leeway_secs), ..common::strict() }
}

fn run<W: World>(
    rule: &dyn Rule,
    policy: Policy,
    depth: usize,
    world: impl Fn(RowId, TokenId) -> W,
) -> Result<Count, Counterexample> {
    let (mut desk, row, token) = Desk::open(rule, policy);
    explore(world(row, token), depth, &mut desk)
}

#[expect(clippy::print_stdout, reason = "the extent of a proof is part of its result")]
fn report(what: &str, count: Count) {
    println!("{what}: {} states, {} paths", count.states, count.paths);
}

/// Runs `world` under every policy, and says how much that was.
fn under_all<W: World>(what: &str, depth: usize, world: impl Fn(RowId, TokenId) -> W) -> Count {
    let mut count = Count::default();
    for (lost_response, leeway) in [(End, 0), (End, 30), (Reissue, 0), (Reissue, 30)] {
        count += holds(run(&TheRules, policy(lost_response, leeway), depth, &world));
    }
    report(what, count);
    count
}

fn holds(outcome: Result<Count, Counterexample>) -> Count {
    match outcome {
        Ok(count) => count,
        Err(found) => panic!("{:?}: {} after {:#?}", found.property, found.says, found.events),
    }
}

const KEYED: Habits = Habits { key: Key::Own, in_time: false, restores: None, rests: false };
const CALM: Weather = Weather { held_back: 1, restores: None, renewals: 0 };

#[test]
fn a_lone_client_with_a_key_is_never_signed_out() {
    let count = under_all("a lone client", 9, |row, token| Lone::new(KEYED, row, token));
    assert!(count.states > 10_000 && count.paths > 1_000_000, "{count:?}");
}

#[test]
fn a_lone_client_without_a_key_needs_a_leeway_or_a_reissue() {
    let world = |in_time| {
        move |row, token| {
            Lone::new(Habits { key: Key::None, in_time, restores: None, rests: false }, row, token)
        }
    };
    let mut count = holds(run(&TheRules, policy(End, 30), 9, world(true)));
    count += holds(run(&TheRules, policy(Reissue, 0), 9, world(false)));
    report("a lone client without a key", count);
    assert!(count.states > 3_000, "{count:?}");
    for (policy, in_time) in [(policy(End, 0), true), (policy(End, 30), false)] {
        let found = run(&TheRules, policy, 9, world(in_time)).expect_err("the strict rules end it");
        assert_eq!(found.property, Property::P1);
    }
}

#[test]
fn rt_24_a_lone_client_outlives_a_store_that_goes_back() {
    for open in [true, false] {
        let habits = Habits { restores: Some(open), ..KEYED };
        let count = holds(run(&TheRules, policy(End, 0), 8, |row, token| Lone::new(habits, row, token)));
        report(if open { "a restored store, recovery open" } else { "a restored store" }, count);
        assert!(count.states > 20_000, "{count:?}");
    }
}

#[test]
fn rt_24_a_client_that_was_never_idle_outlives_a_store_that_forgot_it() {
    for open in [true, false] {
        let idle = Policy { idle_timeout: Some(Span::from_secs(30)), ..policy(End, 0) };
        let habits = Habits { restores: Some(open), rests: true, ..KEYED };
        let count = holds(run(&TheRules, idle, 8, |row, token| Lone::new(habits, row, token)));
        report(if open { "a restored store and idleness, recovery open" } else { "the same, closed" }, count);
        assert!(count.states > 20_000, "{count:?}");
    }
}

#[test]
fn three_tabs_are_never_signed_out() {
    let count = under_all("three tabs", 13, |row, token| Tabs::new(CALM, row, token));
    assert!(count.states > 20_000 && count.paths > 100_000_000, "{count:?}");
}

#[test]
fn a_request_may_be_held_back_past_the_use_of_one_later_token_but_not_of_two() {
    let held_back = |held_back| move |row, token| Tabs::new(Weather { held_back, ..CALM }, row, token);
    holds(run(&TheRules, policy(End, 0), 11, held_back(1)));
    let found = run(&TheRules, policy(End, 0), 11, held_back(2)).expect_err("two is one too many");
    assert_eq!(found.property, Property::P1);
}

#[test]
fn tabs_that_refresh_while_the_user_signs_in_again_are_never_signed_out() {
    let weather = Weather { renewals: 2, ..CALM };
    let count =
        under_all("three tabs, a user who signs in again", 12, |row, token| Tabs::new(weather, row, token));
    assert!(count.states > 100_000 && count.paths > 1_000_000_000, "{count:?}");
}

#[test]
fn rt_24_three_tabs_outlive_a_store_that_goes_back() {
    // What the store lost it cannot tell from reuse: once a later token was adopted, a request from before ends it.
    for (open, held_back) in [(true, 0), (false, 1)] {
        let weather = Weather { held_back, restores: Some(open), ..CALM };
        let count =
            under_all("three tabs, a restored store", 11, |row, token| Tabs::new(weather, row, token));
        assert!(count.states > 10_000, "{count:?}");
    }
}

fn two_holders(owners: Key) {
    for thiefs in [Key::None, Key::Thiefs] {
        let what = format!("two holders, keys {owners:?} and {thiefs:?}");
        let count = under_all(&what, 8, |row, token| Holders::new(owners, thiefs, row, token));
        assert!(count.states > 50_000 && count.paths > 1_000_000, "{count:?}");
    }
}

#[test]
fn rt_2_of_two_holders_the_second_is_served_nothing() {
    two_holders(Key::None);
}

#[test]
fn rt_2_of_two_holders_the_second_is_served_nothing_though_the_owner_uses_keys() {
    two_holders(Key::Own);
}

#[test]
fn rt_9_racing_requests_get_one_successor() {
    let count = under_all("five racing requests", 60, |row, token| Race::new(Key::Own, 5, row, token));
    assert!(count.states > 500, "{count:?}");
    let leeway = run(&TheRules, policy(End, 30), 60, |row, token| Race::new(Key::None, 5, row, token));
    report("five racing requests without a key, within the leeway", holds(leeway));
}

/// A mutant and the world that finds it out.
fn found(mutant: Mutant) -> Result<Count, Counterexample> {
    use Mutant::*;
    let lone = |policy, restores| {
        run(&mutant, policy, 8, |row, token| Lone::new(Habits { restores, ..KEYED }, row, token))
    };
    let tabs = |restores| {
        run(&mutant, policy(End, 0), 11, |row, token| Tabs::new(Weather { restores, ..CALM }, row, token))
    };
    let holders =
        |policy| run(&mutant, policy, 8, |row, token| Holders::new(Key::Own, Key::Thiefs, row, token));
    let resting = |restores| {
        let habits = Habits { restores, rests: true, ..KEYED };
        let idle = Policy { idle_timeout: Some(Span::from_secs(30)), ..policy(End, 0) };
        run(&mutant, idle, 8, |row, token| Lone::new(habits, row, token))
    };
    match mutant {
        IdleByTheRow => resting(Some(false)),
        KeyIgnored | TagCheckedInPart => lone(policy(End, 0), None),
        AheadEnds => lone(policy(End, 0), Some(false)),
        RecoveryIgnored => lone(policy(End, 0), Some(true)),
        SameNumberEnds => tabs(Some(false)),
        DuplicateEnds | ReplayDrawsAnew => tabs(None),
        ReplacedEnds => run(&mutant, policy(End, 0), 8, |row, token| {
            Tabs::new(Weather { renewals: 1, ..CALM }, row, token)
        }),
        SlidingLeeway => holders(policy(End, 30)),
        ReissueKeepsBoth => holders(policy(Reissue, 0)),
        TwoBackAccepted | ReplayWithoutKey | ReplayAfterUse | ReuseEndsNothing | EndedForgotten => {
            holders(policy(End, 0))
        }
        CommitUnguarded => run(&mutant, policy(End, 0), 60, |row, token| Race::new(Key::Own, 5, row, token)),
    }
}

#[test]
fn each_property_fails_against_rules_that_are_wrong() {
    let mut broken = Vec::new();
    for (mutant, property) in mutants::ALL {
        let found = found(*mutant).expect_err("a mutant that nobody notices");
        assert_eq!(found.property, *property, "{mutant:?}: {} after {:#?}", found.says, found.events);
        broken.push(found.property);
    }
    for property in [Property::P1, Property::P2, Property::P3, Property::P4, Property::P5, Property::P6] {
        assert!(broken.contains(&property), "nothing shows that {property:?} can fail");
    }
}
