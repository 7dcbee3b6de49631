//! `/v1/apps`, and what of `ISS` needs a key.

use http::Method;
use serde_json::{Value, json};

use crate::support::World;

async fn create(world: &World, body: Value) -> crate::support::answer::Answer {
    world.post("/v1/apps").key(&world.admin).json(body).send().await
}

#[tokio::test]
async fn an_app_is_created_shown_renamed_and_removed() {
    let world = World::new().await;
    insta::assert_snapshot!("created", create(&world, json!({"id": "shop", "name": "Shop"})).await.shown());
    let renamed = world.patch("/v1/apps/shop").key(&world.admin).json(json!({"name": "Market"})).send().await;
    assert_eq!(renamed.expect(200).json()["app"]["name"], "Market");
    let unchanged = world.patch("/v1/apps/shop").key(&world.admin).json(json!({})).send().await;
    assert_eq!(unchanged.expect(200).json()["app"]["name"], "Market");
    let list = world.get("/v1/apps").key(&world.admin).send().await.expect(200).json();
    let ids: Vec<_> = list["apps"].as_array().unwrap().iter().map(|app| app["id"].clone()).collect();
    assert_eq!(ids, ["first", "shop"]);
    insta::assert_snapshot!("removed", world.delete("/v1/apps/shop").key(&world.admin).send().await.shown());
    let gone = world.get("/v1/apps/shop").key(&world.admin).send().await;
    insta::assert_snapshot!("not_found", gone.shown());
}

#[tokio::test]
async fn an_id_is_drawn_where_none_is_given_and_never_taken_twice() {
    let world = World::new().await;
    let drawn = create(&world, json!({"name": "Shop"})).await.expect(201).json()["app"]["id"].clone();
    assert_eq!(drawn.as_str().unwrap().len(), 16);
    create(&world, json!({"id": "shop", "name": "Shop"})).await.expect(201);
    create(&world, json!({"id": "shop", "name": "Other"})).await.refused(409, "conflict");
    assert_eq!(world.get("/v1/apps/shop").send().await.json()["app"]["name"], "Shop");
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let call = world.post("/v1/apps").key(&world.admin).json(json!({"id": "one", "name": "One"}));
        sent.spawn(call.send());
    }
    let mut statuses: Vec<_> = sent.join_all().await.iter().map(|answer| answer.status()).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[409; 15][..]));
}

#[tokio::test]
async fn ids_and_names_have_their_bounds() {
    let world = World::new().await;
    let long = "x".repeat(65);
    for id in ["", "a b", "a/b", "..", "\u{fc}", "a%2Fb", &long] {
        let answer = create(&world, json!({"id": id, "name": "x"})).await.refused(422, "invalid_fields");
        assert_eq!(answer.json()["fields"][0]["path"], "id");
    }
    let long = "x".repeat(201);
    for name in ["", "a\nb", &long] {
        create(&world, json!({"name": name})).await.refused(422, "invalid_fields");
        let update = world.patch("/v1/apps/first").key(&world.admin).json(json!({"name": name}));
        update.send().await.refused(422, "invalid_fields");
    }
    create(&world, json!({"id": "x".repeat(64), "name": "\u{1f36a}"})).await.expect(201);
}

#[tokio::test]
async fn a_key_sees_only_what_it_reaches() {
    let world = World::new().await;
    world.app("shop").await;
    world.app("bank").await;
    let key = world.api_key("shop", "backend", false).await;
    let list = world.get("/v1/apps").key(&key).send().await.expect(200).json();
    assert_eq!(list["apps"].as_array().unwrap().len(), 1);
    assert_eq!(list["apps"][0]["id"], "shop");
    let admin = world.api_key("shop", "admin", false).await;
    let other = world.call(Method::PATCH, "/v1/apps/bank").key(&admin).json(json!({"name": "Mine"}));
    other.send().await.refused(403, "forbidden");
}
