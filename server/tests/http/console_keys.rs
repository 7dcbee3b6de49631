//! `/v1/console/signing-keys`: the keys of admins' auth tokens, which nobody but the machine's owner reaches.

use http::Method;
use serde_json::{Value, json};
use tenure_core::id::Kid;
use tenure_service::admins::AdminRole;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::console::Console;
use crate::support::header_of;

const KEYS: &str = "/v1/console/signing-keys";

async fn keys(world: &World) -> Vec<Value> {
    let list = world.get(KEYS).own_socket().send().await.expect(200).json();
    list["signing_keys"].as_array().unwrap().clone()
}

async fn rotate(world: &World, body: Value) -> Answer {
    world.post(KEYS).own_socket().json(body).send().await
}

async fn retire(world: &World, key: &Value, body: Value) -> Answer {
    let path = format!("{KEYS}/{}/retire", key["kid"].as_str().unwrap());
    world.post(&path).own_socket().json(body).send().await
}

/// The key that signed what the admin's browser holds.
fn signer(console: &Console) -> String {
    let pair = console.cookies.split("; ").find_map(|pair| pair.strip_prefix("__Host-tenure.admin="));
    header_of(pair.unwrap())["kid"].as_str().unwrap().to_owned()
}

/// The admin has opened a page after ten minutes, and signed in anew where the twelve hours were over.
async fn ten_minutes_later(world: &World, mut console: Console) -> Console {
    world.pass(600);
    let page = console.open("/").await;
    console.keep(&page);
    if page.status() == 303 { Console::seen_by(world, "ann", AdminRole::Owner).await } else { console }
}

#[tokio::test]
async fn a_new_key_takes_over_and_no_admin_notices() {
    let world = World::new().await;
    let mut console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    let first = keys(&world).await[0].clone();
    assert_eq!((first["state"].as_str(), first["kid"].as_str()), (Some("signing"), Some(&*signer(&console))));
    let next = rotate(&world, json!({"reason": "once a year"})).await.expect(201).json();
    assert_eq!(next["state"], "published");
    rotate(&world, json!({})).await.refused(409, "conflict");
    retire(&world, &first, json!({})).await.refused(409, "conflict");
    for _ in 0..(86_400 / 600 + 2) {
        console = ten_minutes_later(&world, console).await;
    }
    assert_eq!(signer(&console), next["kid"].as_str().unwrap(), "it has been a day");
    assert_eq!(keys(&world).await.len(), 1, "the old one has left");
    let lines = world.service.audit_log(None, 100).await.unwrap().lines;
    let told = lines.iter().rev().find(|line| line.action == "console_key_rotated").unwrap();
    assert_eq!(
        (told.by.to_string().as_str(), told.reason.as_deref()),
        ("the machine's owner", Some("once a year"))
    );
}

#[tokio::test]
async fn a_compromised_key_is_gone_at_once_and_its_admins_go_on() {
    let world = World::new().await;
    let mut console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    let first = keys(&world).await[0].clone();
    let stolen = console.cookies.split("; ").find(|pair| pair.starts_with("__Host-tenure.admin=")).unwrap();
    let thief = Console::with_cookies(&world, stolen);
    thief.open("/").await.expect(200);
    let left = retire(&world, &first, json!({"compromised": true, "reason": "stolen"})).await.expect(200);
    assert_eq!(left.json()["signing_keys"].as_array().unwrap().len(), 1);
    thief.open("/").await.expect(303);
    let page = console.open("/").await.expect(200);
    console.keep(&page);
    assert_eq!(signer(&console), keys(&world).await[0]["kid"].as_str().unwrap());
    retire(&world, &first, json!({})).await.refused(404, "not_found");
    let world = world.restarted().await;
    let again = Console::with_cookies(&world, &console.cookies);
    again.open("/").await.expect(200);
}

#[tokio::test]
async fn another_algorithm_comes_about_as_for_an_app() {
    let world = World::new().await;
    let mut console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    rotate(&world, json!({"alg": "none"})).await.refused(422, "invalid_fields");
    let next = rotate(&world, json!({"alg": "EdDSA"})).await.expect(201).json();
    assert_eq!((next["alg"].as_str(), next["state"].as_str()), (Some("EdDSA"), Some("published")));
    for _ in 0..86_400 / 600 {
        assert_ne!(signer(&console), next["kid"].as_str().unwrap());
        console = ten_minutes_later(&world, console).await;
    }
    assert_eq!(signer(&console), next["kid"].as_str().unwrap());
}

#[tokio::test]
async fn no_key_reaches_them_and_without_a_console_there_are_none() {
    let world = World::new().await;
    assert!(keys(&world).await.is_empty());
    let refused = rotate(&world, json!({})).await.refused(409, "conflict").text();
    assert!(refused.contains("tenure admin link"), "{refused}");
    retire(&world, &json!({"kid": "x"}), json!({})).await.refused(404, "not_found");
    assert!(world.service.audit_log(None, 10).await.unwrap().lines.is_empty(), "nothing was done");
    let _console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    let before = keys(&world).await;
    let kid = before[0]["kid"].as_str().unwrap().to_owned();
    for (method, path) in [
        (Method::GET, KEYS.to_owned()),
        (Method::POST, KEYS.to_owned()),
        (Method::POST, format!("{KEYS}/{kid}/retire")),
    ] {
        let call = world.call(method, &path).json(json!({"compromised": true}));
        call.clone().send().await.refused(401, "invalid_api_key");
        call.key(&world.admin).send().await.refused(403, "forbidden");
    }
    assert_eq!(keys(&world).await, before);
}

/// Whoever retires a key of the ring has to know that it would sign admins out.
#[tokio::test]
async fn sessions_of_admins_count_under_the_key_of_the_ring_that_they_use() {
    let world = World::new().await;
    let mut console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    let sessions = async || -> Vec<Value> {
        let report = world.get("/v1/ring").key(&world.admin).send().await.expect(200).json();
        report["keys"].as_array().unwrap().iter().map(|key| key["sessions"].clone()).collect()
    };
    assert_eq!(sessions().await, [1]);
    world.edit_ring(|ring| {
        ring.add(&[9; 32]).unwrap();
        ring.activate(Kid(2)).unwrap();
    });
    world.service.reload_ring().await;
    assert_eq!(sessions().await, [1, 0]);
    world.pass(400);
    let page = console.open("/").await.expect(200);
    console.keep(&page);
    assert_eq!(sessions().await, [0, 1]);
    world.edit_ring(|ring| ring.retire(Kid(1)).unwrap());
    world.service.reload_ring().await;
    world.pass(400);
    console.open("/").await.expect(200);
}
