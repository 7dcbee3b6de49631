//! The mark of time, and the probe.

use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};

use super::Fixture;
use super::sample::{NOW, REMEMBERED, advance, app, end_at, open, opened_at, session};
use crate::{EndWhere, Filter};

/// What a store may forget of the mark when it is restarted: far less than what a clock may be behind.
const MARK_LAG: Span = Span::from_secs(1);

fn later(minutes: i64) -> Timestamp {
    NOW.plus(Span::from_mins(minutes))
}

pub async fn the_mark_of_time_rises_and_never_falls<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    assert!(store.high_water().await.unwrap() <= NOW);
    let row = opened_at(NOW, "app", 1, "ada");
    open(&*store, &row).await;
    assert_eq!(store.high_water().await.unwrap(), NOW, "an opening");
    let change = advance(&row, 1);
    assert!(store.commit(&change).await.unwrap());
    assert_eq!(store.high_water().await.unwrap(), later(1), "an advance");

    let mut stale = row.clone();
    stale.head.rotated_at = later(100);
    assert!(!store.commit(&advance(&stale, 2)).await.unwrap());
    open(&*store, &opened_at(NOW, "app", 2, "ada")).await;
    assert_eq!(
        store.high_water().await.unwrap(),
        later(1),
        "neither what was not committed nor what is older"
    );

    assert!(store.commit(&end_at(&row, later(2))).await.unwrap());
    assert_eq!(store.high_water().await.unwrap(), later(2), "an end");
    let end = EndWhere {
        filter: Filter::of_app(app("app")),
        after: None,
        reason: EndReason::Admin,
        at: later(3),
        remember_until: REMEMBERED,
        announce: None,
        max: 10,
    };
    store.end_where(&end).await.unwrap();
    assert_eq!(store.high_water().await.unwrap(), later(3), "an end of many");
}

pub async fn the_mark_of_time_outlives_a_restart<F: Fixture>() {
    let mut fixture = F::open_fresh().await;
    for n in 0..5 {
        let at = NOW.plus(Span::from_millis(400 * n));
        open(&*fixture.backend(), &opened_at(at, "app", n as u64, "ada")).await;
        fixture.restart().await;
        let mark = fixture.backend().high_water().await.unwrap();
        assert!(mark <= at && at.since(mark) < MARK_LAG, "{mark:?} after {at:?}");
    }
}

pub async fn a_probe_succeeds<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for _ in 0..3 {
        store.probe().await.unwrap();
    }
    open(&*store, &session(1, "ada")).await;
    store.probe().await.unwrap();
}
