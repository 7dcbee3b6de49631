//! Lists and counts: what the filter matches, from new to old, nothing twice.

use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_core::time::{Span, Timestamp};

use super::Fixture;
use super::model::Model;
use super::sample::{NOW, Random, app, open, session, user};
use crate::{Backend, Filter, Page, Status};

async fn list(store: &dyn Backend, filter: &Filter, now: Timestamp, page: Page) -> Vec<Family> {
    store.list(filter, now, page).await.unwrap().iter().map(|row| row.as_ref().clone()).collect()
}

pub async fn a_list_selects_what_the_filter_matches<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(21);
    let model = Model::fill(&*store, &mut random, 200).await;
    for _ in 0..300 {
        let (filter, now) = model.filter(&mut random);
        let expected = model.matching(&filter, now);
        let all = Page { after: None, limit: 1000 };
        assert_eq!(list(&*store, &filter, now, all).await, expected, "{filter:?} at {now:?}");
        let at_most = random.below(40);
        let counted = store.count(&filter, now, at_most).await.unwrap();
        assert_eq!(counted, at_most.min(expected.len() as u64), "{filter:?} at {now:?}");
        assert_eq!(store.count(&filter, now, u64::MAX).await.unwrap(), expected.len() as u64);
    }
}

pub async fn a_list_runs_from_new_to_old_and_gives_nothing_twice<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(22);
    let model = Model::fill(&*store, &mut random, 150).await;
    for limit in [1, 7, 50] {
        let (filter, now) = (Filter::of_app(app("app")), NOW);
        let mut found: Vec<Family> = Vec::new();
        loop {
            let after = found.last().map(|row| row.id);
            let page = list(&*store, &filter, now, Page { after, limit }).await;
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= limit as usize);
            found.extend(page);
            assert!(found.len() <= model.rows.len(), "something was given twice");
        }
        assert_eq!(found, model.matching(&filter, now), "pages of {limit}");
    }
    assert!(list(&*store, &Filter::of_app(app("app")), NOW, Page { after: None, limit: 0 }).await.is_empty());
}

pub async fn a_list_goes_on_after_a_session_that_is_gone<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(23);
    let model = Model::fill(&*store, &mut random, 100).await;
    let edges = [FamilyId::from_bytes([0; 16]), FamilyId::from_bytes([0xff; 16])];
    let near = model.rows.iter().step_by(9).flat_map(|row| {
        [0, 1].map(|bit| {
            let mut bytes = *row.id.as_bytes();
            bytes[15] = bytes[15].wrapping_add(if bit == 0 { 1 } else { 0xff });
            FamilyId::from_bytes(bytes)
        })
    });
    let filter = Filter::of_app(app("app"));
    for after in near.chain(edges) {
        let page = Page { after: Some(after), limit: 1000 };
        let mut expected = model.matching(&filter, NOW);
        expected.retain(|row| row.id < after);
        assert_eq!(list(&*store, &filter, NOW, page).await, expected, "after {after}");
    }
}

pub async fn deadlines_count_to_the_millisecond<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut idle = session(1, "idle");
    idle.life.idle_timeout = Some(Span::from_secs(10));
    let mut absolute = session(2, "absolute");
    absolute.life.idle_timeout = None;
    absolute.life.absolute_end = NOW.plus(Span::from_secs(20));
    let mut never = session(3, "never");
    never.life.idle_timeout = None;
    never.life.absolute_end = Timestamp::from_millis(i64::MAX);
    for row in [&idle, &absolute, &never] {
        open(&*store, row).await;
        let end = row.life.end();
        for (now, live) in [(end.minus(Span::from_millis(1)), true), (end, false)] {
            for (status, matches) in [(Status::Live, live), (Status::Expired, !live), (Status::Unended, true)]
            {
                let filter =
                    Filter { status: Some(status), ..Filter::of_user(app("app"), user(row.user.as_str())) };
                let counted = store.count(&filter, now, 10).await.unwrap();
                assert_eq!(counted, u64::from(matches), "{status:?} of {} at {now:?}", row.user);
            }
        }
    }
}
