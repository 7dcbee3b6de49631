//! The app of the console's own sessions: nothing from outside names it, sees it or changes it, whoever calls.

use http::Method;
use serde_json::{Value, json};
use tenure_core::id::AppId;
use tenure_core::policy::Activity;
use tenure_server::openapi::document;
use tenure_server::state::HttpOptions;
use tenure_service::issue::Issued;

use crate::support::World;
use crate::support::call::Call;

const ID: &str = "tenure-console";

/// A world in which an admin has signed in.
async fn world() -> (World, Issued) {
    let world = World::with(HttpOptions { open_metrics: true, ..HttpOptions::default() }).await;
    let code = world.service.make_owner_link().await.unwrap();
    let issued = world.service.admin_sign_in(code.reveal(), None).await.unwrap();
    assert_eq!(world.service.app(&AppId::console()).unwrap().preset.as_deref(), Some("aal3-privileged"));
    (world, issued)
}

/// Every operation of an app, as the console's.
fn calls(world: &World, session: &str) -> Vec<Call> {
    let paths = document()["paths"].as_object().unwrap();
    let of_apps = paths.iter().filter(|(path, _)| path.contains("{app}"));
    let calls = of_apps.flat_map(|(path, item)| {
        let path = path.replace("{app}", ID).replace("{sid}", session).replace("{uid}", "owner");
        let path = path.replace("{kid}", "k").replace("{id}", "x");
        item.as_object().unwrap().keys().map(move |method| {
            let method: Method = method.to_uppercase().parse().unwrap();
            let call = world.call(method, &path);
            if path.contains("/oauth/") { call.form(&[("token", "x")]) } else { call.json(json!({})) }
        })
    });
    calls.collect()
}

async fn is_signed_in(world: &World, issued: &Issued) -> bool {
    world.service.admin_of(&issued.result.auth_token).await.unwrap().is_some()
}

#[tokio::test]
async fn no_address_knows_the_app_of_the_console() {
    let (world, issued) = world().await;
    let session = issued.result.session_id.clone().unwrap();
    let calls = calls(&world, &session);
    assert!(calls.len() > 25);
    for call in calls {
        let with_token = call.clone().key(&issued.result.auth_token);
        for call in [call.clone().key(&world.admin), call.clone().own_socket(), call, with_token] {
            let answer = call.send().await;
            let text = answer.text();
            assert!(matches!(answer.status(), 404 | 422), "{}: {text}", answer.status());
            assert!(!text.contains(ID), "{text}");
        }
    }
    assert!(is_signed_in(&world, &issued).await);
}

#[tokio::test]
async fn its_id_is_reserved_and_in_no_list() {
    let (world, _) = world().await;
    let create = world.post("/v1/apps").key(&world.admin).json(json!({"id": ID, "name": "Mine"}));
    let refused = create.send().await.refused(422, "invalid_fields").text();
    assert!(refused.contains("reserved"), "{refused}");
    for path in ["/v1/apps", "/v1/events", "/v1/ring", "/v1/diagnosis", "/metrics"] {
        let text = world.get(path).own_socket().send().await.expect(200).text();
        assert!(!text.contains(ID) && !text.contains("Tenure console"), "{path}: {text}");
    }
    let metrics = world.get("/metrics").send().await.expect(200).text();
    assert!(metrics.contains("tenure_apps 1\n"), "{metrics}");
    let events: Value = world.get("/v1/events").own_socket().send().await.expect(200).json();
    assert!(!events["events"].as_array().unwrap().iter().any(|event| event["app_id"] == ID), "{events}");
}

#[tokio::test]
async fn what_admins_do_is_in_no_figure() {
    let (world, issued) = world().await;
    let shop = world.app("shop").await;
    let ann = shop.open("ann").await;
    shop.sign_out(&ann.refresh).await.expect(200);
    let figures = async || {
        let text = world.get("/metrics").send().await.expect(200).text();
        let of_sessions = |line: &&str| {
            line.starts_with("tenure_sessions_")
                || line.starts_with("tenure_refreshes_")
                || line.starts_with("tenure_reuse")
        };
        text.lines().filter(of_sessions).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = figures().await;
    assert!(before.contains(&"tenure_sessions_opened_total 1".to_owned()), "{before:?}");
    assert!(
        before.contains(&"tenure_sessions_ended_total{reason=\"ended_by_user\"} 1".to_owned()),
        "{before:?}"
    );
    let token = issued.result.refresh_token.as_deref().unwrap();
    let next = world.service.admin_refresh(token, Activity::Unsaid).await.unwrap();
    assert!(world.service.admin_refresh("tr1_x", Activity::Unsaid).await.is_err());
    let admin = world.service.admin_of(&next.result.auth_token).await.unwrap().unwrap();
    world.service.admin_sign_out(&admin).await.unwrap();
    let stolen = world.service.make_owner_link().await.unwrap();
    let stolen = world.service.admin_sign_in(stolen.reveal(), None).await.unwrap();
    let first = stolen.result.refresh_token.as_deref().unwrap();
    world.service.admin_refresh(first, Activity::Unsaid).await.unwrap();
    world.pass(31);
    assert!(world.service.admin_refresh(first, Activity::Unsaid).await.is_err(), "reuse");
    assert_eq!(figures().await, before);
}

#[tokio::test]
async fn no_other_app_takes_its_tokens() {
    let (world, issued) = world().await;
    let shop = world.app("shop").await;
    let (auth, refresh) = (&issued.result.auth_token, issued.result.refresh_token.as_deref().unwrap());
    shop.refresh(refresh).await.refused(401, "invalid_refresh_token");
    world.delete(&shop.at("/tokens")).json(json!({"refresh_token": refresh})).send().await.expect(200);
    world.post(&shop.at("/oauth/revoke")).form(&[("token", refresh)]).send().await.expect(200);
    for token in [&auth[..], refresh] {
        let asked = world.post(&shop.at("/oauth/introspect")).key(&world.admin).form(&[("token", token)]);
        assert_eq!(asked.send().await.expect(200).json(), json!({"active": false}));
    }
    world.get(&shop.at("/me/sessions")).key(auth).send().await.refused(401, "invalid_auth_token");
    world.get("/v1/apps").key(auth).send().await.refused(401, "invalid_api_key");
    let session = issued.result.session_id.as_deref().unwrap();
    shop.manage(Method::DELETE, &format!("/sessions/{session}")).send().await.refused(404, "not_found");
    world.delete(&shop.at("/users/owner/tokens")).key(&world.admin).send().await.expect(200);
    let all = shop.manage(Method::POST, "/sessions/end").json(json!({"filter": {"session_id": session}}));
    assert_eq!(all.send().await.expect(200).json()["ended"], 0);
    assert!(is_signed_in(&world, &issued).await);
    world.service.admin_refresh(refresh, Activity::Unsaid).await.unwrap();
}

#[tokio::test]
async fn a_page_of_no_origin_may_ask_it() {
    let (world, _) = world().await;
    let call =
        world.call(Method::OPTIONS, &format!("/v1/apps/{ID}/tokens")).header("origin", "https://a.example");
    let answer = call.header("access-control-request-method", "POST").send().await;
    assert!(answer.header("access-control-allow-origin").is_none());
}
