//! Auth tokens that are none: introspection as the verifier (RFC 8725, RFC 9068).

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::answer::shown;
use crate::support::app::{TestApp, Tokens};
use crate::support::clock::START;
use crate::support::forge::{Forge, encoded, with_hmac};
use crate::support::{World, claims_of, header_of};

async fn refuses(app: &TestApp<'_>, token: &str, why: &str) {
    assert_eq!(app.introspect(token).await, json!({"active": false}), "{why}");
}

/// The claims of a good token with one of them changed; `null` removes it.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

async fn signed_in(world: &World) -> (TestApp<'_>, Tokens, Forge) {
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let forge = Forge::of(world, &app).await;
    assert!(app.is_active(&forge.sign("JWT", &claims_of(&tokens.auth))).await, "the forge works");
    (app, tokens, forge)
}

#[tokio::test]
async fn jw_1_the_header_names_type_algorithm_and_key() {
    let world = World::new().await;
    for (alg, typ) in [("ES256", "JWT"), ("EdDSA", "at+jwt"), ("RS256", "JWT")] {
        let app = world.app_with(&format!("shop-{alg}"), json!({"signing_alg": alg, "token_typ": typ})).await;
        let header = header_of(&app.open("ann").await.auth);
        let kid = header["kid"].as_str().unwrap();
        assert_eq!(header, json!({"alg": alg, "kid": kid, "typ": typ}));
        let jwks = world.get(&app.at("/.well-known/jwks.json")).send().await.json();
        assert!(jwks["keys"].as_array().unwrap().iter().any(|key| key["kid"] == kid && key["alg"] == alg));
    }
}

#[tokio::test]
async fn jw_2_the_claims_are_there() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"allowed_origins": ["https://shop.example"]})).await;
    insta::assert_snapshot!("claims", shown(claims_of(&app.open("ann").await.auth)));
}

#[tokio::test]
async fn jw_3_other_kinds_of_token_are_refused() {
    let world = World::new().await;
    let (app, tokens, forge) = signed_in(&world).await;
    let claims = claims_of(&tokens.auth);
    for typ in ["logout+jwt", "secevent+jwt", "dpop+jwt", "id+jwt", "jose", ""] {
        refuses(&app, &forge.sign(typ, &claims), typ).await;
    }
    for iss in [json!("https://tenure.test/v1/apps/bank"), json!(format!("{}/", app.issuer())), json!(null)] {
        refuses(&app, &forge.sign("JWT", &with(&claims, "iss", iss)), "iss").await;
    }
    for (name, value) in [("nonce", "n"), ("at_hash", "h"), ("c_hash", "h")] {
        refuses(&app, &forge.sign("JWT", &with(&claims, name, json!(value))), name).await;
    }
    for client in [json!(null), json!(1), json!({})] {
        refuses(&app, &forge.sign("JWT", &with(&claims, "client_id", client)), "an ID token").await;
    }
    let mut none = header_of(&tokens.auth);
    for alg in ["none", "None", "nOnE", ""] {
        none["alg"] = json!(alg);
        let unsigned = format!("{}.{}.", encoded(none.to_string()), encoded(claims.to_string()));
        refuses(&app, &unsigned, "none").await;
        let signature = tokens.auth.rsplit('.').next().unwrap();
        refuses(&app, &format!("{unsigned}{signature}"), "none with a signature").await;
    }
}

#[tokio::test]
async fn jw_4_no_hmac_under_a_public_key() {
    let world = World::new().await;
    let (app, tokens, forge) = signed_in(&world).await;
    let (mut header, claims, public) = (header_of(&tokens.auth), claims_of(&tokens.auth), forge.public());
    let x = public["x"].as_str().unwrap().to_owned();
    let secrets = [public.to_string().into_bytes(), x.into_bytes(), forge.kid().into(), Vec::new()];
    for alg in ["HS256", "ES256", "RS256"] {
        header["alg"] = json!(alg);
        for secret in &secrets {
            refuses(&app, &with_hmac(&header, &claims, secret), alg).await;
        }
    }
}

