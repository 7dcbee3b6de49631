//! `ISS/events` and `/v1/events`: what happened, in order, a page at a time.

mod stream;

use http::Method;
use serde_json::{Value, json};
use tenure_service::events::Type;

use crate::support::World;
use crate::support::app::TestApp;
use crate::support::call::Call;
use crate::support::reference::document;

async fn page(app: &TestApp<'_>, query: &str) -> Value {
    app.manage(Method::GET, &format!("/events{query}")).send().await.expect(200).json()
}

fn types(page: &Value) -> Vec<&str> {
    page["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// A call that puts down one event.
fn happen(app: &TestApp<'_>, user: &str) -> Call {
    app.manage(Method::DELETE, &format!("/users/{user}/tokens"))
}

/// A user signs in twice, is stolen from, and is looked after.
async fn some(app: &TestApp<'_>) -> [String; 2] {
    let (one, two) = (app.open("ann").await, app.open("bob").await);
    app.refreshed(&one.refresh).await;
    app.refresh(&one.refresh).await.expect(401);
    let path = format!("/sessions/{}", two.session);
    app.manage(Method::PATCH, &path).json(json!({"claims": {"plan": "pro"}})).send().await.expect(200);
    app.manage(Method::DELETE, "/users/bob/tokens").send().await.expect(200);
    [one.session, two.session]
}

#[tokio::test]
async fn they_tell_what_happened_in_order() {
    let world = World::new().await;
    let app = world.app("shop").await;
    some(&app).await;
    insta::assert_snapshot!("page", app.manage(Method::GET, "/events?limit=50").send().await.shown());
}

#[tokio::test]
async fn they_are_found_by_what_they_are_about() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    some(&bank).await;
    let [one, two] = some(&app).await;
    let cases = [
        (String::new(), vec!["app_created", "settings_changed", "ended", "amended", "user_ended"]),
        ("?type=ended".to_owned(), vec!["ended"]),
        ("?type=recovery_opened".to_owned(), vec![]),
        ("?user_id=ann".to_owned(), vec!["ended"]),
        ("?user_id=bob".to_owned(), vec!["amended", "user_ended"]),
        ("?user_id=nobody".to_owned(), vec![]),
        (format!("?session_id={one}"), vec!["ended"]),
        (format!("?session_id={two}&type=amended&user_id=bob"), vec!["amended"]),
        (format!("?session_id={two}&user_id=ann"), vec![]),
    ];
    for (query, expected) in cases {
        assert_eq!(types(&page(&app, &query).await), expected, "{query}");
    }
    let all = world.get("/v1/events?limit=500").key(&world.admin).send().await.expect(200).json();
    assert_eq!(all["events"].as_array().unwrap().len(), world.events().await.len());
    let elsewhere = page(&bank, &format!("?session_id={one}")).await;
    assert_eq!(types(&elsewhere), Vec::<&str>::new(), "another app's are not found");
}

#[tokio::test]
async fn pages_miss_nothing_and_repeat_nothing_while_more_happens() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    for filter in ["", "&type=user_ended"] {
        let (mut seen, mut after) = (Vec::new(), 0);
        for round in 0..40 {
            // What is somebody else's is in between.
            happen(&bank, "x").send().await.expect(200);
            if round < 20 {
                happen(&app, "ann").send().await.expect(200);
                happen(&app, "bob").send().await.expect(200);
            }
            let page = page(&app, &format!("?limit=3&after={after}{filter}")).await;
            let numbers = page["events"].as_array().unwrap().iter().map(|event| event["n"].as_u64().unwrap());
            seen.extend(numbers);
            after = page["next_after"].as_u64().unwrap();
            assert!(after <= page["head"].as_u64().unwrap());
        }
        let all = page(&app, &format!("?limit=500{filter}")).await;
        let all: Vec<_> =
            all["events"].as_array().unwrap().iter().map(|e| e["n"].as_u64().unwrap()).collect();
        assert_eq!(seen, all);
    }
    // A cursor from before the store went back in time goes on with what is new.
    let ahead = page(&app, "?after=1000000").await;
    assert_eq!((types(&ahead), &ahead["next_after"]), (vec![], &ahead["head"]));
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for (query, path) in [
        ("?limit=0", "limit"),
        ("?limit=501", "limit"),
        ("?type=nothing", "type"),
        ("?user_id=a%0Ab", "user_id"),
        ("?session_id=x", "session_id"),
    ] {
        let answer = app.manage(Method::GET, &format!("/events{query}")).send().await;
        assert_eq!(answer.refused(422, "invalid_fields").json()["fields"][0]["path"], path);
    }
    for query in ["?after=-1", "?after=x", "?limit=x", "?kind=ended", "?after=1&after=2"] {
        app.manage(Method::GET, &format!("/events{query}")).send().await.refused(400, "invalid_request");
    }
    world.get("/v1/apps/nobody/events").key(&world.admin).send().await.refused(404, "not_found");
}

#[tokio::test]
async fn a_session_limit_tells_whom_it_ended() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"max_sessions": 1})).await;
    let first = app.open("ann").await;
    app.open("ann").await;
    let page = page(&app, &format!("?session_id={}&type=ended", first.session)).await;
    assert_eq!(page["events"][0]["detail"], json!({"reason": "ended_by_limit"}));
}

#[tokio::test]
async fn a_client_that_repeats_itself_is_counted_and_put_down_now_and_then() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"reuse_detection": "observe"})).await;
    let first = app.open("ann").await;
    app.refreshed(&first.refresh).await;
    for _ in 0..60 {
        app.refresh(&first.refresh).await.expect(401);
    }
    assert_eq!(world.count_events("reuse_observed").await, 5);
    world.pass(60);
    app.refresh(&first.refresh).await.expect(401);
    assert_eq!(world.count_events("reuse_observed").await, 6);
    assert!(app.is_live(&first.session).await);
    let metrics = world.get("/metrics").key(&world.admin).send().await.expect(200).text();
    assert!(metrics.contains("tenure_reuses_observed_total 61"), "{metrics}");
}

#[test]
fn every_type_has_its_line_and_every_line_its_type() {
    let text = document("events.md");
    let lines = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let written: Vec<_> = lines.map(|(name, _)| name).collect();
    let mut types: Vec<_> = Type::ALL.iter().map(|kind| kind.as_str()).collect();
    assert!(types.iter().all(|name| written.contains(name)), "write down each of {types:?}");
    types.retain(|name| written.contains(name));
    assert_eq!(written.len(), types.len(), "{written:?}");
    assert!(Type::ALL.iter().all(|kind| Type::parse(kind.as_str()) == Some(*kind)));
}
