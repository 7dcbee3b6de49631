//! `ISS/webhooks`, and what arrives at receivers.

mod after_removal;
mod courier;
mod failing;
mod hostile;
mod keeping;
mod order;
mod refused;

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tenure_server::courier::HttpCourier;
use tenure_server::limits::CourierPatience;
use tenure_service::limits::WEBHOOK_TESTS_AT_ONCE;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::World;
use crate::support::answer::{Answer, shown};
use crate::support::app::TestApp;
use crate::support::receiver::{Receiver, Reply, to};

/// Longer than anything here may take.
const STUCK: Duration = Duration::from_secs(20);

/// A courier that is less patient than a server's.
fn courier() -> HttpCourier {
    let patience = CourierPatience {
        connect_time: Duration::from_millis(300),
        message_time: Duration::from_millis(600),
        rest_time: Duration::from_millis(50),
    };
    HttpCourier::new(|| Err("no certificates here".to_owned()), patience)
}

/// The deliveries of a process.
struct Deliveries {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    following: JoinHandle<()>,
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        self.following.abort();
    }
}

impl Deliveries {
    fn of(world: &World) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(world.service.clone().deliver_webhooks(Arc::new(courier()), stopped));
        let service = world.service.clone();
        let following = tokio::spawn(async move { service.follow_feed().await });
        Self { stop, task, following }
    }

    /// As when the process is told to stop.
    async fn stopped(mut self) {
        self.stop.send_replace(true);
        tokio::time::timeout(STUCK, &mut self.task).await.expect("the deliveries stop").unwrap();
    }

    /// As when it is killed.
    async fn killed(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

/// What management answers when a webhook is made.
async fn create(app: &TestApp<'_>, body: Value) -> Value {
    app.manage(Method::POST, "/webhooks").json(body).send().await.expect(201).json()
}

fn at(webhook: &Value) -> String {
    format!("/webhooks/{}", webhook["id"].as_str().unwrap())
}

async fn show(app: &TestApp<'_>, webhook: &Value) -> Value {
    app.manage(Method::GET, &at(webhook)).send().await.expect(200).json()
}

async fn change(app: &TestApp<'_>, webhook: &Value, update: Value) -> Answer {
    app.manage(Method::PATCH, &at(webhook)).json(update).send().await
}

/// Opens a session and signs out of it; gives its id.
async fn revoked(app: &TestApp<'_>, user: &str) -> String {
    let tokens = app.open(user).await;
    app.sign_out(&tokens.refresh).await.expect(200);
    tokens.session
}

/// Waits until the webhook is as `is` wants it.
async fn until(app: &TestApp<'_>, webhook: &Value, is: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..1000 {
        last = show(app, webhook).await;
        if is(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{last:#}");
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_removed() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let url = "http://localhost:9000/hooks?key=of-the-receiver";
    let created =
        app.manage(Method::POST, "/webhooks").json(json!({"url": url, "events": ["session.revoked"]}));
    let created = created.send().await;
    insta::assert_snapshot!("created", created.shown());
    let created = created.json();
    let list = app.manage(Method::GET, "/webhooks").send().await;
    insta::assert_snapshot!("listed", list.shown());
    assert!(!list.text().contains("whsec_"));
    assert_eq!(list.json()["webhooks"][0], show(&app, &created).await);
    let off = change(&app, &created, json!({"enabled": false, "events": []})).await;
    insta::assert_snapshot!("changed", off.shown());
    let on = change(&app, &created, json!({"enabled": true, "url": "http://127.0.0.1:9001/"}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&on["enabled"], &on["url"], &on["disabled"]),
        (&true.into(), &"http://127.0.0.1:9001/".into(), &Value::Null)
    );
    app.manage(Method::DELETE, &at(&created)).send().await.expect(200);
    app.manage(Method::DELETE, &at(&created)).send().await.refused(404, "not_found");
    app.manage(Method::GET, &at(&created)).send().await.refused(404, "not_found");
    assert_eq!(app.manage(Method::GET, "/webhooks").send().await.json(), json!({"webhooks": []}));
    let events = world.events().await;
    let told: Vec<_> =
        events.iter().filter(|event| event["type"].as_str().unwrap().starts_with("webhook")).collect();
    assert_eq!(
        told.iter().map(|event| &event["type"]).collect::<Vec<_>>(),
        ["webhook_created", "webhook_changed", "webhook_changed", "webhook_deleted"]
    );
    assert_eq!(told[0]["detail"]["host"], "localhost");
    assert!(
        !json!(events).to_string().contains("of-the-receiver"),
        "the rest of the address may be a secret"
    );
}

#[tokio::test]
async fn what_is_revoked_arrives_signed_and_once() {
    let world = World::new().await;
    let (shop, bank) = (world.app("shop").await, world.app("bank").await);
    let receiver = Receiver::new().await;
    let webhook = create(&shop, to(&receiver.url())).await;
    let deliveries = Deliveries::of(&world);
    revoked(&bank, "bob").await;
    let session = revoked(&shop, "ann").await;
    let got = receiver.until(1).await;
    assert_eq!(got[0].line, "POST /hooks?of=us HTTP/1.1");
    assert_eq!(got[0].header("content-type"), "application/json");
    assert_eq!(got[0].header("host"), format!("127.0.0.1:{}", receiver.port()));
    assert_eq!(got[0].header("webhook-timestamp"), crate::support::clock::START.to_string());
    assert_eq!(got[0].signatures_of(webhook["secret"].as_str().unwrap()), 1);
    insta::assert_snapshot!("message", shown(got[0].json()));
    assert_eq!(got[0].json()["data"]["session_id"], session);
    let done = until(&shop, &webhook, |now| now["progress"]["cursor"] == now["progress"]["head"]).await;
    assert_eq!(done["progress"]["last_delivery"]["message_id"], got[0].header("webhook-id"));
    assert_eq!(done["progress"]["waiting_since"], Value::Null);
    deliveries.stopped().await;
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn each_kind_of_end_has_its_message() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (all, some) = (Receiver::new().await, Receiver::new().await);
    create(&app, to(&all.url())).await;
    create(
        &app,
        json!({"url": some.url(), "events": ["user.revoked", "signing_key.revoked", "user.revoked"]}),
    )
    .await;
    let deliveries = Deliveries::of(&world);
    let session = app.open("ann").await.session;
    app.manage(Method::DELETE, "/users/ann/tokens").send().await.expect(200);
    let keys = app.manage(Method::GET, "/signing-keys").send().await.json();
    let kid = keys["signing_keys"][0]["kid"].as_str().unwrap().to_owned();
    let retire = app.manage(Method::POST, &format!("/signing-keys/{kid}/retire"));
    retire.json(json!({"compromised": true})).send().await.expect(200);
    let said = |got: &[crate::support::receiver::Got]| -> Vec<Value> {
        got.iter().map(|got| json!([got.kind(), got.json()["data"]])).collect()
    };
    let data = |more: Value| {
        let mut data = json!({"app_id": "shop"});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    let session = json!([
        "session.revoked",
        data(json!({"session_id": session, "user_id": "ann", "reason": "ended_by_admin"}))
    ]);
    let user = json!(["user.revoked", data(json!({"user_id": "ann"}))]);
    let key = json!(["signing_key.revoked", data(json!({"kid": kid}))]);
    assert_eq!(said(&all.until(3).await), [session, user.clone(), key.clone()]);
    assert_eq!(said(&some.until(2).await), [user, key]);
    deliveries.stopped().await;
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_old_one_for_a_while() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    let deliveries = Deliveries::of(&world);
    let rotate = |overlap: Value| {
        let call = app.manage(Method::POST, &format!("{}/secret", at(&webhook))).json(overlap);
        async move { call.send().await }
    };
    let rotated = rotate(json!({"overlap_seconds": 600})).await;
    insta::assert_snapshot!("rotated", rotated.shown().replace(&receiver.url(), "[url]"));
    let secret = |answer: &Value| answer["secret"].as_str().unwrap().to_owned();
    let (first, second) = (secret(&webhook), secret(&rotated.json()));
    assert_ne!(first, second);
    revoked(&app, "ann").await;
    let got = receiver.until(1).await;
    assert_eq!(got[0].header("webhook-signature").split(' ').count(), 2);
    assert_eq!((got[0].signatures_of(&first), got[0].signatures_of(&second)), (1, 1));
    world.pass(600);
    revoked(&app, "ann").await;
    let got = receiver.until(2).await;
    assert_eq!((got[1].signatures_of(&first), got[1].signatures_of(&second)), (0, 1));
    let third = secret(&rotate(json!({"overlap_seconds": 0})).await.expect(200).json());
    revoked(&app, "ann").await;
    let got = receiver.until(3).await;
    assert_eq!((got[2].signatures_of(&second), got[2].signatures_of(&third)), (0, 1));
    rotate(json!({"overlap_seconds": 2_592_001})).await.refused(422, "invalid_fields");
    deliveries.stopped().await;
}

/// Whoever tries many holds up nobody but others who try.
#[tokio::test]
async fn so_many_are_tried_at_once_and_no_more() {
    let world =
        World::with(tenure_server::state::HttpOptions { courier: courier(), ..Default::default() }).await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    receiver.always_answers(Reply::Never);
    let webhook = create(&app, to(&receiver.url())).await;
    let test = || app.manage(Method::POST, &format!("{}/test", at(&webhook))).send();
    let mut tests = tokio::task::JoinSet::new();
    (0..WEBHOOK_TESTS_AT_ONCE + 3).for_each(|_| drop(tests.spawn(test())));
    let refused: Vec<_> =
        tests.join_all().await.into_iter().filter(|answer| answer.status() == 429).collect();
    assert_eq!((refused.len(), receiver.got().len()), (3, WEBHOOK_TESTS_AT_ONCE));
    for answer in refused {
        answer.refused(429, "too_many_requests");
    }
    test().await.expect(200);
}

#[tokio::test]
async fn a_test_says_what_came_of_it() {
    let world =
        World::with(tenure_server::state::HttpOptions { courier: courier(), ..Default::default() }).await;
    let app = world.app("shop").await;
    let receiver = Receiver::new().await;
    let webhook = create(&app, to(&receiver.url())).await;
    let test = || async { app.manage(Method::POST, &format!("{}/test", at(&webhook))).send().await };
    let taken = test().await;
    insta::assert_snapshot!("tested", taken.shown());
    let got = receiver.until(1).await;
    assert_eq!(
        got[0].json(),
        json!({"type": "webhook.test", "timestamp": crate::support::clock::START, "data": {"app_id": "shop"}})
    );
    assert_eq!(got[0].signatures_of(webhook["secret"].as_str().unwrap()), 1);
    assert_eq!(taken.json()["message_id"], got[0].header("webhook-id"));
    change(&app, &webhook, json!({"enabled": false})).await.expect(200);
    receiver.answers([Reply::Status(500), Reply::Never]);
    for (status, says) in [(json!(500), "it answered 500"), (Value::Null, "it did not answer within 0.6 s")] {
        let tested = test().await.expect(200).json();
        assert_eq!(
            (&tested["delivered"], &tested["status"], &tested["says"]),
            (&false.into(), &status, &says.into())
        );
    }
    assert_eq!(show(&app, &webhook).await["progress"]["last_failure"], Value::Null, "a test is no delivery");
    app.manage(Method::POST, "/webhooks/wh_no/test").send().await.refused(404, "not_found");
}
