//! What was answered is there after the store was closed and opened.

use super::Fixture;
use super::directory::put;
use super::model::Model;
use super::sample::{NOW, Random, advance, app, happened, open, session, stored, whole_feed};
use crate::{
    Backend, Entry, Event, EventFilter, Expected, Filter, Kind, NumberedEvent, Page, Record, Written,
};
use tenure_core::family::Family;

/// Everything that a store can be asked for.
#[derive(Debug, PartialEq)]
pub(super) struct Contents {
    pub(super) families: Vec<Family>,
    pub(super) feed: Vec<Entry>,
    pub(super) incarnation: u64,
    pub(super) events: Vec<NumberedEvent>,
    pub(super) records: Vec<Record>,
}

impl Contents {
    pub(super) async fn of(store: &dyn Backend) -> Self {
        let mut families = Vec::new();
        for name in ["app", "other"] {
            let page = Page { after: None, limit: 10_000 };
            let found = store.list(&Filter::of_app(app(name)), NOW, page).await.unwrap();
            families.extend(found.families.iter().map(|row| row.as_ref().clone()));
        }
        let mut records = Vec::new();
        for kind in Kind::ALL {
            records.extend(store.records(kind, "", None, 10_000).await.unwrap());
        }
        Self {
            families,
            feed: whole_feed(store).await,
            incarnation: store.feed(0, 0).await.unwrap().incarnation,
            events: store.events(&EventFilter::default(), 0, 10_000).await.unwrap().events,
            records,
        }
    }
}

/// Some of everything.
pub(super) async fn fill(store: &dyn Backend) {
    let mut random = Random(31);
    Model::fill(store, &mut random, 60).await;
    for n in 0..5_u8 {
        let event = Event { app: Some(app("app")), detail: n.to_string(), ..happened("filled") };
        store.append(&[event]).await.unwrap();
        let write = put(Kind::Settings, &format!("app/{n}"), Expected::Absent, &[n]);
        assert_eq!(store.write(&[write]).await.unwrap(), Written::All);
    }
}

pub async fn everything_outlives_a_restart<F: Fixture>() {
    let mut fixture = F::open_fresh().await;
    fill(&*fixture.backend()).await;
    let mut row = session(1000, "eve");
    open(&*fixture.backend(), &row).await;
    for round in 0..3 {
        let before = Contents::of(&*fixture.backend()).await;
        fixture.restart().await;
        assert_eq!(Contents::of(&*fixture.backend()).await, before, "round {round}");
        let change = advance(&row, round);
        assert!(fixture.backend().commit(&change).await.unwrap());
        row = change.apply(&row);
        fixture.restart().await;
        assert_eq!(stored(&*fixture.backend(), row.id).await, row, "round {round}");
    }
}
