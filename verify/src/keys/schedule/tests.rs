//! When keys are read, moment by moment.

use super::*;

/// An attempt that begins now and is over at once.
fn attempt(schedule: &mut Schedule, now: Millis, brought: bool) -> Begun {
    let begun = schedule.begin(now);
    if begun == Begun::Now {
        schedule.end(brought);
    }
    begun
}

/// Keys that were read at zero.
fn read() -> Schedule {
    let mut schedule = Schedule::default();
    attempt(&mut schedule, 0, true);
    schedule
}

#[test]
fn keys_are_read_again_in_the_background_before_they_are_old() {
    let mut schedule = Schedule::default();
    assert_eq!(schedule.age(0), Age::First);
    attempt(&mut schedule, 0, true);
    assert_eq!(schedule.quiet_until(), 8 * MINUTE);
    assert_eq!(schedule.age(8 * MINUTE - 1), Age::Fresh);
    assert_eq!(schedule.age(8 * MINUTE), Age::Due);
    // Nobody came for a while.
    assert_eq!(schedule.age(10 * MINUTE), Age::First);
    // It is being done: nobody else needs to.
    assert_eq!(schedule.begin(8 * MINUTE), Begun::Now);
    assert_eq!(schedule.age(8 * MINUTE), Age::Fresh);
    assert_eq!(schedule.begin(8 * MINUTE), Begun::Before);
    schedule.end(true);
    assert_eq!(schedule.quiet_until(), 16 * MINUTE);
}

#[test]
fn known_keys_are_used_for_a_day_while_the_issuer_is_away() {
    let mut schedule = read();
    let (mut attempts, mut now) = (0, 8 * MINUTE);
    while now < 24 * 60 * MINUTE {
        match schedule.age(now) {
            Age::Due | Age::StaleAndDue => {
                attempts += 1;
                assert_eq!(attempt(&mut schedule, now, false), Begun::Now);
            }
            Age::Fresh | Age::Stale => {}
            other => panic!("{other:?} at {now}"),
        }
        now += SECOND;
    }
    // Every half minute, and not at each request.
    assert_eq!(attempts, 2 * (24 * 60 - 8));
    assert!(matches!(schedule.age(now + 30 * SECOND), Age::First));
    attempt(&mut schedule, now + 30 * SECOND, false);
    assert_eq!(schedule.age(now + 31 * SECOND), Age::None);
}

#[test]
fn without_any_keys_the_budget_lasts() {
    let mut schedule = Schedule::default();
    let (mut attempts, mut now) = (0, 0);
    while now < 10 * MINUTE {
        if schedule.age(now) == Age::First && attempt(&mut schedule, now, false) == Begun::Now {
            attempts += 1;
        }
        now += SECOND / 4;
    }
    assert_eq!(attempts, 100);
}

#[test]
fn a_flood_of_unknown_ids_costs_ten_attempts_a_minute_and_bounded_memory() {
    let mut schedule = read();
    let mut attempts = 0;
    for n in 0..100_000_u64 {
        let now = n; // In 100 s.
        let kid = format!("made up {n}");
        if schedule.absent(&kid, now) == Absent::Attempt && attempt(&mut schedule, now, true) == Begun::Now {
            attempts += 1;
            assert!(schedule.missed(&kid));
        }
    }
    assert!((10..=20).contains(&attempts), "{attempts}");
    assert!(schedule.remembered() <= REMEMBERED_KEY_IDS);
}

#[test]
fn an_id_that_is_unknown_is_so_for_a_minute() {
    let mut schedule = read();
    assert_eq!(schedule.absent("k", SECOND), Absent::Attempt);
    attempt(&mut schedule, SECOND, true);
    assert!(schedule.missed("k"));
    assert_eq!(schedule.absent("k", 60 * SECOND), Absent::Unknown);
    assert_eq!(schedule.absent("other", 60 * SECOND), Absent::Attempt);
    assert_eq!(schedule.absent("k", 61 * SECOND), Absent::Attempt);
}

#[test]
fn an_id_that_could_not_be_asked_about_is_no_verdict_and_is_asked_about_after_half_a_minute() {
    let mut schedule = read();
    attempt(&mut schedule, SECOND, false);
    assert!(!schedule.missed("k"));
    assert_eq!(schedule.absent("k", 30 * SECOND), Absent::Unavailable);
    assert_eq!(schedule.absent("k", 31 * SECOND), Absent::Attempt);
}
