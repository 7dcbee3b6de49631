//! `ISS/api-keys`.

use http::Method;
use serde_json::{Value, json};
use tenure_store::{Directory as _, Kind};

use crate::support::World;
use crate::support::app::TestApp;

async fn create(app: &TestApp<'_>, body: Value) -> Value {
    app.manage(Method::POST, "/api-keys").json(body).send().await.expect(201).json()
}

#[tokio::test]
async fn a_key_is_shown_once_works_at_once_and_until_it_is_revoked() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let created = app.manage(Method::POST, "/api-keys").json(json!({"name": "Shop", "role": "backend"}));
    let created = created.send().await;
    insta::assert_snapshot!("created", created.shown());
    let (key, id) = (created.json()["api_key"].clone(), created.json()["id"].clone());
    let (key, id) = (key.as_str().unwrap(), id.as_str().unwrap());
    let list = app.manage(Method::GET, "/api-keys").send().await;
    assert!(!list.text().contains(key));
    assert!(list.json()["api_keys"].as_array().unwrap().iter().any(|shown| shown["id"] == id));
    world.get(&app.at("/sessions")).key(key).send().await.expect(200);
    app.manage(Method::DELETE, &format!("/api-keys/{id}")).send().await.expect(200);
    world.get(&app.at("/sessions")).key(key).send().await.refused(401, "invalid_api_key");
    app.manage(Method::DELETE, &format!("/api-keys/{id}")).send().await.refused(404, "not_found");
}

#[tokio::test]
async fn a_key_of_one_app_neither_sees_nor_makes_nor_revokes_keys_of_others() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let admin = world.api_key("shop", "admin", false).await;
    let other = create(&bank, json!({"name": "b", "role": "verify"})).await;
    let every = create(&app, json!({"name": "e", "role": "verify", "all_apps": true})).await;
    let list = world.get(&app.at("/api-keys")).key(&admin).send().await.expect(200).json();
    let shown: Vec<_> = list["api_keys"].as_array().unwrap().iter().map(|key| &key["app_id"]).collect();
    assert!(!shown.is_empty() && shown.iter().all(|app| **app == "shop"));
    for key in [&other, &every] {
        let path = app.at(&format!("/api-keys/{}", key["id"].as_str().unwrap()));
        world.delete(&path).key(&admin).send().await.refused(404, "not_found");
    }
    let wider = json!({"name": "w", "role": "verify", "all_apps": true});
    let wider = world.post(&app.at("/api-keys")).key(&admin).json(wider).send().await;
    wider.refused(403, "forbidden");
    world
        .get(&app.at("/sessions"))
        .key(every["api_key"].as_str().unwrap())
        .send()
        .await
        .refused(403, "forbidden");
}

#[tokio::test]
async fn bad_keys_are_not_made() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let before = app.manage(Method::GET, "/api-keys").send().await.json();
    let bad = [
        json!({"name": "", "role": "admin"}),
        json!({"name": "x".repeat(201), "role": "admin"}),
        json!({"name": "two\nlines", "role": "admin"}),
        json!({"name": "k", "role": "owner"}),
        json!({"name": "k", "role": "ADMIN"}),
        json!({"name": "k"}),
        json!({"name": "k", "role": "admin", "all_apps": "yes"}),
    ];
    for body in bad {
        app.manage(Method::POST, "/api-keys").json(body).send().await.refused(422, "invalid_fields");
    }
    assert_eq!(app.manage(Method::GET, "/api-keys").send().await.json(), before);
}

#[tokio::test]
async fn what_is_stored_of_a_key_opens_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let key = create(&app, json!({"name": "k", "role": "admin"})).await;
    let text = key["api_key"].as_str().unwrap();
    let record = world.memory.get(Kind::ApiKey, key["id"].as_str().unwrap()).await.unwrap().unwrap();
    let stored: Value = serde_json::from_slice(&record.bytes).unwrap();
    let digest = stored["digest"].as_str().unwrap();
    assert!(!text.contains(digest) && !String::from_utf8_lossy(&record.bytes).contains(&text[15..]));
    for forged in
        [format!("tk_{}{digest}", key["id"].as_str().unwrap()), digest.to_owned(), text[3..].to_owned()]
    {
        world.get(&app.at("/sessions")).key(&forged).send().await.refused(401, "invalid_api_key");
    }
    for at in [3, 10, 15, 30, text.len() - 2] {
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        let forged = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        world.get(&app.at("/sessions")).key(&forged).send().await.refused(401, "invalid_api_key");
    }
    let world = world.restarted().await;
    world.get("/v1/apps/shop/sessions").key(text).send().await.expect(200);
}
