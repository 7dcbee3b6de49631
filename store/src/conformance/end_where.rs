//! Ends of many: chunks, order, and the announcement.

use tenure_core::family::State;
use tenure_core::id::FamilyId;
use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};

use super::Fixture;
use super::model::Model;
use super::sample::{NOW, REMEMBERED, Random, app, end, open, session, session_in, stored, user, whole_feed};
use crate::{Announcement, EndWhere, Ended, Filter, Status, Subject};

const AT: Timestamp = Timestamp::from_secs(1_900_000_100);

fn asked(filter: Filter, max: u32) -> EndWhere {
    EndWhere {
        filter,
        after: None,
        reason: EndReason::Admin,
        at: AT,
        remember_until: REMEMBERED,
        announce: None,
        max,
    }
}

pub async fn an_end_of_many_comes_in_chunks_oldest_first<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut rows: Vec<_> = (0..25).map(|n| session(n * 500, "ada")).collect();
    for row in rows.iter().rev() {
        open(&*store, row).await;
    }
    rows.sort_by_key(|row| row.id);
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let end = asked(Filter::of_user(app("app"), user("ada")), 10);
    for chunk in [&ids[..10], &ids[10..20], &ids[20..], &[]] {
        let next = chunk.last().copied().filter(|last| last != &ids[24]);
        assert_eq!(store.end_where(&end).await.unwrap(), Ended { families: chunk.to_vec(), next });
    }
    for row in &rows {
        assert_eq!(stored(&*store, row.id).await.state, State::Ended { at: AT, reason: EndReason::Admin });
    }
    let announced: Vec<_> = whole_feed(&*store).await.into_iter().map(|e| e.announcement).collect();
    let expected: Vec<_> = ids.iter().map(|id| announcement(Subject::Session(*id))).collect();
    assert_eq!(announced, expected);
    let exact = asked(Filter::of_app(app("app")), 25);
    assert_eq!(store.end_where(&exact).await.unwrap(), Ended { families: Vec::new(), next: None });
}

pub async fn an_end_of_many_goes_on_after_the_one_where_it_stopped<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut rows: Vec<_> = (0..5).map(|n| session(n * 500, "ada")).collect();
    rows.sort_by_key(|row| row.id);
    for row in &rows {
        open(&*store, row).await;
    }
    let after = Some(rows[1].id);
    let end = EndWhere { after, ..asked(Filter::of_user(app("app"), user("ada")), 2) };
    let ended = store.end_where(&end).await.unwrap();
    assert_eq!(ended, Ended { families: vec![rows[2].id, rows[3].id], next: Some(rows[3].id) });
    let end = EndWhere { after: ended.families.last().copied(), ..end };
    assert_eq!(store.end_where(&end).await.unwrap(), Ended { families: vec![rows[4].id], next: None });
    assert_eq!(stored(&*store, rows[1].id).await, rows[1], "what comes before it was not asked for");
}

pub async fn an_end_of_many_takes_only_sessions_that_may_return<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let (live, ended, mut expired) = (session(1, "ada"), session(2, "ada"), session(3, "ada"));
    expired.life.absolute_end = AT;
    let mut idle = session(4, "ada");
    idle.life.idle_timeout = Some(Span::from_millis(1));
    for row in [&live, &ended, &expired, &idle] {
        open(&*store, row).await;
    }
    assert!(store.commit(&end(&ended)).await.unwrap());
    for (status, takes) in [(Status::Ended, vec![]), (Status::Expired, vec![idle.id])] {
        let filter = Filter { status: Some(status), ..Filter::of_app(app("app")) };
        let taken = Ended { families: takes, next: None };
        assert_eq!(store.end_where(&asked(filter, 10)).await.unwrap(), taken, "{status:?}");
    }
    let taken = store.end_where(&asked(Filter::of_app(app("app")), 1)).await.unwrap();
    assert_eq!(taken, Ended { families: vec![live.id], next: None }, "only those count as more");
    assert_eq!(stored(&*store, ended.id).await, end(&ended).apply(&ended));
    assert_eq!(stored(&*store, expired.id).await, expired);
}

