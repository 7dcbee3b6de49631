//! Token exchange (RFC 8693): an auth token becomes a session token.

use base64ct::{Base64, Encoding as _};
use http::Method;
use serde_json::json;

use crate::support::{World, log};

const GRANT: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
const ACCESS: (&str, &str) = ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
const JWT: (&str, &str) = ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
const SESSION: (&str, &str) = ("requested_token_type", "urn:tenure:params:oauth:token-type:session");

#[tokio::test]
async fn tx_2_the_shape_of_an_exchange() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    world.pass(60);
    let answer = app.exchanging(&tokens.auth).send().await.expect(200);
    insta::assert_snapshot!("exchanged", answer.shown());
    let answer = answer.json();
    let token = answer["access_token"].as_str().unwrap();
    assert!(token.starts_with("ts1_") && token.len() == 96, "{token}");
    assert_eq!(answer["expires_in"], 5 * 86_400 - 60);
    assert_eq!(answer["authorization_expires_in"], 30 * 86_400 - 60);
    assert_eq!(app.introspect(token).await["sid"], tokens.session);
    // Nothing else has changed for whoever holds the other tokens.
    assert!(app.is_active(&tokens.auth).await);
    app.refresh(&tokens.refresh).await.expect(200);
}

#[tokio::test]
async fn tx_1_what_must_be_there_and_what_may_not() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let auth = app.open("ann").await.auth;
    let subject = ("subject_token", auth.as_str());
    let refused: [(&[(&str, &str)], &str); 19] = [
        (&[GRANT, ACCESS, SESSION], "invalid_request"),
        (&[GRANT, ("subject_token", ""), ACCESS, SESSION], "invalid_request"),
        (&[GRANT, subject, SESSION], "invalid_request"),
        (&[GRANT, subject, ("subject_token_type", "access_token"), SESSION], "invalid_request"),
        (&[GRANT, subject, ("subject_token_type", SESSION.1), SESSION], "invalid_request"),
        (&[GRANT, subject, ACCESS, ("requested_token_type", ACCESS.1)], "invalid_request"),
        (&[GRANT, subject, ACCESS, ("requested_token_type", "session")], "invalid_request"),
        (
            &[GRANT, subject, ACCESS, ("requested_token_type", "urn:ietf:params:oauth:token-type:saml2")],
            "invalid_request",
        ),
        (&[GRANT, subject, ACCESS, SESSION, ("actor_token", &auth)], "invalid_request"),
        (&[GRANT, subject, ACCESS, SESSION, ("actor_token_type", ACCESS.1)], "invalid_request"),
        (&[GRANT, subject, ACCESS, SESSION, ("scope", "all")], "invalid_scope"),
        (&[GRANT, subject, subject, ACCESS, SESSION], "invalid_request"),
        (&[GRANT, GRANT, subject, ACCESS, SESSION], "invalid_request"),
        (&[GRANT, subject, ACCESS, SESSION, ("audience", "shop"), ("audience", "shop")], "invalid_request"),
        (&[GRANT, ("subject_token", "x"), ACCESS, SESSION], "invalid_request"),
        (&[GRANT, ("subject_token", "\"\\\u{1f36a}"), ACCESS, SESSION], "invalid_request"),
        (&[GRANT, subject, ("subject_token_type", "\"\\\u{1f36a}"), SESSION], "invalid_request"),
        (&[GRANT, subject, ACCESS, SESSION, ("resource", "https://\"\\")], "invalid_target"),
        (&[("grant_type", "token-exchange"), subject, ACCESS, SESSION], "unsupported_grant_type"),
    ];
    for (form, error) in refused {
        let answer = app.manage(Method::POST, "/oauth/token").form(form).send().await.refused(400, error);
        let words = answer.json()["error_description"].as_str().unwrap().to_owned();
        assert!(words.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{words}");
    }
    assert!(app.session(&app.open("bob").await.session).await["session_token_issued_at"].is_null());
    let served: [&[(&str, &str)]; 4] = [
        &[GRANT, subject, ACCESS],
        &[GRANT, subject, JWT, SESSION],
        &[GRANT, subject, ACCESS, SESSION, ("actor_token", ""), ("foo", "bar")],
        &[SESSION, JWT, subject, GRANT, ("client_id", "shop")],
    ];
    for form in served {
        app.manage(Method::POST, "/oauth/token").form(form).send().await.expect(200);
    }
}

#[tokio::test]
async fn tx_1_only_the_backend_of_the_app_gets_one() {
    let world = World::new().await;
    let (app, _) = (world.app("shop").await, world.app("bank").await);
    let auth = app.open("ann").await.auth;
    let form = [GRANT, ("subject_token", auth.as_str()), ACCESS, SESSION];
    let call = world.post(&app.at("/oauth/token")).form(&form);
    let missing = call.clone().send().await.refused(401, "invalid_client");
    assert!(missing.header("www-authenticate").unwrap().contains("Bearer"));
    let elsewhere = world.api_key("bank", "admin", false).await;
    for key in ["", "tk_", "tk_wrong", &auth, &elsewhere] {
        let refused = call.clone().key(key).send().await.refused(401, "invalid_client");
        assert!(refused.header("www-authenticate").is_some(), "RFC 6749 §5.2, where the header was used");
    }
    let verify = world.api_key("shop", "verify", false).await;
    call.clone().key(&verify).send().await.refused(400, "unauthorized_client");
    // The client is checked before the rest (RFC 6749 asks for one error; ours is always the same one).
    world.post(&app.at("/oauth/token")).form(&[GRANT]).send().await.refused(401, "invalid_client");
    let named = [&form[..], &[("client_id", "shop")]].concat();
    world.post(&app.at("/oauth/token")).form(&named).send().await.refused(401, "invalid_client");

    let backend = world.api_key("shop", "backend", false).await;
    let basic = format!("Basic {}", Base64::encode_string(format!("shop:{backend}").as_bytes()));
    let posted = [&form[..], &[("client_id", "shop"), ("client_secret", &backend)]].concat();
    call.clone().key(&backend).send().await.expect(200);
    call.clone().header("authorization", &basic).send().await.expect(200);
    world.post(&app.at("/oauth/token")).form(&posted).send().await.expect(200);
    call.own_socket().send().await.expect(200);
    let both = world.post(&app.at("/oauth/token")).form(&posted).key(&backend);
    both.send().await.refused(400, "invalid_request");
}

