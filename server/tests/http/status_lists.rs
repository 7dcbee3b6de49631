//! `ISS/status-lists`: what verifiers read that cannot follow the feed.

mod places;
mod vectors;

use http::Method;
use serde_json::{Value, json};
use tenure_jose::{VerifyingKey, verify};
use tenure_wire::jwk::Jwk;

use crate::support::app::TestApp;
use crate::support::status_list::StatusList;
use crate::support::{Tokens, World, claims_of, header_of};

/// An app whose auth tokens say where their status stands.
async fn shop(world: &World) -> TestApp<'_> {
    world.app_with("shop", json!({"revocation": "status_list"})).await
}

/// Where the status of an auth token stands: its list and its bit.
#[track_caller]
fn place(auth: &str) -> (String, usize) {
    let status = &claims_of(auth)["status"]["status_list"];
    (status["uri"].as_str().unwrap().to_owned(), status["idx"].as_u64().unwrap() as usize)
}

/// The address of a list within the server.
fn path(uri: &str) -> &str {
    uri.strip_prefix("https://tenure.test").unwrap()
}

/// The claims of a list, whose signature is one of the app's.
async fn read(world: &World, app: &TestApp<'_>, uri: &str) -> Value {
    let keys = world.get(&app.at("/.well-known/jwks.json")).send().await.expect(200).json();
    let keys: Vec<_> = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| VerifyingKey::from_jwk(&serde_json::from_value::<Jwk>(key.clone()).unwrap()).unwrap())
        .collect();
    let jwt = world.get(path(uri)).send().await.expect(200).text();
    let find = |kid: &str| keys.iter().find(|key| key.kid() == kid);
    Value::Object(verify(&jwt, find, &["statuslist+jwt"]).unwrap().payload().clone())
}

/// What the list of an auth token says of it.
async fn status(world: &World, app: &TestApp<'_>, auth: &str) -> u8 {
    let (uri, idx) = place(auth);
    StatusList::of(&read(world, app, &uri).await["status_list"]).at(idx)
}

#[tokio::test]
async fn sl_1_an_auth_token_says_where_its_status_stands() {
    let world = World::new().await;
    let app = shop(&world).await;
    let tokens = app.open("ann").await;
    let status = claims_of(&tokens.auth)["status"].clone();
    let (uri, idx) = place(&tokens.auth);
    assert_eq!(status, json!({"status_list": {"idx": idx, "uri": uri}}));
    let number = uri.strip_prefix(&format!("{}/status-lists/", app.issuer())).unwrap();
    assert_eq!(number.parse::<u32>().unwrap().to_string(), number);
    let next = app.refreshed(&tokens.refresh).await;
    assert_eq!(place(&next.auth), (uri, idx), "a session keeps its place");
    assert_eq!(app.introspect(&next.auth).await["status"], status);
    let other = world.app("other").await;
    assert_eq!(claims_of(&other.open("ann").await.auth).get("status"), None);
    app.change_settings(json!({"refresh_tokens": false})).await.expect(200);
    let stateless = app.open_with(json!({"user_id": "ann"})).await.expect(201);
    assert_eq!(claims_of(&Tokens::of(&stateless).auth).get("status"), None, "it belongs to no session");
}

#[tokio::test]
async fn sl_2_a_list_is_signed_and_says_how_long_it_is_good() {
    let world = World::new().await;
    let app = shop(&world).await;
    let (uri, _) = place(&app.open("ann").await.auth);
    let jwt = world.get(path(&uri)).send().await.expect(200).text();
    assert_eq!(header_of(&jwt)["typ"], "statuslist+jwt");
    let claims = read(&world, &app, &uri).await;
    let iat = claims["iat"].as_i64().unwrap();
    let lst = claims["status_list"]["lst"].clone();
    assert_eq!(
        claims,
        json!({
            "iss": app.issuer(),
            "sub": uri,
            "iat": iat,
            "exp": iat + 3600,
            "ttl": 20,
            "status_list": {"bits": 1, "lst": lst},
        })
    );
    assert_eq!(StatusList::of(&claims["status_list"]).len(), 16_384);
    for alg in ["EdDSA", "RS256"] {
        let app = world.app_with(alg, json!({"revocation": "status_list", "signing_alg": alg})).await;
        let (uri, _) = place(&app.open("ann").await.auth);
        assert_eq!(read(&world, &app, &uri).await["sub"], uri);
    }
}

#[tokio::test]
async fn a_list_is_signed_anew_with_the_key_that_takes_over() {
    let world = World::new().await;
    let app = shop(&world).await;
    let (uri, _) = place(&app.open("ann").await.auth);
    let jwt = || async { world.get(path(&uri)).send().await.expect(200).text() };
    let before = header_of(&jwt().await)["kid"].clone();
    let next = app.manage(Method::POST, "/signing-keys").json(json!({})).send().await.expect(201).json();
    assert_eq!(header_of(&jwt().await)["kid"], before);
    let retire = format!("/signing-keys/{}/retire", before.as_str().unwrap());
    let compromised = json!({"compromised": true});
    app.manage(Method::POST, &retire).json(compromised).send().await.expect(200);
    assert_eq!(header_of(&jwt().await)["kid"], next["kid"], "at once: nobody trusts the other one");
    read(&world, &app, &uri).await;
}

