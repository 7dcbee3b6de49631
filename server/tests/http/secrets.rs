//! No secret that was given out stands in a log, a metric, an event or an error.

use http::Method;
use serde_json::json;
use tenure_server::state::HttpOptions;

use crate::support::answer::Answer;
use crate::support::{KEY, OTHER_KEY, Tokens, World, log};

/// Every error body on the way, and every secret.
#[derive(Default)]
struct Trail {
    secrets: Vec<String>,
    errors: Vec<String>,
}

impl Trail {
    fn holds(&mut self, tokens: &Tokens) -> Tokens {
        self.secrets.extend([tokens.auth.clone(), tokens.refresh.clone()]);
        tokens.clone()
    }

    fn error(&mut self, answer: Answer) {
        assert!(answer.status() >= 400);
        let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}"));
        self.errors.extend(headers);
        self.errors.push(answer.text());
    }
}

/// Everything that can be done with a secret, rightly and wrongly.
async fn play(world: &World, trail: &mut Trail) {
    trail.secrets.extend([world.admin.clone(), KEY.to_owned(), OTHER_KEY.to_owned()]);
    let app = world.app_with("shop", json!({"retry_leeway": 0})).await;
    let created = app.manage(Method::POST, "/api-keys").json(json!({"name": "k", "role": "backend"}));
    let created = created.send().await.expect(201).json();
    let key = created["api_key"].as_str().unwrap().to_owned();
    trail.secrets.push(key.clone());
    let first = trail.holds(&app.open("ann").await);
    let second = trail.holds(&Tokens::of(&app.refresh_with(&first.refresh, KEY).await));
    trail.holds(&Tokens::of(&app.refresh_with(&first.refresh, KEY).await));
    let third = trail.holds(&Tokens::of(&app.refresh_with(&second.refresh, OTHER_KEY).await));
    trail.error(app.refresh_with(&first.refresh, KEY).await);
    trail.error(app.refresh_with(&third.refresh, "short").await);
    trail.error(
        world.post(&app.at("/tokens")).body(format!("{{\"refresh_token\": {}", third.refresh)).send().await,
    );
    trail.error(world.post(&app.at("/tokens")).json(json!({"refresh_token": [third.refresh]})).send().await);
    trail.error(world.post(&app.at("/oauth/token")).form(&[("grant_type", &third.refresh)]).send().await);
    trail.error(app.grant(&third.refresh).key(&key).send().await);
    trail.error(world.post(&app.at("/oauth/revoke")).form(&[("token", &third.auth)]).send().await);
    trail.error(world.get(&app.at("/sessions")).key(&third.refresh).send().await);
    trail.error(world.get(&app.at(&format!("/sessions/{}", third.refresh))).key(&key).send().await);
    trail.error(world.get(&app.at(&format!("/sessions?cursor={}", third.refresh))).key(&key).send().await);
    trail.error(world.get(&app.at(&format!("/{}", third.refresh))).send().await);
    trail.error(world.get(&app.at(&format!("/tokens?refresh_token={}", third.refresh))).send().await);
    trail.error(
        app.manage(Method::POST, "/sessions").json(json!({"user_id": 1, (key.clone()): key})).send().await,
    );
    trail.error(
        app.manage(Method::PUT, "/session-settings").json(json!({"signing_alg": third.refresh})).send().await,
    );
    trail.error(app.refreshing(&third.refresh).header("tenure-activity", &third.refresh).send().await);
    app.introspect(&third.auth).await;
    app.introspect(&third.refresh).await;
    let opaque = app.session_token(&third.auth).await;
    trail.secrets.push(opaque.clone());
    app.introspect(&opaque).await;
    trail.error(app.exchanging(&opaque).send().await);
    trail.error(world.post(&app.at("/oauth/token")).form(&[("grant_type", &opaque)]).send().await);
    trail.error(app.exchanging(&third.auth).key(&opaque).send().await);
    trail.error(app.call(Method::GET, "/me/sessions").key(&opaque).send().await);
    trail.error(world.get(&app.at(&format!("/sessions/{opaque}"))).key(&key).send().await);
    trail.error(app.refresh(&opaque).await);
    trail.error(app.refresh(&first.refresh).await);
    browser(world, trail).await;
    let fourth = trail.holds(&app.open("ann").await);
    world.memory.set_out_of_order(true);
    trail.error(app.refresh(&fourth.refresh).await);
    trail.error(app.grant(&fourth.refresh).send().await);
    world.memory.set_out_of_order(false);
    world.delete(&app.at(&format!("/tokens?refresh_token={}", fourth.refresh))).send().await.expect(200);
    world.service.reload_ring().await;
    world.edit_ring(|ring| *ring = tenure_service::ring::RingFile::with_key(&[8; 32]));
    world.service.reload_ring().await;
}

