//! Bodies that are none, of the wrong shape, too deep or too large: a clear 4xx, and nothing has changed.

use http::Method;
use serde_json::json;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::reference::{Needs, rows};

/// With a body that management reads, each with the statuses that it may get.
fn bodies() -> Vec<(&'static str, String, &'static [u16])> {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(2000), close.repeat(2000));
    vec![
        ("empty", String::new(), &[400]),
        ("no JSON", "x".into(), &[400]),
        ("half", r#"{"name": "#.into(), &[400, 422]),
        ("two", "{} {}".into(), &[400, 422]),
        ("trailing", r#"{"name":"x"},"#.into(), &[400, 422]),
        ("a comment", "{/**/}".into(), &[400]),
        ("single quotes", "{'name':'x'}".into(), &[400]),
        ("not UTF-8 escaped", "{\"name\":\"\\ud800\"}".into(), &[400, 422]),
        ("NaN", r#"{"seconds":NaN}"#.into(), &[400, 422]),
        ("null", "null".into(), &[400, 422]),
        ("a list", "[]".into(), &[400, 422]),
        ("a text", "\"x\"".into(), &[400, 422]),
        ("a number", "7".into(), &[400, 422]),
        ("an unknown field", r#"{"nmae":"x"}"#.into(), &[422]),
        (
            "wrong types",
            json!({"name": 1, "user_id": [], "filter": 7, "seconds": "x", "max_sessions": "x",
            "advance_seconds": "x"})
            .to_string(),
            &[422],
        ),
        ("deep lists", deep("[", "]"), &[400, 422]),
        ("deep objects", deep("{\"a\":", "}").replacen("}}", "1}}", 1), &[400, 422]),
        (
            "a huge number",
            r#"{"seconds":1e999,"user_id":1e999,"name":1e999,"filter":1e999}"#.into(),
            &[400, 422],
        ),
    ]
}

#[track_caller]
fn clear(what: &str, answer: &Answer, may_be: &[u16]) {
    assert!(may_be.contains(&answer.status()), "{what}: {} {}", answer.status, answer.text());
    let body = answer.json();
    for name in ["code", "error", "hint"] {
        assert!(!body[name].as_str().unwrap_or_default().is_empty(), "{what}: {body}");
    }
    if answer.status() == 422 {
        assert!(!body["fields"].as_array().unwrap().is_empty(), "{what}: {body}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn every_address_that_reads_json_refuses_clearly_and_changes_nothing() {
    let world = World::with_virtual_clock().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let (before, apps) = (app.settings().await, world.get("/v1/apps").key(&world.admin).send().await.json());
    let reads = |row: &crate::support::reference::Row| {
        !matches!(row.method, Method::GET | Method::DELETE)
            && !row.path.contains("/oauth/")
            && !row.path.contains("/tokens")
            && !["/undo", "/test"].iter().any(|end| row.path.ends_with(end)) // They have no body.
    };
    let mut read = 0;
    for row in rows().into_iter().filter(reads) {
        read += 1;
        let call = world.call(row.method.clone(), &row.path.replace("{app}", "shop").replace("{kid}", "k"));
        let call = match row.needs {
            Needs::OwnSocket => call.own_socket(),
            _ => call.key(&world.admin).peer([127, 0, 0, 1]),
        };
        let call = call.header("host", "localhost:7800");
        let typed = call.clone().header("content-type", "application/json; charset=utf-8");
        for (what, body, may_be) in bodies() {
            // An update of nothing is none, whatever else it is.
            clear(&format!("{row:?} {what}"), &typed.clone().body(body).send().await, may_be);
        }
        let large = typed.clone().body(vec![b' '; 256 * 1024 + 1]).send().await;
        clear("large", &large.refused(413, "body_too_large"), &[413]);
        clear("not UTF-8", &typed.body(b"{\"name\":\"\xff\"}".to_vec()).send().await, &[400, 422]);
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
            let other = call.clone().header("content-type", content_type).body("{}").send().await;
            clear("type", &other.refused(415, "unsupported_media_type"), &[415]);
        }
    }
    assert!(read >= 10);
    assert_eq!(app.settings().await, before);
    assert_eq!(world.get("/v1/apps").key(&world.admin).send().await.json(), apps);
    app.refresh(&tokens.refresh).await.expect(200);
}

#[tokio::test]
async fn duplicate_fields_are_refused() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let twice = [
        (Method::POST, "/sessions", r#"{"user_id":"ann","user_id":"bob"}"#),
        (Method::POST, "/sessions", r#"{"user_id":"ann","device":{"ip":"1","ip":"2"}}"#),
        (Method::POST, "/sessions", r#"{"user_id":"ann","claims":{"a":1,"a":2}}"#),
        (Method::POST, "/sessions/end", r#"{"filter":{"user_id":"x"},"filter":{}}"#),
        (Method::PUT, "/session-settings", r#"{"max_sessions":1,"max_sessions":2}"#),
        (Method::POST, "/api-keys", r#"{"name":"k","role":"verify","role":"admin"}"#),
        (Method::PATCH, "", r#"{"name":"a","name":"b"}"#),
    ];
    for (method, path, body) in twice {
        let call = app.manage(method, path).header("content-type", "application/json").body(body);
        let answer = call.send().await.refused(422, "invalid_fields");
        assert!(answer.json()["error"].as_str().unwrap().contains("twice"), "{path}: {}", answer.text());
    }
    let body = format!(r#"{{"refresh_token":"x","refresh_token":"{token}"}}"#);
    world.post(&app.at("/tokens")).body(body).send().await.refused(400, "invalid_request");
    assert_eq!(app.settings().await["version"], 2);
    app.refresh(&token).await.expect(200);
}

#[tokio::test]
async fn the_field_at_fault_is_named_by_its_path() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let cases = [
        (json!({}), "user_id"),
        (json!({"user_id": 7}), "user_id"),
        (json!({"user_id": "ann", "auth_time": "now"}), "auth_time"),
        (json!({"user_id": "ann", "amr": ["pwd", 1]}), "amr[1]"),
        (json!({"user_id": "ann", "device": {"ip": []}}), "device.ip"),
        (json!({"user_id": "ann", "claims": []}), "claims"),
    ];
    for (body, path) in cases {
        let answer = app.open_with(body).await.refused(422, "invalid_fields").json();
        let named = answer["fields"][0]["path"].as_str().unwrap();
        let error = answer["fields"][0]["error"].as_str().unwrap();
        assert!(named == path || error.contains(path), "{answer}");
    }
    let unknown = app.open_with(json!({"user_id": "ann", "scope": "x"})).await;
    insta::assert_snapshot!("unknown_field", unknown.shown());
}

/// A parser that knows the order of our fields would take such a list for them.
#[tokio::test]
async fn a_list_is_no_object_wherever_it_stands() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let opening = |body: serde_json::Value| app.manage(Method::POST, "/sessions").json(body);
    let ending = |body: serde_json::Value| app.manage(Method::POST, "/sessions/end").json(body);
    let cases = [
        (opening(json!(["ann"])), "body"),
        (opening(json!({"user_id": "ann", "device": []})), "device"),
        (opening(json!({"user_id": "ann", "device": ["Firefox", null, null]})), "device"),
        (opening(json!({"user_id": "ann", "device": 7})), "device"),
        (opening(json!({"user_id": "ann", "claims": []})), "claims"),
        (ending(json!({"filter": ["ann"], "reason": "x", "dry_run": false})), "filter"),
        (ending(json!([{"user_id": "ann"}, "x", false])), "body"),
        (app.manage(Method::PUT, "/session-settings").json(json!([])), "body"),
        (app.manage(Method::POST, "/api-keys").json(json!(["k", "admin", true])), "body"),
    ];
    for (call, path) in cases {
        let answer = call.send().await.refused(422, "invalid_fields").json();
        assert_eq!(answer["fields"], json!([{"path": path, "error": "must be an object"}]), "{answer}");
    }
    let tokens = app.open("ann").await;
    for method in [Method::POST, Method::DELETE] {
        let call = app.call(method, "/tokens").json(json!([tokens.refresh]));
        clear("a list", &call.send().await.refused(400, "invalid_request"), &[400]);
    }
    app.refresh(&tokens.refresh).await.expect(200);
    assert_eq!(world.events().await.iter().filter(|event| event["user_id"] == "ann").count(), 0);
}

#[tokio::test]
async fn the_client_api_is_as_clear() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    insta::assert_snapshot!("no_token", world.post(&app.at("/tokens")).send().await.shown());
    for (what, body, _) in bodies() {
        clear(what, &world.post(&app.at("/tokens")).body(body.clone()).send().await, &[400]);
        clear(what, &world.delete(&app.at("/tokens")).body(body).send().await, &[400]);
    }
    let large = json!({"refresh_token": token, "more": "x".repeat(16 * 1024)});
    let answer = world.post(&app.at("/tokens")).json(large).send().await.refused(413, "body_too_large");
    clear("large", &answer, &[413]);
    let form = [("grant_type", "refresh_token"), ("refresh_token", &token), ("x", &"x".repeat(16 * 1024))];
    world.post(&app.at("/oauth/token")).form(&form).send().await.refused(413, "invalid_request");
    app.refresh(&token).await.expect(200);
}

#[tokio::test]
async fn addresses_that_are_no_text_are_refused_clearly() {
    let world = World::new().await;
    world.app("shop").await;
    for row in rows().into_iter().filter(|row| row.path.contains("{app}") && row.needs != Needs::Nothing) {
        let call = world.call(row.method, &row.path.replace("{app}", "%ff")).key(&world.admin);
        let answer = call.send().await.expect(400);
        assert!(answer.header("content-type") == Some("application/json"), "{}", answer.text());
    }
    for path in ["/v1/apps/shop/sessions/%ff", "/v1/apps/shop/users/%ff/tokens", "/v1/apps/shop/api-keys/%ff"]
    {
        let answer = world.delete(path).key(&world.admin).send().await;
        clear(path, &answer.refused(400, "invalid_request"), &[400]);
    }
}

#[tokio::test]
async fn queries_that_are_not_understood_are_refused_clearly() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for query in ["?dry_run=maybe", "?dryrun=true", "?applies=new&applies=now", "?x", "?dry_run"] {
        let call =
            app.manage(Method::PUT, &format!("/session-settings{query}")).json(json!({"max_sessions": 1}));
        clear(query, &call.send().await.refused(400, "invalid_request"), &[400]);
    }
    for query in ["?limit=x", "?limit=-1", "?user=ann", "?created_from=yesterday", "?limit=1&limit=2"] {
        let answer = app.manage(Method::GET, &format!("/sessions{query}")).send().await;
        clear(query, &answer.refused(400, "invalid_request"), &[400]);
    }
    for query in
        ["?limit=0", "?limit=501", "?status=dead", "?reason=x", "?cursor=x", "?session_id=x", "?except="]
    {
        let answer = app.manage(Method::GET, &format!("/sessions{query}")).send().await;
        clear(query, &answer.refused(422, "invalid_fields"), &[422]);
    }
    let applies = app.manage(Method::PUT, "/session-settings?applies=later").json(json!({"max_sessions": 1}));
    applies.send().await.refused(422, "invalid_fields");
    for version in ["x", "\"x\"", "-1", "W/\"1\""] {
        let call = app.manage(Method::PUT, "/session-settings").header("if-match", version);
        call.json(json!({"max_sessions": 1})).send().await.refused(400, "invalid_request");
    }
    assert_eq!(app.settings().await["version"], 2);
}