#[tokio::test]
async fn sl_4_every_cause_of_an_end_sets_its_bit_and_no_other_until_its_tokens_are_gone() {
    let world = World::new().await;
    let app = shop(&world).await;
    world.pass(4000); // Before it had refresh tokens, its auth tokens lived for an hour.
    let live = app.open("live").await;
    let signed_out = app.open("ann").await;
    app.sign_out(&signed_out.refresh).await.expect(200);
    let stolen = app.open("bob").await;
    app.refreshed(&stolen.refresh).await;
    app.refresh(&stolen.refresh).await.expect(401);
    let ended = app.open("cid").await;
    app.manage(Method::DELETE, &format!("/sessions/{}", ended.session)).send().await.expect(200);
    let of_user = app.open("dan").await;
    app.manage(Method::DELETE, "/users/dan/tokens").send().await.expect(200);
    let (uri, _) = place(&live.auth);
    let set = |claims: &Value| StatusList::of(&claims["status_list"]).set();
    let mut expected = [&signed_out, &stolen, &ended, &of_user].map(|tokens| place(&tokens.auth).1);
    expected.sort_unstable();
    assert_eq!(set(&read(&world, &app, &uri).await), expected);
    world.pass(600);
    assert_eq!(set(&read(&world, &app, &uri).await), expected, "clocks may differ by a minute");
    world.pass(65);
    assert_eq!(set(&read(&world, &app, &uri).await), Vec::<usize>::new());
}

#[tokio::test]
async fn sl_4_an_end_shows_within_ten_seconds_on_each_node_and_after_a_restart() {
    let world = World::new().await;
    let app = shop(&world).await;
    let tokens = app.open("ann").await;
    let node = world.another_node().await;
    for server in [&world, &node] {
        assert_eq!(status(server, &app, &tokens.auth).await, 0);
    }
    app.sign_out(&tokens.refresh).await.expect(200);
    assert_eq!(status(&world, &app, &tokens.auth).await, 0, "it was looked at a moment ago");
    world.pass(10);
    for server in [&world, &node] {
        assert_eq!(status(server, &app, &tokens.auth).await, 1);
    }
    let auth = tokens.auth;
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    assert_eq!(status(&world, &app, &auth).await, 1);
}

#[tokio::test]
async fn sl_5_a_list_can_be_kept_and_asked_about_by_any_page() {
    let world = World::new().await;
    let app = shop(&world).await;
    let tokens = app.open("ann").await;
    let (uri, _) = place(&tokens.auth);
    let get = || {
        let call = world.get(path(&uri)).header("origin", "https://anybody.example");
        call.header("accept", "application/statuslist+jwt")
    };
    let first = get().send().await.expect(200);
    assert_eq!(first.header("content-type"), Some("application/statuslist+jwt"));
    assert_eq!(first.header("cache-control"), Some("public, max-age=20"));
    assert_eq!(first.header("access-control-allow-origin"), Some("*"));
    let etag = first.header("etag").unwrap();
    let again = || async { get().header("if-none-match", etag).send().await.status() };
    assert_eq!(again().await, 304);
    world.pass(1000);
    assert_eq!(again().await, 304, "nothing has changed");
    world.pass(1000);
    let renewed = get().send().await.expect(200).text();
    assert_ne!(renewed, first.text(), "half of its life was over");
    for unknown in ["0", "00", "x", "-1", "4294967296", "1?time=1"] {
        let known = unknown == "1?time=1";
        let answer = world.get(&app.at(&format!("/status-lists/{unknown}"))).send().await;
        if known {
            answer.refused(501, "not_implemented")
        } else {
            answer.refused(404, "not_found")
        };
    }
    world.get(&app.at("/status-lists/1?tiem=1")).send().await.refused(400, "invalid_request");
    world.get("/v1/apps/nobody/status-lists/1").send().await.refused(404, "not_found");
}

#[tokio::test]
async fn sl_9_the_metadata_name_where_every_list_is_named() {
    let world = World::new().await;
    let app = shop(&world).await;
    let metadata = world.get(&app.at("/.well-known/openid-configuration")).send().await.expect(200).json();
    assert_eq!(metadata["status_list_aggregation_endpoint"], format!("{}/status-lists", app.issuer()));
    assert!(metadata["claims_supported"].as_array().unwrap().contains(&json!("status")));
    let named = || async { world.get(&app.at("/status-lists")).send().await };
    assert_eq!(named().await.expect(200).json(), json!({"status_lists": []}));
    let (uri, _) = place(&app.open("ann").await.auth);
    insta::assert_snapshot!("named", named().await.shown().replace(&uri, "[uri]"));
    let other = world.app("other").await;
    world.get(&other.at("/status-lists")).send().await.refused(404, "not_found");
    let metadata = world.get(&other.at("/.well-known/openid-configuration")).send().await.expect(200).json();
    assert_eq!(metadata.get("status_list_aggregation_endpoint"), None);
}

#[tokio::test]
async fn sl_10_what_a_list_said_at_another_time_is_not_kept() {
    let world = World::new().await;
    let app = shop(&world).await;
    let (uri, _) = place(&app.open("ann").await.auth);
    let answer = world.get(&format!("{}?time=1686925000", path(&uri))).send().await;
    answer.refused(501, "not_implemented");
}

#[tokio::test]
async fn a_dry_run_warns_where_a_list_shows_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let warned = async |settings: Value| {
        let call = app.manage(Method::PUT, "/session-settings?dry_run=true").json(settings);
        call.send().await.expect(200).json()["effects"]["warnings"].to_string()
    };
    let fine = json!({"revocation": "status_list", "auth_token_ttl": 51});
    assert!(!warned(fine).await.contains("status_list"));
    let short = json!({"revocation": "status_list", "auth_token_ttl": 50});
    assert!(warned(short).await.contains("gone before a list is sure to show the end"));
    let stateless = json!({"revocation": "status_list", "refresh_tokens": false});
    assert!(warned(stateless).await.contains("no list shows anything of them"));
}
