//! Pages of other origins: exactly those that the app allows.

use http::Method;
use serde_json::json;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::reference::rows;

const ORIGIN: &str = "https://shop.example";

async fn shop(world: &World) -> TestApp<'_> {
    world.app_with("shop", json!({"allowed_origins": [ORIGIN, "http://localhost:3000"]})).await
}

fn no_page_may_read(answer: &Answer) -> bool {
    answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-"))
}

async fn preflight(world: &World, path: &str, origin: &str) -> Answer {
    let call = world.call(Method::OPTIONS, path).header("origin", origin);
    call.header("access-control-request-method", "POST").send().await
}

#[tokio::test]
async fn te_11_a_preflight_of_an_allowed_origin() {
    let world = World::new().await;
    let app = shop(&world).await;
    insta::assert_snapshot!("preflight", preflight(&world, &app.at("/tokens"), ORIGIN).await.shown());
    for path in ["/oauth/token", "/oauth/revoke", "/.well-known/jwks.json", "/tokens/", ""] {
        let answer = preflight(&world, &app.at(path), ORIGIN).await.expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    let inserted = "/.well-known/oauth-authorization-server/v1/apps/shop";
    let answer = preflight(&world, inserted, "http://localhost:3000").await.expect(204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:3000"));
}

#[tokio::test]
async fn te_11_other_origins_are_told_nothing() {
    let world = World::new().await;
    let app = shop(&world).await;
    world.app("bank").await;
    let others = [
        "https://shop.example:443",
        "https://shop.example/",
        "https://SHOP.example",
        "http://shop.example",
        "https://evil.example",
        "https://shop.example.evil.example",
        "https://a.shop.example",
        "null",
        "*",
        "",
    ];
    for origin in others {
        let answer = preflight(&world, &app.at("/tokens"), origin).await;
        assert!(no_page_may_read(&answer), "{origin}");
        let token = app.open("ann").await.refresh;
        let answer = app.refreshing(&token).header("origin", origin).send().await;
        assert!(no_page_may_read(&answer), "{origin}");
        assert_eq!(answer.header("vary"), Some("origin"));
    }
    let answer = preflight(&world, "/v1/apps/bank/tokens", ORIGIN).await;
    assert!(no_page_may_read(&answer), "another app's origin");
    assert!(no_page_may_read(&preflight(&world, "/v1/apps/nobody/tokens", ORIGIN).await));
}

#[tokio::test]
async fn te_11_answers_and_errors_may_be_read_by_allowed_pages() {
    let world = World::new().await;
    let app = shop(&world).await;
    let token = app.open("ann").await.refresh;
    let calls = [
        (app.refreshing(&token), 200),
        (app.refreshing("garbage"), 401),
        (app.grant("garbage"), 400),
        (world.post(&app.at("/tokens")).body("{"), 400),
        (world.put(&app.at("/tokens")), 405),
        (world.get(&app.at("/.well-known/jwks.json")), 200),
        (world.get(&app.at("")), 200),
    ];
    for (call, status) in calls {
        let answer = call.header("origin", ORIGIN).send().await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
        assert_eq!(answer.header("access-control-expose-headers"), Some("retry-after, x-request-id"));
        assert!(answer.headers.get_all("vary").iter().any(|value| value == "origin"));
    }
}

#[tokio::test]
async fn te_11_no_page_may_read_what_needs_a_key() {
    let world = World::new().await;
    shop(&world).await;
    for row in rows().into_iter().filter(|row| row.needs.a_key()) {
        let path = row.path.replace("{app}", "shop");
        if path == "/v1/apps/shop" {
            continue; // Shares its address with the app's public face.
        }
        for call in
            [world.call(row.method.clone(), &path).key(&world.admin), world.call(Method::OPTIONS, &path)]
        {
            if row.method == Method::DELETE {
                continue;
            }
            let call = call.header("origin", ORIGIN).header("access-control-request-method", "POST");
            assert!(no_page_may_read(&call.send().await), "{row:?}");
        }
    }
}
