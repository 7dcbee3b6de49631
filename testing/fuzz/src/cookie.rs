//! The `Cookie` header of an app that carries its refresh tokens there, and the code by which a browser gets the cookie.
//!
//! Promised: only the app's own cookie, standing once, is served, and every cookie that is set is held to its host.

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::world::{APP, World, block_on, map};

const PAGE: &[(&str, &str)] =
    &[("origin", "https://a.example"), ("sec-fetch-site", "same-site"), ("tenure-client", "1")];

/// Takes the header, and after a line break the body of a handoff; `{refresh}` and `{handoff}` stand for what a page was given.
pub fn run(input: &[u8]) {
    block_on(async {
        let mut world = World::new().await;
        let settings = json!({"transport": "cookie", "allowed_origins": ["https://a.example"]});
        assert_eq!(world.manage(Method::PUT, "/session-settings", &settings).await.status, StatusCode::OK);
        let code = signed_in(&mut world).await;
        let (header, body) = input.split_at(input.iter().position(|b| *b == b'\n').unwrap_or(input.len()));
        handed_off(&mut world, &String::from_utf8_lossy(body).replace("{handoff}", &code)).await;
        let Ok(header) = HeaderValue::from_bytes(&world.filled_in(header)) else { return };
        // The one before it is of another session, and good as well.
        let held = [world.refresh.clone(), world.used.clone()];
        for method in [Method::POST, Method::DELETE] {
            let mut headers = page();
            headers.insert("cookie", header.clone());
            let answer = world.ask(method.clone(), &at("/tokens"), headers, Vec::new()).await.unwrap();
            if method == Method::POST && answer.status == StatusCode::OK {
                let own = format!("__Host-tenure-{APP}");
                let sent = String::from_utf8_lossy(header.as_bytes()).into_owned();
                assert!(
                    sent.contains(&own) && held.iter().any(|token| sent.contains(token)),
                    "served for another cookie: {sent}"
                );
                assert!(answer.json()["auth_result"].get("refresh_token").is_none(), "in the body, too");
            }
        }
    });
}

/// A browser that has its cookie, and a code that was not used.
async fn signed_in(world: &mut World) -> String {
    let used = code(world, "ann").await;
    assert_eq!(handed_off(world, &json!({"handoff": used}).to_string()).await, StatusCode::OK);
    code(world, "bob").await
}

async fn code(world: &mut World, user: &str) -> String {
    let opened = world.manage(Method::POST, "/sessions", &json!({"user_id": user, "handoff": true})).await;
    opened.json()["handoff"].as_str().unwrap().to_owned()
}

async fn handed_off(world: &mut World, body: &str) -> StatusCode {
    let mut headers = page();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let body = body.as_bytes().to_vec();
    world.ask(Method::POST, &at("/tokens/handoff"), headers, body).await.unwrap().status
}

fn page() -> HeaderMap {
    map(PAGE)
}

fn at(path: &str) -> String {
    format!("/v1/apps/{APP}{path}")
}
