//! `ISS/sessions`: opening, seeing, listing and ending.

mod amending;
mod ending;
mod limit;
mod opening;
mod reauthenticating;

use http::Method;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::app::TestApp;

async fn list(app: &TestApp<'_>, query: &str) -> Value {
    app.manage(Method::GET, &format!("/sessions{query}")).send().await.expect(200).json()
}

fn users(list: &Value) -> Vec<&str> {
    list["sessions"].as_array().unwrap().iter().map(|session| session["user_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_list_filters_by_everything_it_says() {
    let world = World::new().await;
    let app = world.app("shop").await;
    world.app("bank").await.open("ann").await;
    let first = app.open("ann").await;
    world.pass(100);
    let second = app.open("bob").await;
    world.pass(100);
    let third = app.open("ann").await;
    app.sign_out(&second.refresh).await.expect(200);
    let start = crate::support::clock::START;
    let cases = [
        (String::new(), vec!["ann", "bob", "ann"]),
        ("?user_id=ann".to_owned(), vec!["ann", "ann"]),
        ("?user_id=nobody".to_owned(), vec![]),
        ("?status=live".to_owned(), vec!["ann", "ann"]),
        ("?status=ended".to_owned(), vec!["bob"]),
        ("?status=expired".to_owned(), vec![]),
        ("?reason=ended_by_user".to_owned(), vec!["bob"]),
        ("?reason=reused".to_owned(), vec![]),
        (format!("?session_id={}", second.session), vec!["bob"]),
        (format!("?except={}", third.session), vec!["bob", "ann"]),
        (format!("?created_from={}", start + 100), vec!["ann", "bob"]),
        (format!("?created_before={}", start + 100), vec!["ann"]),
        (format!("?created_from={}&created_before={}", start + 50, start + 150), vec!["bob"]),
        (format!("?user_id=ann&except={}", first.session), vec!["ann"]),
        (format!("?active_before={}", start + 150), vec!["bob", "ann"]),
        (format!("?active_before={}", start), vec![]),
        (format!("?ended_from={}", start + 200), vec!["bob"]),
        (format!("?ended_from={}", start + 201), vec![]),
        (format!("?ended_before={}", start + 200), vec![]),
        (format!("?ended_from=0&ended_before={}", start + 201), vec!["bob"]),
        ("?client_id=shop".to_owned(), vec!["ann", "bob", "ann"]),
        ("?client_id=another".to_owned(), vec![]),
        ("?settings_version=2".to_owned(), vec!["ann", "bob", "ann"]),
        ("?settings_version=1".to_owned(), vec![]),
    ];
    for (query, expected) in cases {
        let list = list(&app, &query).await;
        assert_eq!(users(&list), expected, "{query}");
        assert_eq!((&list["total"], &list["total_is_bound"]), (&json!(expected.len()), &json!(false)));
    }
    world.pass(6 * 86_400);
    assert_eq!(users(&list(&app, "?status=expired").await), ["ann", "ann"]);
    insta::assert_snapshot!("list", app.manage(Method::GET, "/sessions?limit=2").send().await.shown());
}

#[tokio::test]
async fn pages_hold_everything_once_newest_first() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for n in 0..23 {
        app.open(&format!("user-{n}")).await;
        world.pass(1);
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=5".to_owned());
    loop {
        let page = list(&app, &query).await;
        seen.extend(users(&page).into_iter().map(str::to_owned));
        assert_eq!(page["total"], 23);
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=5&cursor={cursor}");
    }
    let expected: Vec<_> = (0..23).rev().map(|n| format!("user-{n}")).collect();
    assert_eq!(seen, expected);
    assert_eq!(list(&app, "").await["sessions"].as_array().unwrap().len(), 23);
}

/// Sessions come and go while somebody reads page by page: those that were there all the time are given once each.
#[tokio::test]
async fn pages_skip_nothing_and_repeat_nothing_while_sessions_come_and_go() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let mut there = Vec::new();
    for n in 0..60 {
        there.push(app.open(&format!("user-{n}")).await.session);
        world.pass(i64::from(n % 3 == 0));
    }
    let (mut seen, mut query, mut round) = (Vec::new(), "?limit=7".to_owned(), 0);
    loop {
        let page = list(&app, &query).await;
        let ids = page["sessions"].as_array().unwrap().iter().map(|s| s["session_id"].as_str().unwrap());
        seen.extend(ids.map(str::to_owned));
        // Some in the same second as what was just read, some later; and one of those to come ends.
        app.open(&format!("meanwhile-{round}")).await;
        world.pass(round % 2);
        let ending = app.manage(Method::DELETE, &format!("/sessions/{}", there[round as usize]));
        ending.send().await.expect(200);
        round += 1;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=7&cursor={cursor}");
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "nothing twice");
    assert!(there.iter().all(|session| seen.contains(session)), "nothing skipped");
    let filter = json!({"status": "live"});
    let counted = list(&app, "?status=live").await["total"].clone();
    let end = |body: Value| app.manage(Method::POST, "/sessions/end").json(body).send();
    let would = end(json!({"filter": filter, "dry_run": true})).await.expect(200).json();
    assert_eq!(would["would_end"], counted);
    assert_eq!(end(json!({"filter": filter})).await.expect(200).json()["ended"], counted);
    assert_eq!(list(&app, "?status=live").await["total"], 0);
}

#[tokio::test]
async fn one_session_is_shown_whole_and_only_in_its_app() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let opened = app.open_with(json!({
        "user_id": "ann", "amr": ["pwd"], "acr": "aal1", "claims": {"plan": "gold"},
        "device": {"name": "Ann's phone", "user_agent": "<img onerror=x>", "ip": "192.0.2.1"},
    }));
    let id = opened.await.expect(201).json()["session"]["session_id"].as_str().unwrap().to_owned();
    insta::assert_snapshot!("one", app.manage(Method::GET, &format!("/sessions/{id}")).send().await.shown());
    for method in [Method::GET, Method::DELETE] {
        bank.manage(method.clone(), &format!("/sessions/{id}")).send().await.refused(404, "not_found");
        for none in ["x", "AAAAAAAAAAAAAAAAAAAAAA", &format!("{id}A"), "%00"] {
            app.manage(method.clone(), &format!("/sessions/{none}")).send().await.refused(404, "not_found");
        }
    }
    assert!(app.is_live(&id).await);
    assert_eq!(users(&list(&bank, "").await), Vec::<&str>::new());
}
