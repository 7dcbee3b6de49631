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
