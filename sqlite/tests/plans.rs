//! Lists are looked up, not searched for.
#![allow(clippy::unwrap_used)]

mod common;

use tenure_core::id::{AppId, UserId};
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
    let by_app = "SEARCH family USING INDEX family_by_app (app=?";
    let by_user = "SEARCH family USING INDEX family_by_user (app=? AND user=?";
    let from = Some(common::OPENED_AT);
    let before = Some(common::OPENED_AT.plus(Span::from_hours(1)));
    let live = Some(Status::Live);
    for (filter, index, range) in [
        (app(), by_app, ")"),
        (Filter { status: live, ..app() }, by_app, ")"),
        (Filter { created_from: from, ..app() }, by_app, " AND rowid>?)"),
        (Filter { created_before: before, ..app() }, by_app, " AND rowid<?)"),
        (Filter { created_from: from, created_before: before, ..app() }, by_app, " AND rowid>? AND rowid<?)"),
        (user(), by_user, ")"),
        (Filter { status: live, except: Some(row.id), ..user() }, by_user, ")"),
        (Filter { created_from: from, ..user() }, by_user, " AND rowid>?)"),
        (Filter { active_before: before, settings_version: Some(2), ..user() }, by_user, ")"),
        (
            Filter { ended_from: from, ended_before: before, client: Some(row.client.clone()), ..app() },
            by_app,
            ")",
        ),
        (Filter { session: Some(row.id), ..app() }, "SEARCH family USING INTEGER PRIMARY KEY (rowid=?", ")"),
        (Filter { session: Some(row.id), ..user() }, "SEARCH family USING INTEGER PRIMARY KEY (rowid=?", ")"),
    ] {
        let page = Page { after: None, limit: 50 };
        let plan = store.explain_list(&filter, common::OPENED_AT, page).await.unwrap();
        assert_eq!(plan, [format!("{index}{range}")], "{filter:?}");
    }
    let page = Page { after: Some(row.id), limit: 50 };
    let plan = store.explain_list(&app(), common::OPENED_AT, page).await.unwrap();
    assert_eq!(plan, [format!("{by_app} AND rowid<?)")], "the next page begins where the last one ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_events_has_an_index() {
    let place = common::Place::new();
    let store = place.open();
    let row = common::opening(7).family;
    let app = || EventFilter::of_app(row.app.clone());
    let (kind, user) = (Some("ended".to_owned()), Some(row.user.clone()));
    for (filter, plan) in [
        (EventFilter::default(), "SEARCH event USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (app(), "SEARCH event USING INDEX event_by_app (app=? AND rowid>? AND rowid<?)"),
        (
            EventFilter { kind: kind.clone(), ..app() },
            "SEARCH event USING INDEX event_by_kind (app=? AND kind=? AND rowid>? AND rowid<?)",
        ),
        (
            EventFilter { kind, user: user.clone(), ..app() },
            "SEARCH event USING INDEX event_by_user (app=? AND user=? AND rowid>? AND rowid<?)",
        ),
        (
            EventFilter { session: Some(row.id), user, ..app() },
            "SEARCH event USING INDEX event_by_session (session=? AND rowid>? AND rowid<?)",
        ),
    ] {
        assert_eq!(store.explain_events(&filter).await.unwrap(), [plan], "{filter:?}");
    }
}
