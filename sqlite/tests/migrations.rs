//! From one schema to the next: what is stored stays, and a program that knows only the step before goes on.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Place, advance, opening};
use tenure_core::change::Change;
use tenure_core::id::{AppId, Edition, FamilyId, UserId};
use tenure_store::{EventFilter, Sessions};

const FIRST: &str = include_str!("../src/migrations/0001_sessions.sql");
const SESSION: &str = "AQEBAQEBAQEBAQEBAQEBAQ";

/// A database as the first step left it, with these statements after it.
fn first_step(place: &Place, then: &str) {
    let db = place.stranger();
    db.execute_batch("PRAGMA page_size = 2048; PRAGMA journal_mode = WAL").unwrap();
    db.execute_batch(FIRST).unwrap();
    db.execute_batch("INSERT INTO meta (name, value) VALUES ('incarnation', 7)").unwrap();
    db.execute_batch(then).unwrap();
    db.pragma_update(None, "application_id", 0x5445_4e52).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
}

/// What a program of the first step writes when something happens.
fn event_of_the_first_step() -> String {
    format!(
        "INSERT INTO event (at, app, body) VALUES (1000, 'app', \
         '{{\"type\":\"ended\",\"user_id\":\"é ''x\",\"session_id\":\"{SESSION}\",\"detail\":{{\"reason\":\"reused\"}}}}')"
    )
}

/// What a program of the first step writes when a session is opened.
const SESSION_OF_THE_FIRST_STEP: &str = "INSERT INTO family (id, tail, seq, kid, current, salt, rotated_at, retries, \
     active_at, absolute_end, policy_version, app, user, created_at, authenticated_at) \
     VALUES (5, 6, 1, 1, zeroblob(16), zeroblob(16), 1, 0, 1, 9000000000000, 1, 'app', 'ann', 1, 1)";

#[tokio::test(flavor = "multi_thread")]
async fn events_and_sessions_of_the_first_step_are_found() {
    let place = Place::new();
    first_step(&place, &format!("{}; {SESSION_OF_THE_FIRST_STEP}", event_of_the_first_step()));
    let store = place.open();
    let by_user = EventFilter {
        user: Some(UserId::parse("é 'x").unwrap()),
        ..EventFilter::of_app(AppId::parse("app").unwrap())
    };
    let by_session = EventFilter { session: FamilyId::parse(SESSION), ..EventFilter::default() };
    for filter in [by_user, by_session] {
        let page = store.events(&filter, 0, 10).await.unwrap();
        let event = &page.events[0].event;
        assert_eq!((event.kind.as_str(), event.detail.as_str()), ("ended", r#"{"reason":"reused"}"#));
    }
    let filter = tenure_store::Filter::of_app(AppId::parse("app").unwrap());
    let page = tenure_store::Page { after: None, limit: 10 };
    let rows = store.list(&filter, common::OPENED_AT, page).await.unwrap().families;
    assert_eq!((rows.len(), rows[0].edition), (1, Edition::FIRST));
    let change = advance(&rows[0]);
    assert!(store.commit(&change).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_of_the_first_step_works_on_and_loses_nothing_for_the_next() {
    let place = Place::new();
    drop(place.open());
    let older = place.stranger();
    older.execute_batch(&event_of_the_first_step()).unwrap();
    older.execute_batch(SESSION_OF_THE_FIRST_STEP).unwrap();
    drop(older);
    let store = place.open();
    let page = store.events(&EventFilter::default(), 0, 10).await.unwrap();
    let event = &page.events[0].event;
    assert_eq!((event.session, event.detail.as_str()), (FamilyId::parse(SESSION), r#"{"reason":"reused"}"#));
    store.open(&opening(1)).await.unwrap();
    let row = opening(1).family;
    let amend = Change::Amend { family: row.id, expected: Edition::FIRST, claims: Some("{}".into()) };
    assert!(store.commit(&amend).await.unwrap());
}
