//! What is durable is in force: whoever hangs up, whoever is faster, and whatever is removed meanwhile.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tenure_core::id::AppId;
use tenure_store::{Directory as _, Kind};

use crate::support::World;
use crate::support::call::Call;

/// Sends the request and goes away at the first chance.
async fn sent_and_gone(call: Call) {
    let _ = tokio::time::timeout(Duration::ZERO, call.send()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_whose_caller_hung_up_is_in_force_once_it_is_stored() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let id = AppId::parse("shop").unwrap();
    for round in 0..40 {
        let idle = 86_400 + round;
        let change = app.manage(Method::PUT, "/session-settings").json(json!({"idle_timeout": idle}));
        sent_and_gone(change).await;
    }
    // What was begun is finished some time; then another node, which reads the store, says the same.
    for _ in 0..1000 {
        let here = world.service.session_settings(&id).unwrap();
        let there = world.another_node().await.service.session_settings(&id).unwrap();
        if (here.version, &here.settings) == (there.version, &there.settings) && here.version > 2 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("a stored change is not in force");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_revoked_stays_revoked_while_others_are_made() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let create = || app.manage(Method::POST, "/api-keys").json(json!({"name": "k", "role": "backend"}));
    for _ in 0..25 {
        let key = create().send().await.expect(201).json();
        let (id, text) = (key["id"].as_str().unwrap(), key["api_key"].as_str().unwrap());
        let others: Vec<_> = (0..4).map(|_| tokio::spawn(create().send())).collect();
        app.manage(Method::DELETE, &format!("/api-keys/{id}")).send().await.expect(200);
        for other in others {
            other.await.unwrap().expect(201);
        }
        world.get(&app.at("/sessions")).key(text).peer([10, 0, 0, 1]).send().await.expect(401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_whose_revoker_hung_up_is_refused_once_it_is_gone() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for round in 0..25 {
        let created = app.manage(Method::POST, "/api-keys").json(json!({"name": "k", "role": "backend"}));
        let key = created.send().await.expect(201).json();
        let (id, text) = (key["id"].as_str().unwrap(), key["api_key"].as_str().unwrap());
        sent_and_gone(app.manage(Method::DELETE, &format!("/api-keys/{id}"))).await;
        for _ in 0..10_000 {
            if world.memory.get(Kind::ApiKey, id).await.unwrap().is_none() {
                break;
            }
            tokio::task::yield_now().await;
        }
        // The next change has its turn once that one is in force.
        app.manage(Method::PATCH, "").json(json!({"name": format!("Shop {round}")})).send().await.expect(200);
        world.get(&app.at("/sessions")).key(text).peer([10, 0, 0, 2]).send().await.expect(401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_session_outlives_its_app() {
    let world = World::new().await;
    for _ in 0..15 {
        let app = world.app("shop").await;
        let opening: Vec<_> = (0..16)
            .map(|n| {
                let body = json!({"user_id": format!("user-{n}")});
                tokio::spawn(app.manage(Method::POST, "/sessions").json(body).send())
            })
            .collect();
        app.manage(Method::DELETE, "").send().await.expect(200);
        for opened in opening {
            let status = opened.await.unwrap().status;
            assert!([201, 404].contains(&status.as_u16()), "{status}");
        }
        let again = world.app("shop").await;
        let live = again.manage(Method::GET, "/sessions?status=live").send().await.expect(200).json();
        assert_eq!(live["total"], 0, "{live}");
        again.manage(Method::DELETE, "").send().await.expect(200);
    }
}
