//! `POST ISS/oauth/token`: the refresh grant, and errors as RFC 6749 has them.

mod exchange;

use serde_json::json;

use crate::support::app::TestApp;
use crate::support::call::Call;
use crate::support::{World, claims_of};

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn form(world: &World, app: &TestApp<'_>, pairs: &[(&str, &str)]) -> Call {
    world.post(&app.at("/oauth/token")).form(pairs)
}

#[tokio::test]
async fn te_1_the_shape_of_a_token_answer() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    world.pass(60);
    let answer = app.grant(&tokens.refresh).send().await;
    insta::assert_snapshot!("granted", answer.shown());
    let answer = answer.json();
    let claims = claims_of(answer["access_token"].as_str().unwrap());
    assert_eq!((&claims["sid"], &claims["sub"]), (&json!(tokens.session), &json!("ann")));
    assert_eq!(answer["expires_in"], claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap());
}

#[tokio::test]
async fn te_3_every_error_has_its_code_and_clean_characters() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let refresh = ("grant_type", "refresh_token");
    let cases: [(Pairs<'_>, u16, &str); 12] = [
        (&[], 400, "invalid_request"),
        (&[("grant_type", "")], 400, "invalid_request"),
        (&[refresh], 400, "invalid_request"),
        (&[refresh, ("refresh_token", "")], 400, "invalid_request"),
        (&[refresh, refresh, ("refresh_token", &token)], 400, "invalid_request"),
        (&[("grant_type", "x\"\\\u{1f36a}")], 400, "unsupported_grant_type"),
        (&[refresh, ("refresh_token", "tr1_garbage")], 400, "invalid_grant"),
        (&[refresh, ("refresh_token", "\"\\\r\n")], 400, "invalid_grant"),
        (&[refresh, ("refresh_token", &token), ("client_id", "nobody")], 401, "invalid_client"),
        (&[refresh, ("refresh_token", &token), ("client_secret", "x")], 401, "invalid_client"),
        (&[refresh, ("refresh_token", &token), ("scope", "all")], 400, "invalid_scope"),
        (&[refresh, ("refresh_token", &token), ("scope", "\"\\")], 400, "invalid_scope"),
    ];
    for (pairs, status, error) in cases {
        let body = form(&world, &app, pairs).send().await.refused(status, error).json();
        for name in ["error", "error_description"] {
            let text = body[name].as_str().unwrap();
            assert!(text.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{text}");
        }
    }
    app.grant(&token).send().await.expect(200);
}

#[tokio::test]
async fn te_4_a_client_that_fails_is_challenged_in_the_scheme_it_used() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let basic = app.grant(&token).header("authorization", "Basic c2hvcDp3cm9uZw==").send().await;
    insta::assert_snapshot!("wrong_secret", basic.shown());
    for value in ["Basic", "Basic !", "Basic c2hvcA==", "Digest x", "Bearer tk_x", "\u{fc}"] {
        let answer = app.grant(&token).header("authorization", value).send().await;
        let answer = answer.refused(401, "invalid_client");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "), "{value}");
    }
    let in_form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("client_id", "x")];
    let in_form = form(&world, &app, &in_form).send().await.refused(401, "invalid_client");
    assert_eq!(in_form.header("www-authenticate"), None);
    app.grant(&token).send().await.expect(200);
}

#[tokio::test]
async fn te_5_only_post_only_forms_and_nothing_from_the_query() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let query = app.at(&format!("/oauth/token?grant_type=refresh_token&refresh_token={token}"));
    let get = world.get(&query).send().await.refused(405, "method_not_allowed");
    assert_eq!(get.header("allow"), Some("POST"));
    world.post(&query).form(&[]).send().await.refused(400, "invalid_request");
    world.post(&query).send().await.refused(400, "invalid_request");
    let json = json!({"grant_type": "refresh_token", "refresh_token": token});
    world.post(&app.at("/oauth/token")).json(json).send().await.refused(400, "invalid_request");
    app.grant(&token).send().await.expect(200);
}

#[tokio::test]
async fn te_6_twice_is_refused_empty_is_absent_unknown_is_ignored() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let good = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    for twice in [("grant_type", "refresh_token"), ("refresh_token", &token), ("refresh_token", "")] {
        let pairs = [&good[..], &[twice]].concat();
        form(&world, &app, &pairs).send().await.refused(400, "invalid_request");
    }
    let unknown = [&good[..], &[("foo", "1"), ("foo", "2")]].concat();
    form(&world, &app, &unknown).send().await.refused(400, "invalid_request");
    let lenient = [&good[..], &[("foo", "bar"), ("scope", ""), ("client_id", ""), ("client_secret", "")]];
    form(&world, &app, &lenient.concat()).send().await.expect(200);
}

#[tokio::test]
async fn te_7_two_ways_of_client_authentication_are_refused() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let token = app.open("ann").await.refresh;
    let in_form =
        [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("client_secret", "secret")];
    for value in ["Basic c2hvcDpzZWNyZXQ=", "Bearer tk_x"] {
        let both = form(&world, &app, &in_form).header("authorization", value);
        both.send().await.refused(400, "invalid_request");
        let twice = app.grant(&token).header("authorization", value).header("authorization", value);
        twice.send().await.refused(400, "invalid_request");
    }
    let named = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("client_id", "bank")];
    let named = form(&world, &app, &named).header("authorization", "Basic c2hvcDpzZWNyZXQ=");
    named.send().await.refused(400, "invalid_request");
    app.grant(&token).send().await.expect(200);
}

#[tokio::test]
async fn te_8_te_10_no_other_grant_whoever_asks() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for grant in ["password", "authorization_code", "client_credentials", "implicit", "REFRESH_TOKEN"] {
        // The grant is checked before the client (RFC 6749 asks for one error; ours is always the same one).
        for client in ["shop", "nobody"] {
            let pairs =
                [("grant_type", grant), ("client_id", client), ("username", "ann"), ("password", "x")];
            form(&world, &app, &pairs).send().await.refused(400, "unsupported_grant_type");
        }
    }
    let known = [("grant_type", "refresh_token"), ("client_id", "nobody")];
    form(&world, &app, &known).send().await.refused(401, "invalid_client");
    let implicit = app.at("/oauth/authorize?response_type=token&client_id=shop");
    world.get(&implicit).send().await.refused(404, "not_found");
}

#[tokio::test]
async fn without_an_idle_time_out_the_two_expirations_are_one() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"idle_timeout": null})).await;
    let token = app.open("ann").await.refresh;
    world.pass(100);
    let answer = app.grant(&token).send().await.expect(200).json();
    assert_eq!(answer["authorization_expires_in"], 30 * 86_400 - 100);
    assert_eq!(answer["refresh_token_timeout"], answer["authorization_expires_in"]);
}

#[tokio::test]
async fn an_app_that_is_not_there_has_no_token_endpoint() {
    let world = World::new().await;
    for app in ["nobody", "a%20b", &"x".repeat(65)] {
        let call = world.post(&format!("/v1/apps/{app}/oauth/token"));
        let answer = call.form(&[("grant_type", "refresh_token")]).send().await.expect(404);
        assert_eq!(answer.json()["error"], "invalid_request");
    }
}
