//! Lists are looked up, not searched for.
#![allow(clippy::unwrap_used)]

mod common;

use tenure_core::id::{AppId, UserId};
use tenure_core::refusal::EndReason;
use tenure_core::time::Span;
use tenure_store::{EventFilter, Filter, Page, Sessions, Status};

#[tokio::test(flavor = "multi_thread")]
async fn every_list_has_an_index() {
    let place = common::Place::new();
    let store = place.open();
    for n in 0..50 {
        store.open(&common::opening(n)).await.unwrap();
    }
    let row = common::opening(7).family;
    let app = || Filter::of_app(AppId::parse("app").unwrap());
    let user = || Filter::of_user(row.app.clone(), UserId::parse(row.user.as_str()).unwrap());
    let key = || Filter { kid: Some(row.head.kid), ..Filter::of_every_app() };
    let by_app = "INDEX family_by_app (app=?";
    let by_user = "INDEX family_by_user (app=? AND user=?";
    let unended = "INDEX family_unended (app=? AND user=?";
    let by_reason = "INDEX family_by_reason (app=? AND end_reason=?";
    let by_key = "INDEX family_by_key (kid=?";
    let by_id = "INTEGER PRIMARY KEY (rowid";
    let from = Some(common::OPENED_AT);
    let before = Some(common::OPENED_AT.plus(Span::from_hours(1)));
    let (live, may_return) = (Some(Status::Live), Some(Status::MayReturn));
    let reason = Some(EndReason::Reused);
    for (filter, index, range) in [
        (app(), by_app, ""),
        (Filter { status: live, ..app() }, by_app, ""),
        (Filter { created_from: from, ..app() }, by_app, " AND rowid>?"),
        (Filter { created_before: before, ..app() }, by_app, " AND rowid<?"),
        (Filter { created_from: from, created_before: before, ..app() }, by_app, " AND rowid>? AND rowid<?"),
        (
            Filter { ended_from: from, ended_before: before, client: Some(row.client.clone()), ..app() },
            by_app,
            "",
        ),
        (Filter { reason, ..app() }, by_reason, ""),
        (Filter { reason, status: Some(Status::Ended), ended_from: from, ..app() }, by_reason, ""),
        (user(), by_user, ""),
        (Filter { created_from: from, ..user() }, by_user, " AND rowid>?"),
        (Filter { active_before: before, settings_version: Some(2), ..user() }, by_user, ""),
        (Filter { reason, ..user() }, by_user, ""),
        (Filter { status: live, except: Some(row.id), ..user() }, unended, ""),
        (Filter { status: may_return, ..user() }, unended, ""),
        (Filter { status: may_return, ..key() }, by_key, ""),
        (Filter { session: Some(row.id), ..app() }, by_id, "=?"),
        (Filter { session: Some(row.id), status: live, ..user() }, by_id, "=?"),
    ] {
        let page = Page { after: None, limit: 50 };
        for step in store.explain_list(&filter, common::OPENED_AT, page).await.unwrap() {
            let step = step.replace("USING COVERING", "USING");
            assert_eq!(step, format!("SEARCH family USING {index}{range})"), "{filter:?}");
        }
    }
    let page = Page { after: Some(row.id), limit: 50 };
    for step in store.explain_list(&app(), common::OPENED_AT, page).await.unwrap() {
        assert_eq!(
            step,
            format!("SEARCH family USING {by_app} AND rowid<?)"),
            "it begins where the last one ended"
        );
    }
}

/// A read that finds hardly anything gives up after so many rows, and says where.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_stops_where_it_has_looked_at_enough() {
    let place = common::Place::new();
    let store = place.open_looking_at(10);
    let openings: Vec<_> = (0..25).map(common::opening).collect();
    for opening in &openings {
        store.open(opening).await.unwrap();
    }
    let mut ids: Vec<_> = openings.iter().map(|opening| opening.family.id).collect();
    ids.sort();
    let row = common::opening(0).family;
    let none = Filter { settings_version: Some(99), ..Filter::of_app(row.app.clone()) };
    let mut page = Page { after: None, limit: 5 };
    for stop in [Some(15), Some(5), None] {
        let stop = stop.map(|n: usize| ids[n]);
        let listed = store.list(&none, common::OPENED_AT, page).await.unwrap();
        assert_eq!((listed.families.len(), listed.next), (0, stop));
        let counted = store.count(&none, common::OPENED_AT, page).await.unwrap();
        assert_eq!((counted.sessions, counted.next), (0, stop));
        page.after = stop;
    }
    // What an index has whole is not searched for.
    let all = Filter { status: Some(Status::Unended), ..Filter::of_user(row.app, row.user) };
    let page = Page { after: None, limit: 20 };
    let listed = store.list(&all, common::OPENED_AT, page).await.unwrap();
    assert_eq!((listed.families.len(), listed.next), (10, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_events_has_an_index() {
    let place = common::Place::new();
    let store = place.open();
    let row = common::opening(7).family;
    let app = || EventFilter::of_app(row.app.clone());
    let (kind, user) = (Some("ended".to_owned()), Some(row.user.clone()));
    for (filter, plan) in [
        (EventFilter::default(), "INTEGER PRIMARY KEY (rowid>?)"),
        (EventFilter { user: user.clone(), ..EventFilter::default() }, "INTEGER PRIMARY KEY (rowid>?)"),
        (app(), "INDEX event_by_app (app=? AND rowid>?)"),
        (EventFilter { kind: kind.clone(), ..app() }, "INDEX event_by_kind (app=? AND kind=? AND rowid>?)"),
        (
            EventFilter { kind, user: user.clone(), ..app() },
            "INDEX event_by_user (app=? AND user=? AND rowid>?)",
        ),
        (
            EventFilter { session: Some(row.id), user, ..app() },
            "INDEX event_by_session (session=? AND rowid>?)",
        ),
    ] {
        for step in store.explain_events(&filter).await.unwrap() {
            let step = step.replace("USING COVERING", "USING");
            assert_eq!(step, format!("SEARCH event USING {plan}"), "{filter:?}");
        }
    }
}
