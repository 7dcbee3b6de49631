//! Every value that may not be is refused with the path of its field, and nothing has changed.

use serde_json::{Value, json};

use crate::support::World;

/// Values that may not be, beside an app as a new one is with refresh tokens on.
fn bad() -> Vec<(&'static str, Vec<Value>)> {
    let choice = || vec![json!("x"), json!(""), json!(null), json!(true), json!(1), json!([])];
    let origins = [
        "*",
        "https://*.example.com",
        "https://a.example/",
        "https://a.example/x",
        "https://A.example",
        "a.example",
        "https://",
        "ftp://a.example",
        "https://a.example:443",
        "http://a.example:80",
        "https://a b",
        "null",
        "",
        "https://user@a.example",
        "https://a.example?x",
        "https://a.example#x",
    ];
    let addresses = [
        "*",
        "http://a.example/back",
        "https://*.example/back",
        "https://a.example/#x",
        "javascript:alert(1)",
        "x",
        "data:text/html,x",
        "https://",
        "myapp:/back",
        "http://localhost.evil.example/",
        "https://u@a.example/",
        "",
        "file:///etc/passwd",
        "https://a.example/\u{fc}",
    ];
    let lists = |bad: &[&str]| {
        let mut all: Vec<_> = bad.iter().map(|one| json!([one])).collect();
        all.extend([json!("x"), json!(null), json!([1]), json!([null]), json!({}), json!([["x"]])]);
        all
    };
    let number = |below: i64, above: i64| {
        vec![
            json!(below),
            json!(above),
            json!(-1),
            json!("60"),
            json!(60.5),
            json!(true),
            json!([]),
            json!(1e18),
        ]
    };
    let with_null = |mut values: Vec<Value>| {
        values.push(json!(null));
        values
    };
    vec![
        ("refresh_tokens", vec![json!(null), json!(1), json!("true"), json!("on")]),
        ("auth_token_ttl", with_null(number(29, 86_401))),
        ("auth_token_jitter", with_null(number(26, 256))),
        ("idle_timeout", number(59, 2_592_001)),
        ("idle_counts", choice()),
        ("absolute_lifetime", with_null(number(299, 400 * 86_400 + 1))),
        ("rotation", [choice(), vec![json!("off")]].concat()),
        ("reuse_detection", choice()),
        ("retry_leeway", with_null(number(301, 601))),
        ("lost_response", choice()),
        ("max_sessions", number(0, 1001)),
        ("on_limit", choice()),
        ("signing_alg", [choice(), vec![json!("HS256"), json!("none"), json!("es256")]].concat()),
        ("token_typ", choice()),
        ("transport", choice()),
        ("cookie_persistence", choice()),
        ("client_kind", choice()),
        ("publish_lead", with_null(number(2_592_001, 9_999_999))),
        ("allowed_origins", lists(&origins)),
        ("redirect_uris", lists(&addresses)),
        ("binding", [choice(), ["dpop", "dbsc", "any"].map(|b| json!(b)).to_vec()].concat()),
        ("revocation", choice()),
        ("step_up_max_age", with_null(number(86_401, 99_999))),
        ("expiring_notice", with_null(number(3601, 9999))),
        ("justification", vec![json!(null), json!(1), json!("x".repeat(2001))]),
    ]
}

#[tokio::test]
async fn every_bad_value_is_422_with_its_path() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let before = app.settings().await;
    let known: Vec<_> = before["settings"].as_object().unwrap().keys().cloned().collect();
    let mut tried: Vec<_> = bad().into_iter().map(|(key, _)| key.to_owned()).collect();
    tried.sort();
    assert_eq!(tried, known, "every setting is tried");
    for (key, values) in bad() {
        for value in values {
            let answer = app.change_settings(json!({key: value})).await;
            assert_eq!(answer.status(), 422, "{key} {value}: {}", answer.text());
            let fields = answer.refused(422, "invalid_fields").json()["fields"].clone();
            let path = format!("settings.{key}");
            assert!(
                fields.as_array().unwrap().iter().any(|field| field["path"] == path),
                "{key} {value}: {fields}"
            );
        }
    }
    assert_eq!(app.settings().await, before);
}

#[tokio::test]
async fn the_words_are_those_of_the_console() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let several = json!({
        "auth_token_ttl": 3600, "idle_timeout": 3600, "absolute_lifetime": 1800, "retry_leeway": 300,
        "expiring_notice": 3600, "binding": "dpop", "allowed_origins": ["https://*.example"]
    });
    insta::assert_snapshot!("several", app.change_settings(several).await.shown());
}

#[tokio::test]
async fn ad_9_invariants_between_settings() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let cases = [
        (json!({"auth_token_ttl": 3601, "idle_timeout": 7200}), "settings.auth_token_ttl"),
        (json!({"idle_timeout": 86_401, "absolute_lifetime": 86_400}), "settings.idle_timeout"),
        (json!({"auth_token_ttl": 60, "retry_leeway": 61}), "settings.retry_leeway"),
        (
            json!({"auth_token_ttl": 60, "idle_timeout": 120, "expiring_notice": 61}),
            "settings.expiring_notice",
        ),
        (json!({"absolute_lifetime": 401 * 86_400}), "settings.absolute_lifetime"),
    ];
    for (settings, path) in cases {
        let answer = app.change_settings(settings).await.refused(422, "invalid_fields").json();
        assert_eq!(answer["fields"][0]["path"], path, "{answer}");
    }
    let at_the_bound = [
        json!({"auth_token_ttl": 3600, "idle_timeout": 7200}),
        json!({"idle_timeout": 86_400, "absolute_lifetime": 86_400}),
        json!({"auth_token_ttl": 300, "retry_leeway": 300}),
        json!({"absolute_lifetime": 400 * 86_400}),
        json!({"client_kind": "native", "absolute_lifetime": 730 * 86_400}),
        json!({"auth_token_ttl": 86_400, "idle_timeout": null}),
    ];
    for settings in at_the_bound {
        let said = settings.to_string();
        assert_eq!(app.change_settings(settings).await.status(), 200, "{said}");
    }
}

#[tokio::test]
async fn unknown_keys_are_refused_with_what_was_meant() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let meant = [
        ("idleTimeout", "idle_timeout"),
        ("idle-timeout", "idle_timeout"),
        ("idle_time", "idle_timeout"),
        ("auth_token_lifetime", ""),
        ("max_session", "max_sessions"),
        ("<script>", ""),
        ("\u{1f36a}", ""),
        ("", ""),
    ];
    for (key, suggestion) in meant {
        let answer = app.change_settings(json!({key: 1, "max_sessions": 4})).await;
        let field = answer.refused(422, "invalid_fields").json()["fields"][0].clone();
        assert_eq!(field["path"], format!("settings.{key}"));
        let says = field["error"].as_str().unwrap();
        match suggestion {
            "" => assert!(says.starts_with("is no setting"), "{says}"),
            _ => assert!(says.ends_with(&format!("did you mean {suggestion}?")), "{says}"),
        }
    }
    assert_eq!(app.settings().await["settings"]["max_sessions"], json!(null));
}