#[tokio::test]
async fn jw_5_keys_that_a_token_brings_are_ignored_and_nothing_is_fetched() {
    let world = World::new().await;
    let (app, tokens, _) = signed_in(&world).await;
    let other = world.app("bank").await;
    let foreign = Forge::of(&world, &other).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let hits = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = hits.clone();
    let listening = tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let brought = [
        ("jwk", foreign.public()),
        ("jku", json!(address)),
        ("x5u", json!(address)),
        ("x5c", json!(["MIIB"])),
    ];
    let (claims, good) = (claims_of(&tokens.auth), foreign.sign("JWT", &claims_of(&tokens.auth)));
    refuses(&app, &good, "another app's key").await;
    for (name, value) in brought {
        for kid in [foreign.kid(), header_of(&tokens.auth)["kid"].as_str().unwrap()] {
            let header = json!({"alg": "ES256", "typ": "JWT", "kid": kid, name: value});
            let signature = good.rsplit('.').next().unwrap();
            let token =
                format!("{}.{}.{signature}", encoded(header.to_string()), encoded(claims.to_string()));
            refuses(&app, &token, name).await;
        }
    }
    tokio::task::yield_now().await;
    listening.abort();
    assert_eq!(hits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn jw_6_the_kid_is_only_looked_up() {
    let world = World::new().await;
    let (app, tokens, _) = signed_in(&world).await;
    let parts: Vec<_> = tokens.auth.split('.').collect();
    let long = "k".repeat(5000);
    let kids = ["", "../../etc/passwd", "' OR 1=1 --", "shop/x", "\0", "\u{1f511}", "x", &long];
    for kid in kids.map(|kid| json!(kid)).into_iter().chain([json!(null), json!(1), json!(["x"]), json!({})])
    {
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": kid});
        let token = format!("{}.{}.{}", encoded(header.to_string()), parts[1], parts[2]);
        refuses(&app, &token, &kid.to_string()).await;
    }
}

#[tokio::test]
async fn jw_8_the_audience_is_mandatory_and_checked() {
    let world = World::new().await;
    let (app, tokens, forge) = signed_in(&world).await;
    let claims = claims_of(&tokens.auth);
    for aud in [json!(null), json!([]), json!(""), json!("bank"), json!(["bank", "x"]), json!(1), json!([1])]
    {
        refuses(&app, &forge.sign("JWT", &with(&claims, "aud", aud.clone())), &aud.to_string()).await;
    }
    for aud in [json!("shop"), json!(["x", "shop"])] {
        assert!(app.is_active(&forge.sign("JWT", &with(&claims, "aud", aud))).await);
    }
}

#[tokio::test]
async fn jw_9_times_are_checked() {
    let world = World::new().await;
    let (app, tokens, forge) = signed_in(&world).await;
    let claims = claims_of(&tokens.auth);
    let cases = [
        ("exp", json!(START), false),
        ("exp", json!(START - 1), false),
        ("exp", json!(START + 1), true),
        ("exp", json!(null), false),
        ("exp", json!("9999999999"), false),
        ("exp", json!(1e300), false),
        ("nbf", json!(START), true),
        ("nbf", json!(START + 61), false),
        ("nbf", json!(null), false),
        ("iat", json!(START + 10), true),
        ("iat", json!(START + 61), false),
        ("iat", json!(null), false),
        ("iat", json!(true), false),
    ];
    for (name, value, active) in cases {
        let token = forge.sign("JWT", &with(&claims, name, value.clone()));
        assert_eq!(app.is_active(&token).await, active, "{name} {value}");
    }
}

#[tokio::test]
async fn jw_10_parsing_is_strict() {
    let world = World::new().await;
    let (app, tokens, forge) = signed_in(&world).await;
    let (good, claims) = (&tokens.auth, claims_of(&tokens.auth).to_string());
    let parts: Vec<_> = good.split('.').collect();
    let doubled = claims.replacen('{', r#"{"sub":"eve","#, 1);
    let nested = claims.replacen('{', r#"{"own":{"a":1,"a":2},"#, 1);
    let signed_badly =
        [doubled, nested, format!("{claims} {{}}"), format!("[{claims}]"), "null".to_owned(), "{".to_owned()];
    for payload in signed_badly {
        refuses(&app, &forge.sign_text("JWT", &payload), &payload).await;
    }
    let header = |more: &str| {
        let header = format!(r#"{{"alg":"ES256","kid":"{}","typ":"JWT"{more}}}"#, forge.kid());
        format!("{}.{}.{}", encoded(header), parts[1], parts[2])
    };
    let misshapen = [
        format!("{good}="),
        format!("{good}."),
        format!("{good}.{}", parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}..{}", parts[0], parts[2]),
        format!(" {good}"),
        good.replace('.', " ."),
        good.replace('-', "+").replace('_', "/") + "+",
        header(r#","crit":["x"],"x":1"#),
        header(r#","b64":false"#),
        header(r#","kid":"x""#),
        header(&format!(r#","x":"{}""#, "x".repeat(9000))),
        with_last_character_changed(good),
    ];
    for token in misshapen {
        refuses(&app, &token, &token).await;
    }
    assert!(app.is_active(good).await);
}

/// The last character of an ES256 signature has four bits that decode to nothing.
fn with_last_character_changed(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    format!("{rest}{next}")
}

#[tokio::test]
async fn a_session_that_is_not_there_makes_no_token_good() {
    let world = World::new().await;
    let (app, tokens, forge) = signed_in(&world).await;
    let claims = claims_of(&tokens.auth);
    let other = world.app("bank").await.open("ann").await.session;
    for sid in [json!(other), json!("AAAAAAAAAAAAAAAAAAAAAA"), json!("x"), json!("")] {
        refuses(&app, &forge.sign("JWT", &with(&claims, "sid", sid.clone())), &sid.to_string()).await;
    }
}
