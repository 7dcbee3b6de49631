//! The query of an address: filter, page and cursor of the list of sessions, and the few others that there are.
//!
//! Promised: the pages of a list hold each session once, and as many as it counted.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::json;

use crate::world::{World, block_on, map};

const USERS: [&str; 5] = ["ann", "bob", "bob", "a b", "ann@example.com"];

/// Takes a query without its question mark.
pub fn run(input: &[u8]) {
    block_on(async {
        let mut world = World::new().await;
        for user in USERS {
            world.manage(Method::POST, "/sessions", &json!({"user_id": user})).await;
        }
        world.manage(Method::DELETE, "/users/bob/tokens", &json!({})).await;
        let Ok(query) = String::from_utf8(world.filled_in(input)) else { return };
        // A query ends where a fragment begins (RFC 3986 §3.4).
        let query = query.split('#').next().unwrap_or_default().to_owned();
        follow(&mut world, &query).await;
        for (method, path) in
            [(Method::DELETE, "/v1/apps/demo/tokens"), (Method::PUT, "/v1/apps/demo/session-settings")]
        {
            get(&mut world, method, &format!("{path}?{query}")).await;
        }
    });
}

/// Reads the list to its end.
async fn follow(world: &mut World, query: &str) {
    let mut seen = BTreeSet::new();
    let Some(first) = page(world, query, &mut seen).await else { return };
    if query.contains("cursor") {
        return; // In the middle, or nowhere.
    }
    let mut cursor = first.1;
    while let Some(after) = cursor {
        cursor = page(world, &format!("{query}&cursor={after}"), &mut seen).await.unwrap().1;
    }
    assert_eq!(seen.len() as u64, first.0, "{query}");
}

/// One page: how many there are, and where the next one begins.
async fn page(world: &mut World, query: &str, seen: &mut BTreeSet<String>) -> Option<(u64, Option<String>)> {
    let list = get(world, Method::GET, &format!("/v1/apps/demo/sessions?{query}")).await?;
    for session in list["sessions"].as_array().unwrap() {
        assert!(seen.insert(session["session_id"].as_str().unwrap().to_owned()), "twice: {query}");
    }
    Some((list["total"].as_u64().unwrap(), list["next_cursor"].as_str().map(str::to_owned)))
}

async fn get(world: &mut World, method: Method, path: &str) -> Option<serde_json::Value> {
    let bearer = format!("Bearer {}", world.key);
    let headers = map(&[("content-type", "application/json"), ("authorization", &bearer)]);
    let answer = world.ask(method, path, headers, b"{}".to_vec()).await?;
    (answer.status == StatusCode::OK).then(|| answer.json())
}
