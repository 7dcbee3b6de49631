//! What a session takes on disk, and that a refresh takes nothing.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{Place, advance, opening};
use tenure_sqlite::Sqlite;
use tenure_store::Sessions;

/// Runs `work` for each number below `n`, 200 at a time.
async fn each<W>(store: &Arc<Sqlite>, n: u32, work: impl Fn(Arc<Sqlite>, u32) -> W + Clone + Send + 'static)
where
    W: Future<Output = ()> + Send + 'static,
{
    let tasks: Vec<_> = (0..200)
        .map(|first| {
            let (store, work) = (Arc::clone(store), work.clone());
            tokio::spawn(async move {
                for number in (first..n).step_by(200) {
                    work(Arc::clone(&store), number).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn refresh(store: &Sqlite, n: u32, times: u32) {
    let mut row = store.load(opening(n).family.id).await.unwrap().unwrap().as_ref().clone();
    for _ in 0..times {
        let change = advance(&row);
        assert!(store.commit(&change).await.unwrap());
        row = change.apply(&row);
    }
}

/// The size of the database once it is closed, which moves the log into it.
fn closed(store: Arc<Sqlite>, place: &Place) -> u64 {
    drop(Arc::into_inner(store).unwrap());
    assert!(!place.path().with_extension("db-wal").exists());
    std::fs::metadata(place.path()).unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_refreshes_of_a_hundred_sessions_take_no_space() {
    let place = Place::new();
    let store = place.open();
    each(&store, 100, |store, n| async move {
        store.open(&opening(n)).await.unwrap();
        // From now on a row has all that it can have.
        refresh(&store, n, 2).await;
    })
    .await;
    let before = closed(store, &place);
    let store = place.open();
    each(&store, 100, |store, n| async move { refresh(&store, n, 100).await }).await;
    assert_eq!(closed(store, &place), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_takes_400_bytes_at_most_with_all_indexes() {
    const SESSIONS: u32 = 10_000;
    let place = Place::new();
    let store = place.open();
    each(&store, SESSIONS, |store, n| async move {
        store.open(&opening(n)).await.unwrap();
    })
    .await;
    each(&store, SESSIONS, |store, n| async move { refresh(&store, n, 3).await }).await;
    let bytes = closed(store, &place) as f64 / f64::from(SESSIONS);
    assert!(bytes <= 400.0, "{bytes} bytes a session");
}
