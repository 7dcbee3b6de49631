//! What clients and verifiers read of an app: its keys and its metadata.

use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use http::Method;
use serde_json::{Value, json};
use tenure_store::{Directory as _, Kind};

use crate::support::World;
use crate::support::app::TestApp;
use crate::support::forge::encoded;

const ALGS: [&str; 3] = ["ES256", "EdDSA", "RS256"];

async fn metadata(world: &World, app: &TestApp<'_>) -> Value {
    world.get(&app.at("/.well-known/openid-configuration")).send().await.expect(200).json()
}

async fn keys(world: &World, app: &TestApp<'_>) -> Vec<Value> {
    let answer = world.get(&app.at("/.well-known/jwks.json")).send().await.expect(200).json();
    answer["keys"].as_array().unwrap().clone()
}

#[tokio::test]
async fn md_1_both_places_serve_the_same_metadata() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let oidc = world.get(&app.at("/.well-known/openid-configuration")).send().await;
    insta::assert_snapshot!("metadata", oidc.shown());
    let inserted = world.get("/.well-known/oauth-authorization-server/v1/apps/shop").send().await.expect(200);
    assert_eq!(inserted.body, oidc.body);
    world
        .get("/.well-known/oauth-authorization-server/v1/apps/nobody")
        .send()
        .await
        .refused(404, "not_found");
    world.get("/.well-known/oauth-authorization-server").send().await.refused(404, "not_found");
}

#[tokio::test]
async fn md_2_the_issuer_is_the_same_everywhere() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let said = [
        metadata(&world, &app).await["issuer"].clone(),
        crate::support::claims_of(&tokens.auth)["iss"].clone(),
        app.introspect(&tokens.auth).await["iss"].clone(),
        app.introspect(&tokens.refresh).await["iss"].clone(),
        world.get(&app.at("")).send().await.json()["app"]["issuer"].clone(),
    ];
    for issuer in said {
        assert_eq!(issuer, "https://tenure.test/v1/apps/shop");
    }
}

#[tokio::test]
async fn md_3_md_5_what_is_advertised_works_and_everything_is_advertised() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let metadata = metadata(&world, &app).await;
    let endpoints = metadata.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint"));
    let mut found: Vec<_> = endpoints.map(|(name, at)| (name.clone(), at.as_str().unwrap())).collect();
    found.sort();
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["introspection_endpoint", "revocation_endpoint", "token_endpoint"]);
    for (name, at) in &found {
        let path = at.strip_prefix(app.issuer().as_str()).unwrap();
        let answer = world.post(&app.at(path)).form(&[]).send().await;
        assert!(matches!(answer.status(), 400 | 401), "{name}");
    }
    let all = metadata["claims_supported"].as_array().unwrap();
    let request = json!({"user_id": "ann", "amr": ["pwd"], "acr": "aal1"});
    let tokens = crate::support::Tokens::of(&app.open_with(request).await.expect(201));
    let claims = crate::support::claims_of(&tokens.auth);
    let carried: std::collections::BTreeSet<_> =
        claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        all.iter().map(|name| name.as_str().unwrap()).collect::<std::collections::BTreeSet<_>>(),
        carried
    );
    let answer = app.grant(&tokens.refresh).send().await.expect(200).json();
    for name in metadata["refresh_token_expiration_types_supported"].as_array().unwrap() {
        assert!(answer[name.as_str().unwrap()].is_i64());
    }
}

#[tokio::test]
async fn md_3_what_is_not_advertised_does_not_work() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let metadata = metadata(&world, &app).await;
    let exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    assert_eq!(metadata["grant_types_supported"], json!(["refresh_token", exchange]));
    assert_eq!(metadata["response_types_supported"], json!([]));
    for absent in
        ["authorization_endpoint", "registration_endpoint", "userinfo_endpoint", "end_session_endpoint"]
    {
        assert_eq!(metadata.get(absent), None);
    }
    for path in ["/oauth/authorize", "/oauth/register", "/oauth/userinfo", "/oauth/logout", "/oauth/par"] {
        for method in [Method::GET, Method::POST] {
            world.call(method, &app.at(path)).send().await.refused(404, "not_found");
        }
    }
}

#[tokio::test]
async fn md_3_the_algorithms_are_those_of_the_keys() {
    let world = World::new().await;
    for alg in ALGS {
        let app = world.app_with(&format!("shop-{alg}"), json!({"signing_alg": alg})).await;
        let advertised = metadata(&world, &app).await["id_token_signing_alg_values_supported"].clone();
        let header = crate::support::header_of(&app.open("ann").await.auth);
        assert!(advertised.as_array().unwrap().contains(&header["alg"]));
        assert_eq!(header["alg"], alg, "no token was issued before, so that nobody has to wait for the key");
    }
}

#[tokio::test]
async fn md_6_the_host_header_is_never_echoed() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for path in ["/.well-known/openid-configuration", "/.well-known/jwks.json", "", "/nothing"] {
        let call = world.get(&app.at(path)).header("host", "evil.example");
        let call = call.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example");
        let answer = call.send().await;
        assert!(!answer.text().contains("evil"));
        assert!(answer.headers.values().all(|value| !value.to_str().unwrap().contains("evil")));
    }
}

