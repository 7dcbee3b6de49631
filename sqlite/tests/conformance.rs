//! The suite that every backend runs.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use common::Place;
use tenure_sqlite::Sqlite;
use tenure_store::Backend;
use tenure_store::conformance::Fixture;

struct OnDisk {
    place: Place,
    store: Option<Arc<Sqlite>>,
    /// Another program that has the database locked.
    stranger: Mutex<Option<rusqlite::Connection>>,
}

#[async_trait]
impl Fixture for OnDisk {
    async fn open_fresh() -> Self {
        let place = Place::new();
        let store = Some(place.open());
        Self { place, store, stranger: Mutex::new(None) }
    }

    fn backend(&self) -> Arc<dyn Backend> {
        Arc::clone(self.store.as_ref().unwrap()) as Arc<dyn Backend>
    }

    async fn restart(&mut self) {
        drop(Arc::into_inner(self.store.take().unwrap()).expect("nobody else has the store"));
        self.store = Some(self.place.open());
    }

    async fn set_out_of_order(&self, out_of_order: bool) {
        let stranger = out_of_order.then(|| {
            let stranger = self.place.stranger();
            stranger.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
            stranger.execute_batch("BEGIN IMMEDIATE").unwrap();
            stranger
        });
        *self.stranger.lock().unwrap() = stranger;
    }
}

tenure_store::conformance_tests!(OnDisk);

/// The same store, when a read looks at next to nothing: what a caller has gone on for is the same.
mod of_short_reads {
    use super::*;

    struct Short(OnDisk);

    #[async_trait]
    impl Fixture for Short {
        async fn open_fresh() -> Self {
            let place = Place::new();
            let store = Some(place.open_looking_at(3));
            Self(OnDisk { place, store, stranger: Mutex::new(None) })
        }

        fn backend(&self) -> Arc<dyn Backend> {
            self.0.backend()
        }

        async fn restart(&mut self) {
            self.0.restart().await;
        }

        async fn set_out_of_order(&self, out_of_order: bool) {
            self.0.set_out_of_order(out_of_order).await;
        }
    }

    tenure_store::conformance_tests! { Short =>
        a_list_selects_what_the_filter_matches,
        a_list_goes_on_after_a_session_that_is_gone,
        deadlines_count_to_the_millisecond,
        an_end_of_many_in_steps_ends_all_that_match,
        an_end_of_a_user_takes_every_session_that_may_return,
        of_50_openings_with_one_count_one_applies,
        events_come_back_in_order,
        events_are_found_by_what_they_are_about,
        events_of_many_writers_are_all_kept,
    }
}
