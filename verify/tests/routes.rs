//! Routes of axum behind `attach` and `require`: who is let through, and the whole answer to who is not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::routing::get;
use axum::{Extension, Router};
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tenure_verify::{
    Claims, Count, FakeIssuer, FrozenClock, Gauge, Metrics, OnStale, Policy, Revocation, Session, Verifier,
};
use tower::ServiceExt as _;

const NOW: i64 = 1_800_000_000;
const PAGE: &str = "https://github.com/tenure-rs/tenure/blob/main/docs/reference/verifier-errors.md";

#[derive(Deserialize)]
struct Plan {
    plan: String,
}

/// Routes of a small service.
fn service(verifier: &Verifier) -> Router {
    let guarded = |policy: Policy| verifier.require().policy(policy);
    let recent = Policy::new().max_age(Duration::from_secs(60)).acr_values(["strong", "stronger"]);
    Router::new()
        .route("/me", get(async |session: Session| session.user().to_owned()).layer(verifier.require()))
        .route("/plan", get(async |plan: Session<Plan>| plan.into_custom().plan).layer(verifier.require()))
        .route(
            "/claims",
            get(async |claims: Extension<Arc<Claims>>| claims.client_id().to_owned())
                .layer(verifier.require()),
        )
        .route("/greeting", get(greeting).layer(verifier.attach()))
        .route("/late", get(async |session: Session| session.user().to_owned()).layer(verifier.attach()))
        .route("/pay", get(async || "paid").layer(guarded(recent)))
        .route("/careful", get(async || "done").layer(guarded(Policy::new().on_stale(OnStale::Deny))))
        .route(
            "/asked",
            get(async || "done").layer(guarded(Policy::new().revocation(Revocation::Introspect))),
        )
        .route("/forgotten", get(async |session: Session| session.user().to_owned()))
}

async fn greeting(session: Option<Session>) -> String {
    session.map_or("stranger".to_owned(), |session| session.user().to_owned())
}

/// Status, `WWW-Authenticate`, `Retry-After`, body.
type Seen = (u16, Option<String>, Option<String>, String);

async fn ask(service: &Router, path: &str, token: Option<&str>) -> Seen {
    let mut request = Request::get(path);
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let response =
        service.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let header =
        |name: &str| response.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned());
    let (challenge, retry) = (header("www-authenticate"), header("retry-after"));
    if response.status() != StatusCode::OK && response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        assert_eq!(header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(header("content-type").as_deref(), Some("application/json"));
    }
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 10_000).await.expect("a body");
    (status, challenge, retry, String::from_utf8(body.into()).expect("text"))
}

/// As [`ask`], and the code of the answer.
async fn code(service: &Router, path: &str, token: Option<&str>) -> (u16, String) {
    let (status, _, _, body) = ask(service, path, token).await;
    let body: Value = serde_json::from_str(&body).unwrap_or_else(|_| json!({ "code": body }));
    (status, body["code"].as_str().expect("a code").to_owned())
}

#[tokio::test]
async fn a_good_token_is_let_through_and_a_handler_learns_whose_it_is() {
    let issuer = FakeIssuer::start(&FrozenClock::at(NOW));
    let service = service(&issuer.verifier().build().unwrap());
    let token = issuer.mint(json!({"sub": "u_ada", "plan": "pro"}));
    for (path, says) in
        [("/me", "u_ada"), ("/plan", "pro"), ("/claims", "web"), ("/greeting", "u_ada"), ("/late", "u_ada")]
    {
        assert_eq!(ask(&service, path, Some(&token)).await, (200, None, None, says.to_owned()), "{path}");
    }
    assert_eq!(ask(&service, "/greeting", None).await.3, "stranger");
}

#[tokio::test]
async fn who_is_not_let_through_gets_a_challenge_and_a_body_that_says_why() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let service = service(&issuer.verifier().build().unwrap());
    let missing = json!({
        "code": "missing_token", "error": "there is no token",
        "hint": format!("Send one header `Authorization: Bearer <auth token>`. {PAGE}#missing_token"), "refreshable": false,
    });
    for path in ["/me", "/late"] {
        let (status, challenge, retry, body) = ask(&service, path, None).await;
        assert_eq!((status, challenge.as_deref(), retry), (401, Some("Bearer"), None));
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), missing);
    }
    let token = issuer.mint(json!({}));
    clock.advance_secs(300);
    let (status, challenge, _, body) = ask(&service, "/me", Some(&token)).await;
    assert_eq!(status, 401);
    assert_eq!(
        challenge.as_deref(),
        Some(r#"Bearer error="invalid_token", error_description="the token has expired""#)
    );
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!({
            "code": "expired", "error": "the token has expired",
            "hint": format!("Refresh, and send the new auth token. {PAGE}#expired"), "refreshable": true,
        })
    );
}

