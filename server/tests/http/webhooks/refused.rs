//! What is no webhook, and who does not see one.

use http::Method;
use serde_json::{Value, json};
use tenure_service::limits::{WEBHOOK_URL_BYTES, WEBHOOKS_PER_APP};

use super::{at, change, create, to};
use crate::support::World;

/// LO-7: private addresses, names that lead nowhere good, and everything but https are not taken.
#[tokio::test]
async fn lo_7_a_webhook_that_may_not_be_reached_is_not_made() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let webhook = create(&app, to("https://hooks.example/")).await;
    let bad = [
        "",
        "hooks.example",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://",
        "https://user:pw@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:22/",
        "https://hooks.example:0/",
        "https://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://127.1/",
        "http://1.1.1.1/",
        "https://hooks.example/\n",
    ];
    let too_long = format!("https://hooks.example/{}", "x".repeat(WEBHOOK_URL_BYTES));
    for url in bad.into_iter().chain([&too_long[..]]) {
        let refused = app.manage(Method::POST, "/webhooks").json(to(url)).send().await;
        assert_eq!(refused.refused(422, "invalid_fields").json()["fields"][0]["path"], "url", "{url}");
        change(&app, &webhook, to(url)).await.refused(422, "invalid_fields");
    }
    let list = app.manage(Method::GET, "/webhooks").send().await.json();
    assert_eq!(list["webhooks"].as_array().unwrap().len(), 1);
    assert_eq!(list["webhooks"][0]["url"], "https://hooks.example/");
}

#[tokio::test]
async fn what_is_not_understood_is_not_taken() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let webhook = create(&app, to("https://hooks.example/")).await;
    let url = "https://hooks.example/";
    let unknown =
        app.manage(Method::POST, "/webhooks").json(json!({"url": url, "events": ["session.revoked", "x"]}));
    let unknown = unknown.send().await.refused(422, "invalid_fields").json();
    assert_eq!(unknown["fields"][0]["path"], "events[1]", "{unknown}");
    for body in [
        json!({}),
        json!({"url": 1}),
        json!({"url": url, "events": "session.revoked"}),
        json!({"url": url, "events": ["SESSION.REVOKED"]}),
        json!({"url": url, "events": ["webhook.test"]}),
        json!({"url": url, "secret": "whsec_AAAA"}),
        json!({"url": url, "enabled": true}),
    ] {
        app.manage(Method::POST, "/webhooks").json(body).send().await.refused(422, "invalid_fields");
    }
    for body in [json!({"enabled": "yes"}), json!({"events": ["x"]}), json!({"cursor": 5})] {
        change(&app, &webhook, body).await.refused(422, "invalid_fields");
    }
    for path in ["/secret", ""] {
        let path = format!("{}{path}", at(&webhook));
        let method = if path.ends_with("secret") { Method::POST } else { Method::PATCH };
        app.manage(method, &path).body("{}").send().await.refused(415, "unsupported_media_type");
    }
    assert_eq!(
        app.manage(Method::GET, "/webhooks").send().await.json()["webhooks"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn an_app_has_so_many_webhooks_and_sees_those_of_no_other() {
    let world = World::new().await;
    let (shop, bank) = (world.app("shop").await, world.app("bank").await);
    let mut last = Value::Null;
    for n in 0..WEBHOOKS_PER_APP {
        last = create(&shop, to(&format!("https://hooks.example/{n}"))).await;
    }
    let more = shop.manage(Method::POST, "/webhooks").json(to("https://hooks.example/")).send().await;
    more.refused(409, "conflict");
    create(&bank, to("https://hooks.example/")).await;
    let of_bank = world.api_key("bank", "admin", false).await;
    let elsewhere = bank.at(&at(&last));
    for call in [world.get(&elsewhere), world.delete(&elsewhere), world.patch(&elsewhere).json(json!({}))] {
        call.key(&of_bank).send().await.refused(404, "not_found");
    }
    for path in ["/webhooks/..", "/webhooks/%2e%2e%2fshop", "/webhooks/x%2fy", "/webhooks/wh_"] {
        bank.manage(Method::GET, path).send().await.refused(404, "not_found");
    }
    shop.manage(Method::DELETE, &at(&last)).send().await.expect(200);
    create(&shop, to("https://hooks.example/again")).await;
}
