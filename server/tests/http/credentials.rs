//! Who is refused: every address that needs a key, with every key that will not do.

use http::Method;
use serde_json::json;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::call::Call;
use crate::support::reference::{Needs, Row, rows};

/// The keys that a test of one address needs.
struct Keys {
    verify: String,
    backend: String,
    admin: String,
    elsewhere: String,
    verify_all: String,
    backend_all: String,
    admin_all: String,
}

async fn keys(world: &World) -> Keys {
    Keys {
        verify: world.api_key("shop", "verify", false).await,
        backend: world.api_key("shop", "backend", false).await,
        admin: world.api_key("shop", "admin", false).await,
        elsewhere: world.api_key("bank", "admin", false).await,
        verify_all: world.api_key("shop", "verify", true).await,
        backend_all: world.api_key("shop", "backend", true).await,
        admin_all: world.admin.clone(),
    }
}

/// Those that may not, though they are valid.
fn too_little(keys: &Keys, needs: Needs) -> Vec<&String> {
    match needs {
        Needs::Nothing | Needs::AuthToken | Needs::AnyKey => vec![],
        Needs::Verify => vec![&keys.elsewhere],
        Needs::VerifyOfEveryApp => vec![&keys.verify, &keys.admin],
        Needs::Backend => vec![&keys.verify, &keys.verify_all, &keys.elsewhere],
        Needs::Admin => vec![&keys.verify, &keys.backend, &keys.backend_all, &keys.elsewhere],
        Needs::AdminOfEveryApp => vec![&keys.verify_all, &keys.backend_all, &keys.admin],
        Needs::OwnSocket => vec![&keys.admin, &keys.verify_all, &keys.backend_all, &keys.admin_all],
    }
}

fn at(path: &str, app: &str) -> String {
    path.replace("{app}", app)
        .replace("{sid}", "AAAAAAAAAAAAAAAAAAAAAA")
        .replace("{uid}", "ann")
        .replace("{name}", "ann")
        .replace("{kid}", "k")
}

/// A request that would be refused for its body, were it not refused before.
fn call(world: &World, row: &Row, app: &str) -> Call {
    let call = world.call(row.method.clone(), &at(&row.path, app).replace("{id}", "x"));
    match row.path.contains("/oauth/") {
        true => call.form(&[("token", "x")]),
        false => call.json(json!({"no": "such field"})),
    }
}

#[track_caller]
fn unauthorized(row: &Row, answer: Answer) -> Answer {
    let code = if row.path.contains("/oauth/") { "invalid_client" } else { "invalid_api_key" };
    let answer = answer.refused(401, code);
    assert!(answer.header("www-authenticate").unwrap().contains("Bearer"), "{row:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{row:?}");
    answer
}

#[tokio::test]
async fn every_address_refuses_whoever_may_not() {
    let world = World::new().await;
    for app in ["shop", "bank"] {
        world.app(app).await;
    }
    let keys = keys(&world).await;
    let guarded: Vec<_> = rows().into_iter().filter(|row| row.needs.a_key()).collect();
    assert!(guarded.len() > 18);
    let calls = world.memory.calls();
    for (n, row) in guarded.into_iter().enumerate() {
        let call = call(&world, &row, "shop");
        let without = unauthorized(&row, call.clone().send().await);
        for wrong in ["x", "tk_", "tk_AAAA", &format!("{}A", keys.admin), &"x".repeat(5000)] {
            unauthorized(&row, call.clone().key(wrong).peer([203, 0, 113, n as u8]).send().await);
        }
        for key in too_little(&keys, row.needs) {
            if row.path == "/v1/apps" && row.method == Method::GET && *key == keys.elsewhere {
                continue; // It sees its own.
            }
            let answer = call.clone().key(key).send().await;
            match row.path.contains("/oauth/") {
                true => answer.refused(401, "invalid_client"),
                false => answer.refused(403, "forbidden"),
            };
        }
        // Nor is there an answer that says whether an app exists.
        let nobody = call_elsewhere(&world, &row);
        assert_eq!(unauthorized(&row, nobody.clone().send().await).body, without.body, "{row:?}");
        if row.path.contains("{app}") && !row.path.contains("/oauth/") {
            nobody.key(&keys.admin).send().await.refused(403, "forbidden");
        }
    }
    assert_eq!(world.memory.calls(), calls, "no question to the store");
}