#[tokio::test]
async fn a_route_may_ask_for_a_recent_and_a_strong_sign_in() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let service = service(&issuer.verifier().build().unwrap());
    let good = issuer.mint(json!({"acr": "stronger"}));
    assert_eq!(ask(&service, "/pay", Some(&good)).await.3, "paid");
    for claims in [json!({"acr": "weak"}), json!({"acr": "strong", "auth_time": null}), json!({})] {
        let (status, challenge, _, _) = ask(&service, "/pay", Some(&issuer.mint(claims))).await;
        assert_eq!(status, 401);
        assert_eq!(
            challenge.as_deref(),
            Some(
                "Bearer error=\"insufficient_user_authentication\", \
                 error_description=\"this needs a more recent or a stronger sign-in\", \
                 max_age=\"60\", acr_values=\"strong stronger\""
            )
        );
    }
    clock.advance_secs(61);
    assert_eq!(
        code(&service, "/pay", Some(&good)).await,
        (401, "insufficient_user_authentication".to_owned())
    );
    assert_eq!(ask(&service, "/me", Some(&good)).await.0, 200);
}

#[tokio::test]
async fn a_layer_further_in_that_asks_for_more_is_the_one_that_counts() {
    let issuer = FakeIssuer::start(&FrozenClock::at(NOW));
    let verifier = issuer.verifier().build().unwrap();
    let strict = verifier.attach().policy(Policy::new().acr_values(["strong"]));
    let service = Router::new().route("/", get(greeting)).layer(strict).layer(verifier.require());
    let said = async |claims| ask(&service, "/", Some(&issuer.mint(claims))).await.3;
    assert_eq!(said(json!({"sub": "u_ada", "acr": "strong"})).await, "u_ada");
    assert_eq!(said(json!({"sub": "u_ada", "acr": "weak"})).await, "stranger");
}

#[tokio::test]
async fn what_was_ended_is_refused_once_it_was_heard_of() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let verifier = issuer.verifier().build().unwrap();
    let service = service(&verifier);
    type End = fn(&FakeIssuer);
    let ends: [End; 4] = [
        |one| one.end_session("s_1"),
        |one| one.end_user("u_ada"),
        FakeIssuer::end_app,
        FakeIssuer::revoke_key,
    ];
    for end in ends {
        let token = issuer.mint(json!({"sid": "s_1", "sub": "u_ada"}));
        let seen = code(&service, "/me", Some(&token)).await;
        assert!(seen == (200, "u_ada".to_owned()) || seen == (401, "revoked".to_owned()), "{seen:?}");
        end(&issuer);
        issuer.heard_by(&verifier).await;
        for path in ["/me", "/asked", "/careful"] {
            let (status, code) = code(&service, path, Some(&token)).await;
            assert!(status == 401 && (code == "revoked" || code == "unknown_key"), "{path}: {code}");
        }
        // What is opened afterwards is let through.
        clock.advance_secs(1);
        let later = issuer.mint(json!({"sid": "s_2", "sub": "u_ada"}));
        assert_eq!(ask(&service, "/me", Some(&later)).await.3, "u_ada");
    }
}

#[tokio::test]
async fn trouble_is_503_and_never_401() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let verifier = issuer.verifier().build().unwrap();
    let service = service(&verifier);
    let token = issuer.mint(json!({"sub": "u_ada"}));
    issuer.heard_by(&verifier).await;
    assert_eq!(ask(&service, "/careful", Some(&token)).await.0, 200);
    issuer.set_down(true);
    clock.advance_secs(30);
    let (status, challenge, retry, _) = ask(&service, "/careful", Some(&token)).await;
    assert_eq!((status, challenge, retry.as_deref()), (503, None, Some("2")));
    assert_eq!(code(&service, "/careful", Some(&token)).await.1, "feed_stale");
    assert_eq!(code(&service, "/asked", Some(&token)).await, (503, "introspection_unavailable".to_owned()));
    // A dead feed stops nobody who did not ask for that, and unknown keys that cannot be read are no verdict.
    assert_eq!(ask(&service, "/me", Some(&token)).await.3, "u_ada");
    issuer.rotate_key();
    let new = issuer.mint(json!({"sub": "u_ada"}));
    assert_eq!(code(&service, "/me", Some(&new)).await, (503, "keys_unavailable".to_owned()));
    assert_eq!(code(&service, "/greeting", Some(&new)).await, (200, "stranger".to_owned()));
}