#[tokio::test]
async fn tx_4_it_is_for_the_app_itself_and_never_outlives_the_session() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"idle_timeout": null, "absolute_lifetime": 3600})).await;
    let tokens = app.open("ann").await;
    let form = [GRANT, ("subject_token", tokens.auth.as_str()), ACCESS, SESSION];
    let issuer = app.issuer();
    for (name, wider) in [
        ("audience", "bank"),
        ("audience", "Shop"),
        ("resource", "https://other.test/"),
        ("resource", &format!("{issuer}/")),
    ] {
        let form = [&form[..], &[(name, wider)]].concat();
        let answer = app.manage(Method::POST, "/oauth/token").form(&form).send().await;
        answer.refused(400, "invalid_target");
    }
    let own = [&form[..], &[("audience", "shop"), ("resource", &issuer)]].concat();
    let answer = app.manage(Method::POST, "/oauth/token").form(&own).send().await.expect(200).json();
    assert_eq!((&answer["expires_in"], &answer["authorization_expires_in"]), (&json!(3600), &json!(3600)));
    let token = answer["access_token"].as_str().unwrap();
    world.pass(3599);
    assert!(app.is_active(token).await);
    world.pass(1);
    assert!(!app.is_active(token).await, "however often it was used");
}

#[tokio::test]
async fn tx_5_nothing_for_what_is_over_foreign_or_no_auth_token() {
    let world = World::new().await;
    let (app, bank) = (world.app("shop").await, world.app("bank").await);
    let (ended, live) = (app.open("ann").await, app.open("ann").await);
    let foreign = bank.open("ann").await;
    let own = app.session_token(&live.auth).await;
    app.sign_out(&ended.refresh).await.expect(200);
    for subject in [&ended.auth, &foreign.auth, &live.refresh, &own, "tk_x", "a.b.c"] {
        app.exchanging(subject).send().await.refused(400, "invalid_request");
    }
    insta::assert_snapshot!("over", app.exchanging(&ended.auth).send().await.shown());
    world.pass(600);
    app.exchanging(&live.auth).send().await.refused(400, "invalid_request");
    let stateless = world.create_app("stateless").await;
    let token = stateless.open_with(json!({"user_id": "ann"})).await.expect(201).json();
    let token = token["auth_result"]["auth_token"].as_str().unwrap();
    let answer = stateless.exchanging(token).send().await.refused(400, "invalid_request").json();
    assert!(answer["error_description"].as_str().unwrap().contains("no session"));
    assert!(app.is_active(&own).await, "and what was handed out before is good still");
}

#[tokio::test]
async fn tx_8_an_exchange_is_logged_with_its_key_and_seen_at_the_session() {
    log::keep();
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    assert_eq!(app.session(&tokens.session).await.get("session_token_issued_at"), None);
    world.pass(7);
    let backend = world.api_key("shop", "backend", false).await;
    let form = [GRANT, ("subject_token", tokens.auth.as_str()), ACCESS, SESSION];
    world.post(&app.at("/oauth/token")).form(&form).key(&backend).send().await.expect(200);
    let session = app.session(&tokens.session).await;
    assert_eq!(session["session_token_issued_at"], session["created_at"].as_i64().unwrap() + 7);
    let logged = log::kept();
    let line = logged.lines().find(|line| line.contains("tenure::exchange")).unwrap();
    let id = &backend[3..15];
    for said in [tokens.session.as_str(), "shop", id] {
        assert!(line.contains(said), "{line}");
    }
    assert!(!line.contains("ts1_") && !line.contains(&backend));
}

#[tokio::test]
async fn of_two_exchanges_at_once_one_token_is_good() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for _ in 0..10 {
        let tokens = app.open("ann").await;
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..8 {
            calls.spawn(app.exchanging(&tokens.auth).send());
        }
        let mut good = 0;
        for answer in calls.join_all().await {
            let token = answer.expect(200).json()["access_token"].as_str().unwrap().to_owned();
            good += u32::from(app.is_active(&token).await);
        }
        assert_eq!(good, 1);
    }
}

#[tokio::test]
async fn an_end_that_meets_an_exchange_leaves_nothing_good() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for _ in 0..20 {
        let tokens = app.open("ann").await;
        let (exchanged, ended) =
            tokio::join!(app.exchanging(&tokens.auth).send(), app.sign_out(&tokens.refresh));
        ended.expect(200);
        match exchanged.status() {
            200 => {
                let token = exchanged.json()["access_token"].as_str().unwrap().to_owned();
                assert!(!app.is_active(&token).await);
            }
            _ => drop(exchanged.refused(400, "invalid_request")),
        }
    }
}