fn call_elsewhere(world: &World, row: &Row) -> Call {
    call(world, row, "nobody")
}

#[tokio::test]
async fn every_address_of_users_refuses_whoever_has_no_auth_token() {
    let world = World::new().await;
    let (shop, bank) = (world.app("shop").await, world.app("bank").await);
    let (of_shop, of_bank) = (shop.open("ann").await, bank.open("ann").await);
    let rows: Vec<_> = rows().into_iter().filter(|row| row.needs == Needs::AuthToken).collect();
    assert!(rows.len() > 2);
    for row in rows {
        let call = world.call(row.method.clone(), &at(&row.path, "shop"));
        let forged = format!("{}A", of_shop.auth);
        let wrong = ["", "x", &world.admin, &of_shop.refresh, &of_bank.auth, &forged, &"x".repeat(20_000)];
        let refused = |answer: Answer| {
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            answer.refused(401, "invalid_auth_token")
        };
        refused(call.clone().send().await);
        refused(call.clone().own_socket().send().await);
        for token in wrong {
            refused(call.clone().key(token).send().await);
        }
        call.key(&of_shop.auth).key(&of_shop.auth).send().await.refused(400, "invalid_request");
    }
    assert!(shop.is_live(&of_shop.session).await && bank.is_live(&of_bank.session).await);
}

#[tokio::test]
async fn every_address_lets_in_whoever_may() {
    let world = World::new().await;
    world.app("shop").await;
    world.app("bank").await;
    let keys = keys(&world).await;
    for row in rows().into_iter().filter(|row| row.needs.a_key()) {
        let enough = match row.needs {
            Needs::Nothing | Needs::AuthToken => continue,
            Needs::AnyKey | Needs::Verify => &keys.verify,
            Needs::VerifyOfEveryApp => &keys.verify_all,
            Needs::Backend => &keys.backend,
            Needs::Admin => &keys.admin,
            Needs::AdminOfEveryApp => &world.admin,
            Needs::OwnSocket => {
                let status = call(&world, &row, "shop").own_socket().send().await.status();
                assert!(matches!(status, 200 | 404 | 422), "{row:?}: {status}");
                continue;
            }
        };
        if row.method == Method::DELETE && !row.path.contains("{id}") && !row.path.contains("{uid}") {
            continue; // These need no body, and would be done.
        }
        for request in [call(&world, &row, "shop").key(enough), call(&world, &row, "shop").own_socket()] {
            let status = request.send().await.status();
            assert!(matches!(status, 200 | 404 | 415 | 422), "{row:?}: {status}");
        }
    }
}

#[tokio::test]
async fn a_key_is_one_header_of_one_scheme() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let call = world.get(&app.at("/sessions"));
    let header = |value: &str| call.clone().header("authorization", value);
    for value in [&world.admin[..], "Basic eDp5", "Bearer", "Bearer ", &format!("Token {}", world.admin)] {
        header(value).send().await.refused(401, "invalid_api_key");
    }
    header(&format!("bearer  {} ", world.admin)).send().await.expect(200);
    call.clone().key(&world.admin).key(&world.admin).send().await.refused(400, "invalid_request");
    call.clone().key("tk_x").own_socket().send().await.refused(401, "invalid_api_key");
    call.own_socket().send().await.expect(200);
}

#[tokio::test]
async fn the_face_of_an_app_shows_more_to_its_operators() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let public = world.get(&app.at("")).send().await;
    insta::assert_snapshot!("app_public", public.shown());
    let backend = world.api_key("shop", "backend", false).await;
    let managed = world.get(&app.at("")).key(&backend).send().await;
    insta::assert_snapshot!("app_managed", managed.shown());
    world.get(&app.at("")).key("tk_wrong").send().await.refused(401, "invalid_api_key");
    let elsewhere = world.api_key("first", "admin", false).await;
    world.get(&app.at("")).key(&elsewhere).send().await.refused(403, "forbidden");
    world.get("/v1/apps/nobody").send().await.refused(404, "not_found");
}