pub async fn an_announcement_is_made_after_the_sessions_or_without_any<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let row = session(1, "ada");
    open(&*store, &row).await;
    let said = announcement(Subject::User(user("ada")));
    let end =
        EndWhere { announce: Some(said.clone()), ..asked(Filter::of_user(app("app"), user("ada")), 10) };
    assert_eq!(store.end_where(&end).await.unwrap().families, [row.id]);
    assert!(store.end_where(&end).await.unwrap().families.is_empty());
    let announced: Vec<_> = whole_feed(&*store).await.into_iter().map(|e| e.announcement).collect();
    assert_eq!(announced, [announcement(Subject::Session(row.id)), said.clone(), said]);
}

pub async fn an_end_of_many_takes_what_its_filter_says<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let rows: Vec<_> = (0..10).map(|n| session(n * 1000, if n < 7 { "ada" } else { "bob" })).collect();
    let other = session_in("other", 3, "ada");
    for row in rows.iter().chain([&other]) {
        open(&*store, row).await;
    }
    let filter = Filter {
        except: Some(rows[4].id),
        created_from: Some(NOW.plus(Span::from_secs(2))),
        created_before: Some(NOW.plus(Span::from_secs(6))),
        ..Filter::of_user(app("app"), user("ada"))
    };
    let ids = |range: &[usize]| range.iter().map(|n| rows[*n].id).collect::<Vec<FamilyId>>();
    assert_eq!(store.end_where(&asked(filter, 10)).await.unwrap().families, ids(&[2, 3, 5]));
    let one = Filter { session: Some(rows[8].id), ..Filter::of_app(app("app")) };
    assert_eq!(store.end_where(&asked(one, 10)).await.unwrap().families, ids(&[8]));
    let rest = store.end_where(&asked(Filter::of_app(app("app")), 10)).await.unwrap().families;
    assert_eq!(rest, ids(&[0, 1, 4, 6, 7, 9]));
    assert_eq!(stored(&*store, other.id).await, other);
}

/// Whatever matches, and however little of it: a filter that hardly anything matches may take steps that end nothing.
pub async fn an_end_of_many_in_steps_ends_all_that_match<F: Fixture>() {
    for seed in 51..61 {
        let fixture = F::open_fresh().await;
        let store = fixture.backend();
        let mut random = Random(seed);
        let model = Model::fill(&*store, &mut random, 60).await;
        let (filter, at) = model.filter(&mut random);
        let filter = Filter { session: None, reason: None, ended_from: None, ended_before: None, ..filter };
        let mut expected: Vec<_> =
            model.matching(&filter, at).iter().filter(|row| row.may_return(at)).map(|row| row.id).collect();
        expected.reverse();
        let remember_until = REMEMBERED.plus(Span::from_secs(1));
        let (mut end, mut ended) = (EndWhere { at, remember_until, ..asked(filter, 4) }, Vec::new());
        loop {
            let step = store.end_where(&end).await.unwrap();
            ended.extend(step.families);
            assert!(
                ended.len() <= expected.len()
                    && end.after.is_none_or(|after| step.next.is_none_or(|next| next > after))
            );
            end.after = step.next;
            if end.after.is_none() {
                break;
            }
        }
        assert_eq!(ended, expected, "{:?}", end.filter);
        for row in &model.rows {
            let is_ended = expected.contains(&row.id);
            let state = if is_ended { State::Ended { at, reason: EndReason::Admin } } else { row.state };
            assert_eq!(stored(&*store, row.id).await.state, state);
        }
        let announced = whole_feed(&*store).await;
        let of_ends = announced.iter().filter(|entry| entry.announcement.forget_after == remember_until);
        assert_eq!(of_ends.count(), expected.len());
    }
}

fn announcement(subject: Subject) -> Announcement {
    Announcement { app: app("app"), subject, at: AT, forget_after: REMEMBERED }
}