#[tokio::test]
async fn jk_1_public_members_only() {
    let world = World::new().await;
    for alg in ALGS {
        let app = world.app_with(&format!("shop-{alg}"), json!({"signing_alg": alg})).await;
        let answer = world.get(&app.at("/.well-known/jwks.json")).send().await.expect(200);
        assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
        assert_eq!(answer.json().as_object().unwrap().keys().collect::<Vec<_>>(), ["keys"]);
        for key in answer.json()["keys"].as_array().unwrap() {
            for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
                assert_eq!(key.get(private), None, "{alg}");
            }
        }
    }
}

/// RFC 7638 §3.2: the required members in order, without spaces.
fn thumbprint(key: &Value) -> String {
    let canonical = match key["kty"].as_str().unwrap() {
        "EC" => format!(r#"{{"crv":{},"kty":"EC","x":{},"y":{}}}"#, key["crv"], key["x"], key["y"]),
        "OKP" => format!(r#"{{"crv":{},"kty":"OKP","x":{}}}"#, key["crv"], key["x"]),
        "RSA" => format!(r#"{{"e":{},"kty":"RSA","n":{}}}"#, key["e"], key["n"]),
        other => panic!("{other}"),
    };
    encoded(digest(&SHA256, canonical.as_bytes()))
}

#[tokio::test]
async fn jk_2_jk_3_kids_are_thumbprints_and_every_key_says_what_it_is_for() {
    let world = World::new().await;
    let mut kids = std::collections::HashSet::new();
    for alg in ALGS {
        let app = world.app_with(&format!("shop-{alg}"), json!({"signing_alg": alg})).await;
        for key in keys(&world, &app).await {
            assert_eq!(key["kid"], thumbprint(&key));
            assert!(kids.insert(key["kid"].clone()), "unique among all apps");
            assert_eq!(key["use"], "sig");
            let kty = match key["alg"].as_str().unwrap() {
                "ES256" => "EC",
                "EdDSA" => "OKP",
                _ => "RSA",
            };
            assert_eq!(key["kty"], kty);
            let width =
                |name: &str| Base64UrlUnpadded::decode_vec(key[name].as_str().unwrap()).unwrap().len();
            match kty {
                "EC" => assert_eq!((width("x"), width("y")), (32, 32)),
                "OKP" => assert_eq!(width("x"), 32),
                _ => assert_eq!((width("n"), width("e")), (256, 3)),
            }
        }
    }
    assert!(kids.len() >= 3);
}

#[tokio::test]
async fn documents_may_be_kept_a_while_and_asked_for_again() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        let answer = world.get(&app.at(path)).send().await.expect(200);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=600, stale-while-revalidate=3600"));
        let etag = answer.header("etag").unwrap();
        let lists = [etag.to_owned(), format!("\"x\", {etag}"), format!("W/{etag}"), "*".to_owned()];
        for known in lists {
            let again = world.get(&app.at(path)).header("if-none-match", &known).send().await;
            assert!(again.expect(304).body.is_empty(), "{known}");
        }
        let other = world.get(&app.at(path)).header("if-none-match", "\"x\"").send().await;
        assert_eq!(other.expect(200).body, answer.body);
        let head = world.call(Method::HEAD, &app.at(path)).send().await.expect(200);
        assert!(head.body.is_empty());
    }
}

#[tokio::test]
async fn jk_6_private_keys_are_sealed_at_rest_and_in_no_answer() {
    let world = World::new().await;
    let app = world.app("shop").await;
    world.pass(10);
    app.change_settings(json!({"signing_alg": "RS256"})).await.expect(200);
    let tokens = app.open("ann").await;
    let shown = app.manage(Method::GET, "/signing-keys").send().await;
    insta::assert_snapshot!("signing_keys", shown.shown());
    let records = world.memory.records(Kind::SigningKey, "shop/", None, 10).await.unwrap();
    assert_eq!(records.len(), 2);
    for record in records {
        let stored: Value = serde_json::from_slice(&record.bytes).unwrap();
        // PKCS#8 begins so; what is sealed does not, and opens only with the ring and under its own name.
        let sealed = Base64UrlUnpadded::decode_vec(stored["private"]["bytes"].as_str().unwrap()).unwrap();
        assert_ne!(sealed[..2], [0x30, 0x82]);
        let sealed: tenure_service::ring::Sealed = serde_json::from_value(stored["private"].clone()).unwrap();
        let ring = tenure_service::ring::Ring::derive(&world.ring_file()).unwrap();
        let opened = ring.open(&record.key, &sealed).unwrap();
        assert!(ring.open("bank/x", &sealed).is_err());
        let other = tenure_service::ring::RingFile::with_key(&[8; 32]);
        assert!(tenure_service::ring::Ring::derive(&other).unwrap().open(&record.key, &sealed).is_err());
        let private = encoded(&opened[opened.len() - 24..]);
        for path in ["/signing-keys", "", "/session-settings", "/.well-known/jwks.json", "/api-keys"] {
            let answer = app.manage(Method::GET, path).send().await.expect(200);
            assert!(!answer.text().contains(&private) && !answer.text().contains("private"));
        }
    }
    assert!(app.is_active(&tokens.auth).await);
}
