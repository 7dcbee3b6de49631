//! Lists and counts: what the filter matches, from new to old, nothing twice.

use tenure_core::change::Change;
use tenure_core::family::Family;
use tenure_core::id::{FamilyId, Kid};
use tenure_core::time::{Span, Timestamp};

use super::Fixture;
use super::model::Model;
use super::sample::{NOW, Random, advance, app, count, end, open, session, session_in, user};
use crate::{Backend, Filter, Page, Status};

/// The whole list, in pages of `page.limit`.
async fn list(store: &dyn Backend, filter: &Filter, now: Timestamp, mut page: Page) -> Vec<Family> {
    let mut found: Vec<Family> = Vec::new();
    loop {
        let listed = store.list(filter, now, page).await.unwrap();
        assert!(listed.families.len() <= page.limit as usize);
        found.extend(listed.families.iter().map(|row| row.as_ref().clone()));
        assert!(found.len() <= 1000, "something was given twice");
        page.after = listed.next;
        if page.after.is_none() {
            return found;
        }
    }
}

pub async fn a_list_selects_what_the_filter_matches<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(21);
    let model = Model::fill(&*store, &mut random, 200).await;
    for _ in 0..300 {
        let (filter, now) = model.filter(&mut random);
        let expected = model.matching(&filter, now);
        for limit in [1 + random.below(9) as u32, 1000] {
            let page = Page { after: None, limit };
            assert_eq!(list(&*store, &filter, now, page).await, expected, "{filter:?} at {now:?}");
            let counted = count(&*store, &filter, now, limit).await;
            assert_eq!(counted, expected.len(), "{filter:?} at {now:?}");
        }
    }
}

pub async fn a_list_runs_from_new_to_old_and_gives_nothing_twice<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut random = Random(22);
    let model = Model::fill(&*store, &mut random, 150).await;
    let (filter, now) = (Filter::of_app(app("app")), NOW);
    let expected = model.matching(&filter, now);
    for limit in [1, 7, 50, expected.len() as u32] {
        let found = list(&*store, &filter, now, Page { after: None, limit }).await;
        assert_eq!(found, expected, "pages of {limit}");
    }
    let whole = Page { after: None, limit: expected.len() as u32 };
    assert_eq!(store.list(&filter, now, whole).await.unwrap().next, None, "a full page may be the last");
    assert!(store.list(&filter, now, Page { limit: 0, ..whole }).await.unwrap().families.is_empty());
}

pub async fn a_count_stops_where_it_was_told_to<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for n in 0..5 {
        open(&*store, &session(n * 1000, "ada")).await;
    }
    let filter = Filter::of_app(app("app"));
    let counted = |limit| store.count(&filter, NOW, Page { after: None, limit });
    let four = counted(4).await.unwrap();
    let fourth = store.list(&filter, NOW, Page { after: None, limit: 4 }).await.unwrap();
    assert_eq!((four.sessions, four.next), (4, fourth.families.last().map(|row| row.id)));
    let all = counted(6).await.unwrap();
    assert_eq!((all.sessions, all.next), (5, None));
    let rest = store.count(&filter, NOW, Page { after: four.next, limit: 4 }).await.unwrap();
    assert_eq!((rest.sessions, rest.next), (1, None));
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

pub async fn a_rotation_under_another_key_moves_a_session_to_it<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let rows = [session(1, "ada"), session(2, "bob"), session_in("other", 3, "ada")];
    for row in &rows {
        open(&*store, row).await;
    }
    let mut change = advance(&rows[0], 1);
    if let Change::Advance { head, .. } = &mut change {
        head.kid = Kid(2);
    }
    assert!(store.commit(&change).await.unwrap());
    assert!(store.commit(&advance(&rows[1], 2)).await.unwrap());
    assert!(store.commit(&end(&rows[2])).await.unwrap());
    for (kid, unended) in [(1, vec![rows[1].id]), (2, vec![rows[0].id]), (3, vec![])] {
        let status = Some(Status::Unended);
        let filter = Filter { kid: Some(Kid(kid)), status, ..Filter::of_every_app() };
        let found = list(&*store, &filter, NOW, Page { after: None, limit: 10 }).await;
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), unended, "under {kid}");
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
                let counted = count(&*store, &filter, now, 10).await;
                assert_eq!(counted, usize::from(matches), "{status:?} of {} at {now:?}", row.user);
            }
        }
    }
}
