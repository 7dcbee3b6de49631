//! A JSON body, at every address that takes one.
//!
//! Promised besides what every answer is: settings that were accepted are accepted again as they are shown, and a refusal
//! changes none of them.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{APP, World, block_on, map};

/// Takes a body. `{refresh}`, `{sid}` and so on stand for what a client holds.
pub fn run(input: &[u8]) {
    block_on(async {
        let mut world = World::new().await;
        for (method, path) in [
            ("POST", "/sessions"),
            ("POST", "/api-keys"),
            ("POST", "/oauth/token"),
            ("PATCH", ""),
            ("PUT", "/session-settings?dry_run=true"),
            ("POST", "/sessions/end"),
            ("POST", "/tokens"),
            ("DELETE", "/tokens"),
        ] {
            send(&mut world, method, &format!("/v1/apps/{APP}{path}"), input).await;
        }
        change_settings(&mut world, input).await;
        for path in ["/v1/apps", "/v1/recovery"] {
            send(&mut world, "POST", path, input).await;
        }
    });
}

async fn send(world: &mut World, method: &str, path: &str, input: &[u8]) -> StatusCode {
    let bearer = format!("Bearer {}", world.key);
    let headers = map(&[("content-type", "application/json"), ("authorization", &bearer)]);
    let body = world.filled_in(input);
    world.ask(method.parse().unwrap(), path, headers, body).await.unwrap().status
}

async fn change_settings(world: &mut World, input: &[u8]) {
    let before = settings(world).await;
    let status = send(world, "PUT", &format!("/v1/apps/{APP}/session-settings?applies=now"), input).await;
    let after = settings(world).await;
    if status != StatusCode::OK {
        return assert_eq!(before, after, "a refusal changes nothing");
    }
    let again = world.manage(Method::PUT, "/session-settings", &after["settings"]).await;
    assert_eq!(again.status, StatusCode::OK, "what is shown is refused: {}", again.json());
    assert_eq!(again.json()["settings"], after["settings"]);
}

async fn settings(world: &mut World) -> Value {
    world.manage(Method::GET, "/session-settings", &json!({})).await.json()
}
