//! The store is out of order: 503 with `Retry-After` from whatever needs it, never a refusal, and nobody is signed out.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tenure_core::id::AppId;
use tenure_server::limits::Patience;
use tenure_server::state::HttpOptions;

use crate::support::World;
use crate::support::app::{TestApp, Tokens};
use crate::support::call::Call;
use crate::support::reference::{Needs, Row, rows};

/// What a client can still ask, because it is in memory.
const SERVED: [&str; 15] = [
    "GET /v1/apps/{app}",
    "GET /v1/apps/{app}/.well-known/jwks.json",
    "GET /v1/apps/{app}/.well-known/openid-configuration",
    "GET /.well-known/oauth-authorization-server/v1/apps/{app}",
    "GET /v1/apps",
    "GET /v1/apps/{app}/session-settings",
    "GET /v1/apps/{app}/api-keys",
    "GET /v1/apps/{app}/signing-keys",
    "GET /v1/console/signing-keys",
    "GET /v1/backups",
    "GET /v1/recovery",
    "DELETE /v1/recovery",
    "GET /play",
    "GET /play/{file}",
    "GET /play/apps",
];
/// What does not look at the store at all.
const NO_STORE: [&str; 5] =
    ["GET /v1/session-presets", "GET /livez", "GET /metrics", "GET /openapi.json", "POST /dev/clock"];

fn good_call(world: &World, app: &TestApp<'_>, row: &Row, tokens: &Tokens, key: &str) -> Call {
    let path = row
        .path
        .replace("{app}", app.id())
        .replace("{sid}", &tokens.session)
        .replace("{uid}", "ann")
        .replace("{name}", "ann");
    let query = if row.path.ends_with("/me/sessions") && row.method == Method::DELETE {
        "?except=current"
    } else {
        ""
    };
    let keys_of =
        if row.path.contains("/console/") { AppId::console() } else { AppId::parse(app.id()).unwrap() };
    let kid = &world.service.signing_keys(&keys_of).unwrap()[0].kid;
    let path =
        path.replace("{id}", key).replace("{kid}", kid).replace("{file}", "play.css").replace("{list}", "1");
    let call = world.call(row.method.clone(), &format!("{path}{query}"));
    let call = match row.needs {
        Needs::Nothing => call,
        Needs::AuthToken => call.key(&tokens.auth),
        Needs::OwnSocket => call.own_socket(),
        _ => call.key(&world.admin),
    };
    let call = match row.path.starts_with("/play") {
        true => call.header("host", "localhost:7800").peer([127, 0, 0, 1]),
        false => call,
    };
    match (row.method.as_str(), row.path.trim_start_matches("/v1/apps/{app}")) {
        (_, "/tokens" | "/tokens/") => call.json(json!({"refresh_token": tokens.refresh})),
        (_, "/oauth/token") => {
            call.form(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh)])
        }
        (_, "/oauth/revoke") => call.form(&[("token", &tokens.refresh)]),
        (_, "/oauth/introspect") => call.form(&[("token", &tokens.auth)]),
        ("POST", "/v1/apps") => call.json(json!({"name": "New"})),
        ("PATCH", "") => call.json(json!({"name": "New"})),
        ("PUT", "/session-settings") => call.json(json!({"max_sessions": 5})),
        ("POST", "/sessions" | "/play/apps/{app}/sessions") => call.json(json!({"user_id": "ann"})),
        ("PATCH", "/sessions/{sid}") => call.json(json!({"claims": {"plan": "pro"}})),
        ("POST", "/sessions/{sid}/reauthenticate") => call.json(json!({"acr": "aal2"})),
        ("POST", "/sessions/end") => call.json(json!({"filter": {}})),
        ("POST", "/api-keys") => call.json(json!({"name": "k", "role": "verify"})),
        ("POST", "/signing-keys" | "/v1/console/signing-keys") => call.json(json!({})),
        ("POST", path) if path.ends_with("/signing-keys/{kid}/retire") => {
            call.json(json!({"compromised": true}))
        }
        ("POST", "/webhooks") => call.json(json!({"url": "https://shop.example/told"})),
        ("PATCH", "/webhooks/{id}") | ("POST", "/webhooks/{id}/secret") => call.json(json!({})),
        ("POST", "/v1/recovery") => call.json(json!({"seconds": 60})),
        ("POST", "/v1/admin-links") => call.json(json!({})),
        ("POST", "/v1/backups") => call.own_socket().json(json!({"to": "/tmp/a.backup"})),
        ("POST", "/dev/clock") => call.header("host", "localhost:7800").json(json!({"advance_seconds": 0})),
        _ => call,
    }
}

