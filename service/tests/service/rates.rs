//! So many per interval, with a burst.

use std::time::Duration;

use tenure_service::limits::{Rate, retry_after};

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn a_burst_then_the_pace() {
    let rate = Rate::new(10, at(1000), 5, 100);
    for _ in 0..5 {
        rate.count(&"a", at(0)).unwrap();
    }
    assert_eq!(rate.count(&"a", at(0)).unwrap_err(), at(100));
    assert_eq!(rate.allows(&"a", at(0)).unwrap_err(), at(100));
    assert!(rate.count(&"a", at(99)).is_err());
    rate.count(&"a", at(100)).unwrap();
    assert!(rate.count(&"a", at(100)).is_err());
    rate.count(&"b", at(100)).unwrap();
}

#[test]
fn a_pause_gives_back_the_burst_and_no_more() {
    let rate = Rate::new(10, at(1000), 5, 100);
    rate.count(&"a", at(0)).unwrap();
    for _ in 0..5 {
        rate.count(&"a", at(60_000)).unwrap();
    }
    assert!(rate.count(&"a", at(60_000)).is_err());
}

#[test]
fn who_is_refused_is_not_counted() {
    let rate = Rate::new(10, at(1000), 1, 100);
    rate.count(&"a", at(0)).unwrap();
    for _ in 0..100 {
        assert!(rate.count(&"a", at(50)).is_err());
    }
    rate.count(&"a", at(100)).unwrap();
}

#[test]
fn waiting_is_in_whole_seconds_and_at_least_one() {
    assert_eq!([0, 1, 999, 1000, 1500].map(|millis| retry_after(at(millis))), [1, 1, 1, 2, 2]);
}
