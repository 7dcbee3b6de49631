//! `/v1/admins` and `/v1/admin-links`: for the process's own socket alone.

use http::Method;
use serde_json::{Value, json};
use tenure_server::state::HttpOptions;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::world::CONSOLE_URL;

async fn world() -> World {
    World::with(HttpOptions { console_url: Some(CONSOLE_URL.to_owned()), ..HttpOptions::default() }).await
}

async fn link(world: &World, body: Value) -> Answer {
    world.post("/v1/admin-links").own_socket().json(body).send().await
}

async fn admins(world: &World) -> Value {
    world.get("/v1/admins").own_socket().send().await.expect(200).json()["admins"].take()
}

#[tokio::test]
async fn a_link_signs_in_whom_it_is_for() {
    let world = world().await;
    let made = link(&world, json!({})).await.expect(201);
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let made = made.json();
    let names: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["admin", "expires_at", "url"]);
    assert_eq!(made["admin"], "owner");
    assert_eq!(made["expires_at"], world.service.now().unwrap().secs() + 900);
    let code = made["url"].as_str().unwrap().strip_prefix("http://localhost:7801/sign-in#").unwrap();
    assert!(code.starts_with("al1_"));
    let now = world.service.now().unwrap().secs();
    let unseen = json!([{"name": "owner", "role": "owner", "created_at": now, "signed_in_at": null}]);
    assert_eq!(admins(&world).await, unseen);
    world.service.admin_sign_in(code, None).await.unwrap();
    assert_eq!(admins(&world).await[0]["signed_in_at"], now);
    let lines = world.service.audit_log(None, 10).await.unwrap().lines;
    let told: Vec<_> =
        lines.iter().map(|line| format!("{} {} {}", line.by, line.action, line.target)).collect();
    assert_eq!(told, ["owner signed_in owner", "the machine's owner admin_link_made owner"]);
    assert!(!format!("{lines:?}").contains(&code[..12]), "no code in the audit log");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_made() {
    let world = world().await;
    let said =
        |answer: Answer| answer.refused(422, "invalid_fields").json()["error"].as_str().unwrap().to_owned();
    link(&world, json!({})).await.expect(201);
    assert!(said(link(&world, json!({"name": "bob"})).await).contains("role must be given for a new admin"));
    assert!(
        said(link(&world, json!({"name": "bob", "role": "root"})).await)
            .contains("owner, operator or read_only")
    );
    assert!(said(link(&world, json!({"name": " ", "role": "owner"})).await).contains("visible"));
    assert!(
        said(link(&world, json!({"name": "x".repeat(100_000), "role": "owner"})).await)
            .contains("1 to 64 visible")
    );
    said(link(&world, json!({"nam": "bob"})).await);
    assert_eq!(
        world.service.audit_log(None, 10).await.unwrap().lines.len(),
        2,
        "an attempt at a name that may be one is put down, too"
    );
    let conflict = link(&world, json!({"role": "operator"})).await.refused(409, "conflict").text();
    assert!(conflict.contains("owner is the only owner: make another one first"), "{conflict}");
    assert_eq!(admins(&world).await.as_array().unwrap().len(), 1);
    let remove = |name: &str| world.call(Method::DELETE, &format!("/v1/admins/{name}")).own_socket();
    remove("bob").send().await.refused(404, "not_found");
    remove("owner").send().await.refused(409, "conflict");
    link(&world, json!({"name": "bob", "role": "owner"})).await.expect(201);
    assert_eq!(remove("owner").send().await.expect(200).text(), "");
    assert_eq!(admins(&world).await[0]["name"], "bob");
}

#[tokio::test]
async fn no_api_key_makes_an_admin() {
    let world = world().await;
    let call = world.post("/v1/admin-links").json(json!({}));
    call.clone().send().await.refused(401, "invalid_api_key");
    let refused = call.key(&world.admin).send().await.refused(403, "forbidden").json();
    assert!(refused["hint"].as_str().unwrap().contains("on the server's machine"), "{refused}");
    assert_eq!(admins(&world).await, json!([]));
    assert!(world.service.audit_log(None, 10).await.unwrap().lines.is_empty());
}

#[tokio::test]
async fn without_a_console_there_are_no_links_into_it() {
    let world = World::new().await;
    let refused = link(&world, json!({})).await.refused(409, "conflict").text();
    assert!(refused.contains("the console is turned off: set console_listen"), "{refused}");
    assert_eq!(admins(&world).await, json!([]));
}
