//! Ends: absorbing, announced in the same commit, and for a user in one app.

use std::sync::Arc;

use tenure_core::change::{Change, Scope};
use tenure_core::family::State;
use tenure_core::refusal::EndReason;
use tenure_core::time::Span;

use super::Fixture;
use super::races::{at_once, count};
use super::sample::{NOW, REMEMBERED, advance, end, open, replay, session, session_in, stored, whole_feed};
use crate::Subject;

pub async fn an_end_is_absorbing<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let row = session(1, "ada");
    open(&*store, &row).await;
    assert!(store.commit(&end(&row)).await.unwrap());
    let ended = end(&row).apply(&row);
    let mut of_user = end(&row);
    if let Change::End { scope, reason, .. } = &mut of_user {
        (*scope, *reason) = (Scope::User, EndReason::Reused);
    }
    for late in [advance(&row, 1), replay(&row), end(&row), of_user] {
        assert!(!store.commit(&late).await.unwrap(), "{late:?}");
        assert_eq!(stored(&*store, row.id).await, ended, "{late:?}");
    }
    assert_eq!(whole_feed(&*store).await.len(), 1);
}

pub async fn an_end_keeps_its_reason_and_moment<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for (n, reason) in EndReason::ALL.into_iter().enumerate() {
        let row = session(n as u64, "ada");
        open(&*store, &row).await;
        let at = NOW.plus(Span::from_millis(n as i64 * 7 + 1));
        let end = Change::End {
            family: row.id,
            expected: Some(row.head.seq),
            scope: Scope::Session,
            reason,
            at,
            remember_until: REMEMBERED,
        };
        assert!(store.commit(&end).await.unwrap());
        assert_eq!(stored(&*store, row.id).await.state, State::Ended { at, reason });
        let entry = whole_feed(&*store).await.pop().unwrap().announcement;
        assert_eq!((entry.at, entry.forget_after, entry.app), (at, REMEMBERED, row.app));
    }
}

pub async fn an_end_of_a_user_takes_every_session_that_may_return<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut mine: Vec<_> = (0..5).map(|n| session(n, "ada")).collect();
    mine[4].life.idle_timeout = Some(Span::from_millis(1));
    let mut expired = session(5, "ada");
    expired.life.absolute_end = NOW.plus(Span::from_mins(9));
    let before = session(6, "ada");
    let others = [session(7, "bob"), session_in("other", 8, "ada")];
    for row in mine.iter().chain(&others).chain([&expired, &before]) {
        open(&*store, row).await;
    }
    assert!(store.commit(&end(&before)).await.unwrap());
    let at = NOW.plus(Span::from_mins(9));
    let end_of_user = Change::End {
        family: mine[3].id,
        expected: Some(mine[3].head.seq),
        scope: Scope::User,
        reason: EndReason::Reused,
        at,
        remember_until: REMEMBERED,
    };
    assert!(store.commit(&end_of_user).await.unwrap());

    for row in &mine {
        assert_eq!(stored(&*store, row.id).await, end_of_user.apply(row));
    }
    for row in others.iter().chain([&expired]) {
        assert_eq!(stored(&*store, row.id).await, *row);
    }
    assert_eq!(stored(&*store, before.id).await, end(&before).apply(&before));
    let mut announced: Vec<_> =
        whole_feed(&*store).await.into_iter().skip(1).map(|e| e.announcement).collect();
    announced.retain(|a| a.at == at && a.forget_after == REMEMBERED && a.app == mine[0].app);
    assert_eq!(announced.len(), mine.len());
    for row in &mine {
        assert_eq!(announced.iter().filter(|a| a.subject == Subject::Session(row.id)).count(), 1);
    }
}

pub async fn of_64_ends_one_applies_and_is_announced_once<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let rows: Vec<_> = (0..8).map(|n| session(n, "ada")).collect();
    for row in &rows {
        open(&*store, row).await;
    }
    let changes = (0..64).map(|n| {
        let mut change = end(&rows[n % 8]);
        if let Change::End { scope, .. } = &mut change
            && n % 3 == 0
        {
            *scope = Scope::User;
        }
        change
    });
    let applied = count(&at_once(&Arc::clone(&store), changes.collect()).await);
    assert!((1..=8).contains(&applied));
    let mut announced: Vec<_> =
        whole_feed(&*store).await.into_iter().map(|e| e.announcement.subject).collect();
    assert_eq!(announced.len(), rows.len());
    announced.dedup();
    for row in &rows {
        assert!(announced.contains(&Subject::Session(row.id)));
        assert!(stored(&*store, row.id).await.state != State::Live);
    }
}
