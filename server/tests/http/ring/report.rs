//! `GET /v1/ring`: what the nodes hold, and what depends on each key.

use serde_json::{Value, json};
use tenure_core::id::Kid;

use crate::support::World;
use crate::support::clock::START;

async fn report(world: &World) -> Value {
    world.get("/v1/ring").key(&world.admin).send().await.expect(200).json()
}

#[tokio::test]
async fn it_says_what_each_node_holds_and_never_a_key() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for user in ["ann", "bob", "eve"] {
        app.open(user).await;
    }
    world.app("bank").await.open("ann").await;
    world.pass(30);
    world.edit_ring(|ring| assert!(ring.add(&[9; 32]).is_ok()));
    world.service.reload_ring().await;
    let _other = world.another_node().await;
    world.edit_ring(|ring| ring.activate(Kid(2)).unwrap());
    world.service.reload_ring().await;
    app.open("sue").await;
    let answer = world.get("/v1/ring").key(&world.admin).send().await;
    insta::assert_snapshot!("ring", answer.shown());
    for secret in [[7; 32], [9; 32]] {
        use base64ct::{Base64UrlUnpadded, Encoding as _};
        assert!(!answer.text().contains(&Base64UrlUnpadded::encode_string(&secret)));
    }
}

#[tokio::test]
async fn sessions_are_counted_under_the_key_of_their_newest_token() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"absolute_lifetime": 3600, "idle_timeout": 1800})).await;
    let mut tokens = Vec::new();
    for user in ["ann", "bob", "eve", "sue"] {
        tokens.push(app.open(user).await.refresh);
    }
    world.edit_ring(|ring| {
        ring.add(&[9; 32]).unwrap();
        ring.activate(Kid(2)).unwrap();
    });
    world.service.reload_ring().await;
    let sessions = async || -> Vec<Value> {
        let keys = report(&world).await["keys"].clone();
        keys.as_array().unwrap().iter().map(|key| key["sessions"].clone()).collect()
    };
    assert_eq!(sessions().await, [4, 0]);
    app.refreshed(&tokens[0]).await;
    app.sign_out(&tokens[1]).await.expect(200);
    assert_eq!(sessions().await, [2, 1]);
    world.edit_ring(|ring| ring.retire(Kid(1)).unwrap());
    world.service.reload_ring().await;
    assert_eq!(sessions().await, [Value::Null, json!(1)], "it has no sessions any more");
    world.pass(3600);
    assert_eq!(sessions().await, [Value::Null, json!(0)]);
}

#[tokio::test]
async fn ages_are_kept_in_the_store() {
    let world = World::new().await;
    world.pass(1000);
    world.edit_ring(|ring| assert!(ring.add(&[9; 32]).is_ok()));
    world.service.reload_ring().await;
    world.pass(50);
    let world = world.restarted().await;
    let keys = report(&world).await["keys"].clone();
    let seen = keys.as_array().unwrap().iter().map(|key| key["first_seen_at"].as_i64().unwrap() - START);
    assert_eq!(seen.collect::<Vec<_>>(), [0, 1000]);
    let ages = world.service.ring_key_ages();
    assert_eq!((ages.keys, ages.oldest_secs, ages.newest_secs), (2, 1050, 50));
}