#[tokio::test]
async fn op_3_every_address_that_needs_the_store_answers_503_and_the_session_lives() {
    let world = World::with_virtual_clock().await;
    let app = world.app("shop").await;
    let (tokens, other) = (app.open("ann").await, app.open("ann").await);
    world.api_key("shop", "verify", false).await;
    let keys = app.manage(Method::GET, "/api-keys").send().await.expect(200).json();
    let key = keys["api_keys"][0]["id"].as_str().unwrap().to_owned();
    let cookies = world.cookie_app("cookies").await;
    let (_, code) = cookies.open_for_handoff("ann").await;
    world.service.make_owner_link().await.unwrap();
    world.memory.set_out_of_order(true);
    for row in rows() {
        let call = format!("{} {}", row.method, row.path);
        let good = match row.path.ends_with("/handoff") {
            true => cookies.handing_off(&code),
            false => good_call(&world, &app, &row, &tokens, &key),
        };
        let answer = good.send().await;
        if SERVED.contains(&call.as_str()) || NO_STORE.contains(&call.as_str()) {
            answer.expect(200);
            continue;
        }
        assert_eq!(answer.status(), 503, "{call}: {}", answer.text());
        assert_eq!(answer.header("retry-after"), Some("1"), "{call}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{call}");
        let body = answer.json();
        let code = body.get("code").unwrap_or(&body["error"]).as_str().unwrap();
        assert!(["unavailable", "temporarily_unavailable", "not_ready"].contains(&code), "{call}");
        assert!(!answer.text().contains("told to be"), "the cause is for the operator");
    }
    world.memory.set_out_of_order(false);
    world.pass(2);
    world.get("/readyz").send().await.expect(200);
    for tokens in [tokens, other] {
        assert!(app.is_active(&tokens.auth).await);
        app.refresh(&tokens.refresh).await.expect(200);
    }
    assert_eq!(app.settings().await["version"], 2, "nothing was changed");
}

#[tokio::test]
async fn op_3_as_snapshots() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    world.memory.set_out_of_order(true);
    insta::assert_snapshot!("unavailable", app.refresh(&token).await.shown());
    insta::assert_snapshot!("unavailable_oauth", app.grant(&token).send().await.shown());
    insta::assert_snapshot!("not_ready", world.get("/readyz").send().await.shown());
    insta::assert_snapshot!("live", world.get("/livez").send().await.shown());
}

#[tokio::test]
async fn op_3_what_is_no_token_of_ours_is_so_with_or_without_a_store() {
    let world = World::new().await;
    let app = world.app("shop").await;
    world.memory.set_out_of_order(true);
    app.refresh("tr1_garbage").await.refused(401, "invalid_refresh_token");
    app.sign_out("tr1_garbage").await.expect(200);
    assert!(!app.is_active("garbage").await);
}

#[tokio::test]
async fn op_3_a_used_token_presented_in_an_outage_ends_its_session_later_not_now() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    app.refreshed(&first.refresh).await;
    world.memory.set_out_of_order(true);
    app.refresh(&first.refresh).await.refused(503, "unavailable");
    world.memory.set_out_of_order(false);
    assert!(app.is_live(&first.session).await);
    app.refresh(&first.refresh).await.expect(401);
    assert!(!app.is_live(&first.session).await);
}

#[tokio::test]
async fn readiness_is_asked_of_the_store_once_a_second() {
    let world = World::new().await;
    let calls = world.memory.calls();
    for _ in 0..50 {
        world.get("/readyz").send().await.expect(200);
    }
    assert_eq!(world.memory.calls(), calls + 1);
    world.memory.set_out_of_order(true);
    world.get("/readyz").send().await.expect(200);
    world.pass(1);
    world.get("/readyz").send().await.expect(503);
}

#[tokio::test]
async fn whoever_waits_for_the_second_after_an_end_waits_for_a_bounded_time() {
    let patience = Patience { request_time: Duration::from_millis(20), ..Patience::default() };
    let world = World::with(HttpOptions { patience, ..HttpOptions::default() }).await;
    let app = world.create_app("shop").await;
    app.open("ann").await;
    app.manage(Method::DELETE, "/users/ann/tokens").send().await.expect(200);
    world.clock.hold_waits();
    let slow = app.open_with(json!({"user_id": "ann"})).await.refused(503, "too_slow");
    assert_eq!(slow.header("retry-after"), Some("1"));
    app.open("bob").await;
}
