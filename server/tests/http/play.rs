//! `/play`: in `dev` only, and for this machine only.

use http::Method;
use serde_json::json;

use crate::support::World;
use crate::support::call::Call;

const HERE: [u8; 4] = [127, 0, 0, 1];
const HOST: &str = "localhost:7800";

/// Every address of the playground, as the page asks for it.
fn calls(world: &World, sid: &str) -> Vec<Call> {
    let session = format!("/play/apps/shop/sessions/{sid}");
    vec![
        world.get("/play"),
        world.get("/play/main.js"),
        world.get("/play/apps"),
        world.post("/play/apps/shop/sessions").json(json!({"user_id": "bob"})),
        world.get(&session),
        world.delete(&session),
        world.delete("/play/apps/shop/users/ann/tokens"),
    ]
}

fn here(call: Call) -> Call {
    call.peer(HERE).header("host", HOST)
}

#[tokio::test]
async fn there_is_none_in_production() {
    let world = World::new().await;
    let shop = world.app("shop").await;
    let session = shop.open("ann").await.session;
    for call in calls(&world, &session) {
        here(call).send().await.refused(404, "not_found");
    }
    assert!(shop.is_live(&session).await);
}

#[tokio::test]
async fn it_does_what_a_backend_would() {
    let world = World::dev().await;
    let shop = world.app("shop").await;
    let opened = here(world.post("/play/apps/shop/sessions")).json(json!({"user_id": "ann"})).send().await;
    let opened = opened.expect(201).json();
    let managed = shop.manage(Method::POST, "/sessions").json(json!({"user_id": "ann"})).send().await;
    let names = |answer: &serde_json::Value| answer.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&opened), names(&managed.expect(201).json()));
    let token = opened["auth_result"]["refresh_token"].as_str().unwrap();
    shop.refresh(token).await.expect(200);
    let sid = opened["session"]["session_id"].as_str().unwrap();
    let at = format!("/play/apps/shop/sessions/{sid}");
    let seen = here(world.get(&at)).send().await.expect(200).json();
    assert_eq!((&seen["seq"], &seen["status"]), (&json!(2), &json!("live")));
    here(world.delete(&at)).send().await.expect(200);
    assert_eq!(here(world.get(&at)).send().await.expect(200).json()["reason"], "ended_by_admin");

    let both = [shop.open("ann").await, shop.open("ann").await];
    here(world.delete("/play/apps/shop/users/ann/tokens")).send().await.expect(200);
    for tokens in both {
        assert!(!shop.is_live(&tokens.session).await);
    }
}

#[tokio::test]
async fn it_says_what_there_is_to_play_with() {
    let world = World::dev().await;
    world.app("shop").await;
    let said = here(world.get("/play/apps")).send().await.expect(200).json();
    let shop = said["apps"].as_array().unwrap().iter().find(|app| app["id"] == "shop").unwrap();
    assert_eq!(shop["name"], "The app shop");
    assert_eq!(
        (&shop["settings"]["retry_leeway"], &shop["settings"]["refresh_tokens"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(said["virtual_clock"], false);
    assert!(said["now"].is_i64());
    let apps = said["apps"].as_array().unwrap();
    assert!(
        apps.iter().all(|app| app["id"] != "tenure-console"),
        "the console's own app is nobody's to play with"
    );
    let with_clock = World::with_virtual_clock().await;
    assert_eq!(here(with_clock.get("/play/apps")).send().await.expect(200).json()["virtual_clock"], true);
}

#[tokio::test]
async fn other_machines_and_other_pages_are_refused_and_change_nothing() {
    let world = World::dev().await;
    let shop = world.app("shop").await;
    let session = shop.open("ann").await.session;
    let refused = |call: Call| async { call.send().await.refused(403, "forbidden") };
    for call in calls(&world, &session) {
        refused(call.clone().header("host", HOST)).await;
        refused(call.clone().peer([10, 0, 0, 7]).header("host", HOST)).await;
        refused(call.clone().peer(HERE)).await;
        for host in ["evil.example:7800", "localhost", "localhost:7801", "localhost.evil.example:7800", ""] {
            refused(call.clone().peer(HERE).header("host", host)).await;
            refused(here(call.clone()).header("origin", &format!("http://{host}"))).await;
        }
        for origin in ["null", "https://localhost:7800", "http://localhost:3000", "http://localhost:7800/"] {
            refused(here(call.clone()).header("origin", origin)).await;
        }
    }
    assert!(shop.is_live(&session).await);
    assert_eq!(shop.manage(Method::GET, "/sessions?user_id=bob").send().await.json()["total"], 0);
}

#[tokio::test]
async fn every_name_of_this_machine_will_do() {
    let world = World::dev().await;
    for host in ["localhost:7800", "127.0.0.1:7800", "[::1]:7800"] {
        let call = world.get("/play").header("host", host);
        call.clone().peer(HERE).send().await.expect(200);
        call.clone().peer(std::net::Ipv6Addr::LOCALHOST).send().await.expect(200);
        call.peer(HERE).header("origin", &format!("http://{host}")).send().await.expect(200);
    }
}

#[tokio::test]
async fn the_page_lets_no_foreign_script_in_and_no_page_hold_it() {
    let world = World::dev().await;
    for (path, kind) in [
        ("/play", "text/html; charset=utf-8"),
        ("/play/main.js", "text/javascript; charset=utf-8"),
        ("/play/play.css", "text/css; charset=utf-8"),
        ("/play/mark.svg", "image/svg+xml"),
    ] {
        let answer = here(world.get(path)).send().await.expect(200);
        assert_eq!(answer.header("content-type"), Some(kind));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let policy = answer.header("content-security-policy").unwrap();
        for rule in
            ["default-src 'none'", "script-src 'self'", "form-action 'none'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    for path in ["/play/", "/play/nothing.js", "/play/..%2fplay.css", "/play/main.js/x"] {
        here(world.get(path)).send().await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::dev().await;
    let shop = world.app("shop").await;
    let session = shop.open("ann").await.session;
    world.app("bank").await;
    for path in [format!("/play/apps/bank/sessions/{session}"), "/play/apps/nobody/sessions/x".to_owned()] {
        here(world.get(&path)).send().await.refused(404, "not_found");
        here(world.delete(&path)).send().await.refused(404, "not_found");
    }
    for app in ["nobody", "tenure-console"] {
        let call = here(world.post(&format!("/play/apps/{app}/sessions")));
        call.json(json!({"user_id": "ann"})).send().await.refused(404, "not_found");
    }
    assert!(shop.is_live(&session).await);
}