/// The same with a handoff code, and with tokens in a cookie.
async fn browser(world: &World, trail: &mut Trail) {
    let app = world.cookie_app("cookies").await;
    let (_, code) = app.open_for_handoff("ann").await;
    let handed_over = app.handing_off(&code).header("idempotency-key", KEY).send().await.expect(200);
    let token = handed_over.token_in_cookie();
    trail.secrets.extend([code.clone(), token.clone()]);
    trail.error(app.page_with(Method::POST, &format!("/{code}"), &token).send().await);
    trail.error(app.page_with(Method::POST, "/tokens", &token).header("tenure-seq", &token).send().await);
    trail.error(app.page_with(Method::POST, "/tokens", &token).header("tenure-seq", "9").send().await);
    trail.error(
        app.page_with(Method::POST, "/tokens", &token).header("cookie", &app.cookie(&token)).send().await,
    );
    trail.error(app.page_with(Method::POST, "/tokens", &token).header("origin", &token).send().await);
    trail.error(app.page_refresh(&code).await);
    trail.error(app.handing_off(&token).header("x-request-id", &code).send().await);
    trail.error(app.handing_off(&code).header("cookie", &app.cookie(&token)).send().await);
    trail.error(app.page_refresh(&token).await);
}

/// The part of a secret that would be enough to notice it.
fn tell_tale(secret: &str) -> &str {
    // The signature of a JWT, the secret half of a key or token: what comes before may be shown.
    let at = secret.rfind('.').map_or(secret.len() * 3 / 5, |dot| dot + 1);
    &secret[at..]
}

#[tokio::test]
async fn rt_23_no_issued_secret_is_in_a_log_a_metric_an_event_or_an_error() {
    log::keep();
    let world = World::with(HttpOptions { open_metrics: true, ..HttpOptions::default() }).await;
    let mut trail = Trail::default();
    play(&world, &mut trail).await;
    let logged = log::kept();
    assert!(logged.contains("/v1/apps/{app}/tokens"), "requests are logged: {logged}");
    assert!(logged.contains("tenure::events"), "and what happened");
    assert!(logged.contains("answered 503"), "and what went wrong");
    let metrics = world.get("/metrics").send().await.expect(200).text();
    let events: Vec<_> = world.events().await.iter().map(ToString::to_string).collect();
    assert!(trail.secrets.len() > 12 && trail.errors.len() > 40);
    let places =
        [("log", vec![logged]), ("metrics", vec![metrics]), ("events", events), ("errors", trail.errors)];
    for (place, texts) in places {
        for secret in &trail.secrets {
            let found = texts.iter().find(|text| text.contains(tell_tale(secret)));
            assert_eq!(found, None, "{secret} in the {place}");
        }
    }
}

#[tokio::test]
async fn rt_23_nor_does_the_store_hold_one() {
    use tenure_store::{Directory as _, Kind, Sessions as _};
    let world = World::new().await;
    let mut trail = Trail::default();
    play(&world, &mut trail).await;
    let mut stored = String::new();
    for kind in Kind::ALL {
        for record in world.memory.records(kind, "", None, 1000).await.unwrap() {
            stored.push_str(&String::from_utf8_lossy(&record.bytes));
        }
    }
    let filter = tenure_store::Filter::of_app(tenure_core::id::AppId::parse("shop").unwrap());
    let page = tenure_store::Page { after: None, limit: 100 };
    let now = tenure_core::time::Timestamp::from_secs(crate::support::clock::START);
    let rows = world.memory.list(&filter, now, page).await.unwrap().families;
    assert!(!rows.is_empty() && stored.contains("digest"));
    stored.push_str(&format!("{rows:?}"));
    for secret in &trail.secrets {
        assert!(!stored.contains(tell_tale(secret)), "{secret}");
    }
}
