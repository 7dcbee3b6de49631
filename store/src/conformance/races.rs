//! Changes that meet.

use std::sync::Arc;

use tenure_core::change::Change;
use tenure_core::family::{Retries, State};
use tenure_core::id::{Kid, Seq};

use super::Fixture;
use super::sample::{Random, advance, end, open, replay, session, stored, whole_feed};
use crate::Backend;

/// Commits all at once; says which applied.
pub(super) async fn at_once(store: &Arc<dyn Backend>, changes: Vec<Change>) -> Vec<bool> {
    let tasks: Vec<_> = changes
        .into_iter()
        .map(|change| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.commit(&change).await.unwrap() })
        })
        .collect();
    let mut applied = Vec::new();
    for task in tasks {
        applied.push(task.await.unwrap());
    }
    applied
}

pub(super) fn count(applied: &[bool]) -> usize {
    applied.iter().filter(|applied| **applied).count()
}

pub async fn a_write_that_was_answered_is_read<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut row = session(1, "ada");
    open(&*store, &row).await;
    for fresh in 0..100 {
        let change = advance(&row, fresh);
        assert!(store.commit(&change).await.unwrap());
        row = change.apply(&row);
        let (reader, id) = (Arc::clone(&store), row.id);
        let read = tokio::spawn(async move { stored(&*reader, id).await }).await.unwrap();
        assert_eq!(read, row, "after {fresh} others");
    }
}

pub async fn of_64_advances_with_one_guard_one_applies<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut row = session(1, "ada");
    open(&*store, &row).await;
    for round in 0..5 {
        let changes: Vec<_> = (0..64).map(|n| advance(&row, round * 64 + n)).collect();
        let applied = at_once(&store, changes.clone()).await;
        assert_eq!(count(&applied), 1, "round {round}");
        let winner = applied.iter().position(|applied| *applied).unwrap();
        row = changes[winner].apply(&row);
        assert_eq!(stored(&*store, row.id).await, row, "round {round}");
    }
}

pub async fn of_64_replays_all_apply_and_are_counted<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut row = session(1, "ada");
    row.head.retries = Retries::from_packed(0b0101);
    open(&*store, &row).await;
    assert_eq!(count(&at_once(&store, vec![replay(&row); 64]).await), 64);
    let after = stored(&*store, row.id).await;
    assert_eq!(after.head.retries.of_this_rotation(), 64);
    assert_eq!(after.head.retries.packed(), 64 * Retries::ONE + 0b0101);
    row.head.retries = after.head.retries;
    assert_eq!(after, row, "a replay changes nothing else");

    let mut full = session(2, "ada");
    full.head.retries = Retries::from_packed(u32::MAX - 1);
    open(&*store, &full).await;
    assert!(store.commit(&replay(&full)).await.unwrap());
    assert_eq!(stored(&*store, full.id).await, replay(&full).apply(&full), "the count stays at its greatest");
}

pub async fn an_advance_and_an_end_come_one_after_the_other<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    for round in 0..40 {
        let row = session(round, "ada");
        open(&*store, &row).await;
        let (advance, mut end) = (advance(&row, round), end(&row));
        let guarded = round % 2 == 0;
        if let (Change::End { expected, .. }, true) = (&mut end, guarded) {
            *expected = Some(row.head.seq);
        }
        let applied = at_once(&store, vec![advance.clone(), end.clone()]).await;
        let expected = match (applied[0], applied[1]) {
            (true, true) if !guarded => end.apply(&advance.apply(&row)),
            (true, false) if guarded => advance.apply(&row),
            (false, true) => end.apply(&row),
            impossible => panic!("round {round}: {impossible:?}"),
        };
        assert_eq!(stored(&*store, row.id).await, expected, "round {round}");
        let announced = whole_feed(&*store)
            .await
            .iter()
            .filter(|e| e.announcement.subject == crate::Subject::Session(row.id))
            .count();
        assert_eq!(announced, usize::from(expected.state != State::Live), "round {round}");
    }
}

pub async fn a_stale_change_loses_and_changes_nothing<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let first = session(1, "ada");
    open(&*store, &first).await;
    let change = advance(&first, 1);
    assert!(store.commit(&change).await.unwrap());
    let row = change.apply(&first);

    let mut ahead = row.clone();
    ahead.head.seq = Seq(row.head.seq.0 + 1);
    ahead.head.kid = Kid(9);
    let mut end_of_first = end(&first);
    if let Change::End { expected, .. } = &mut end_of_first {
        *expected = Some(first.head.seq);
    }
    for stale in
        [change, advance(&first, 2), replay(&first), end_of_first, advance(&ahead, 3), replay(&ahead)]
    {
        assert!(!store.commit(&stale).await.unwrap(), "{stale:?}");
        assert_eq!(stored(&*store, row.id).await, row, "{stale:?}");
    }
    assert!(whole_feed(&*store).await.is_empty());
}

pub async fn changes_of_many_sessions_do_not_meet<F: Fixture>() {
    let fixture = F::open_fresh().await;
    let store = fixture.backend();
    let mut rows: Vec<_> = (0..64).map(|n| session(n, "ada")).collect();
    for row in &rows {
        open(&*store, row).await;
    }
    let mut random = Random(5);
    for _ in 0..5 {
        let changes: Vec<_> = rows
            .iter()
            .map(|row| if random.one_in(4) { replay(row) } else { advance(row, random.draw()) })
            .collect();
        assert_eq!(count(&at_once(&store, changes.clone()).await), rows.len());
        rows = changes.iter().zip(&rows).map(|(change, row)| change.apply(row)).collect();
    }
    for row in &rows {
        assert_eq!(stored(&*store, row.id).await, *row);
    }
}