#[tokio::test]
async fn a_handler_that_nobody_guards_answers_nobody() {
    let issuer = FakeIssuer::start(&FrozenClock::at(NOW));
    let service = service(&issuer.verifier().build().unwrap());
    let token = issuer.mint(json!({}));
    assert_eq!(ask(&service, "/forgotten", Some(&token)).await, (500, None, None, String::new()));
    // As is one whose type the claims do not fit: the token is not to blame.
    assert_eq!(ask(&service, "/plan", Some(&token)).await, (500, None, None, String::new()));
}

#[tokio::test]
async fn a_session_token_is_asked_about_once_and_not_after_its_end() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let counted = Arc::new(Counted::default());
    let verifier = issuer.verifier().metrics(counted.clone()).build().unwrap();
    let service = service(&verifier);
    verifier.ready().await.unwrap();
    let token = issuer.open(json!({"sub": "u_ada", "sid": "s_9"}));
    for _ in 0..3 {
        assert_eq!(ask(&service, "/me", Some(&token)).await.3, "u_ada");
    }
    assert_eq!(counted.of("cache_hit"), 2);
    issuer.end_session("s_9");
    issuer.heard_by(&verifier).await;
    assert_eq!(code(&service, "/me", Some(&token)).await, (401, "revoked".to_owned()));
    let made_up = format!("ts1_{}", "x".repeat(92));
    assert_eq!(code(&service, "/me", Some(&made_up)).await, (401, "revoked".to_owned()));
    assert_eq!(code(&service, "/me", Some("ts1_short")).await, (401, "malformed_token".to_owned()));
    assert_eq!(counted.of("refused"), 3);
}

/// A session that is used must not end as idle because what was said of it is remembered.
#[tokio::test]
async fn a_session_token_is_asked_about_well_before_it_expires() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let counted = Arc::new(Counted::default());
    let verifier = issuer.verifier().metrics(counted.clone()).build().unwrap();
    let service = service(&verifier);
    verifier.ready().await.unwrap();
    for (left, kept) in [(100, 5_u32), (1200, 60), (86_400, 60)] {
        let token = issuer.open(json!({"exp": clock.now() + left}));
        let before = counted.of("cache_hit");
        for (pass, hits) in [(0, 0), (kept - 1, 1), (1, 1)] {
            clock.advance_secs(pass);
            issuer.end_session("s_other"); // so that the feed is fresh
            issuer.heard_by(&verifier).await;
            ask(&service, "/me", Some(&token)).await;
            assert_eq!(counted.of("cache_hit") - before, hits, "{left} s left, after {pass} s");
        }
    }
}

/// Counts by name.
#[derive(Default)]
struct Counted(Mutex<Vec<&'static str>>);

impl Counted {
    fn of(&self, name: &str) -> usize {
        self.0.lock().expect("nobody panicked").iter().filter(|counted| **counted == name).count()
    }
}

impl Metrics for Counted {
    fn count(&self, count: Count) {
        self.0.lock().expect("nobody panicked").push(count.name());
    }

    fn gauge(&self, _: Gauge, _: f64) {}
}

#[tokio::test]
async fn when_a_session_token_began_is_for_the_server_to_say() {
    let clock = FrozenClock::at(NOW);
    let issuer = FakeIssuer::start(&clock);
    let verifier = issuer.verifier().build().unwrap();
    // This machine's clock is a minute behind.
    let token = issuer.open(json!({"iat": clock.now() + 60}));
    assert_eq!(verifier.verify(&token, &Policy::new()).await.map(|_| ()), Ok(()));
}

#[tokio::test]
async fn a_session_token_of_no_audience_or_another_is_not_for_us() {
    let issuer = FakeIssuer::start(&FrozenClock::at(NOW));
    let verifier = issuer.verifier().build().unwrap();
    for aud in [json!(null), json!("other"), json!(["other"])] {
        let token = issuer.open(json!({"aud": aud}));
        let verdict = verifier.verify(&token, &Policy::new()).await;
        assert_eq!(verdict.err().map(tenure_verify::Refusal::code), Some("wrong_audience"), "{aud}");
    }
}
