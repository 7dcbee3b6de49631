//! What strangers call themselves shows as text, on every page.

use serde_json::json;
use tenure_core::id::AppId;
use tenure_service::admins::AdminRole;

use crate::support::World;
use crate::support::console::Console;

const STRANGE: &str = "\"'><img src=x onerror=alert(1)></textarea><script>alert(1)</script>{{7*7}}";

/// Opens every page that shows something of strangers, and says which.
async fn pages(console: &Console, session: &str, job: &str) -> Vec<(String, String)> {
    let user = form_urlencoded::byte_serialize(STRANGE.as_bytes()).collect::<String>();
    let mut shown = Vec::new();
    for path in [
        "/".to_owned(),
        "/audit".to_owned(),
        "/apps/strange/sessions".to_owned(),
        format!("/apps/strange/sessions?q={user}"),
        format!("/apps/strange/sessions?q=user:{user}"),
        format!("/apps/strange/sessions/{session}"),
        format!("/apps/strange/users?user_id={user}"),
        format!("/apps/strange/end?q=user:%22{}%22", user.replace("%22", "%22%22")),
        "/apps/strange/jobs".to_owned(),
        job.to_owned(),
        "/apps/strange/events".to_owned(),
        format!("/apps/strange/events?user={user}&session={session}"),
        format!("/why?code={user}"),
        format!("/why?app=strange&user={user}"),
        format!("/why?app=strange&user={user}&at={user}"),
        "/apps/strange/session-management".to_owned(),
        "/apps/strange/session-management/history".to_owned(),
    ] {
        let answer = console.open(&path).await.expect(200);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        shown.push((path, answer.text()));
    }
    shown
}

#[tokio::test]
async fn ad_6_whatever_a_stranger_says_is_text() {
    let world = World::new().await;
    let app = world.app("strange").await;
    world
        .service
        .update_app(
            &AppId::parse("strange").unwrap(),
            &serde_json::from_value(json!({"name": STRANGE})).unwrap(),
        )
        .await
        .unwrap();
    let request = json!({
        "user_id": STRANGE, "claims": {"own": STRANGE, STRANGE: 1},
        "device": {"name": STRANGE, "user_agent": STRANGE, "ip": STRANGE},
    });
    let opened = app.open_with(request.clone()).await.expect(201).json();
    let session = opened["session"]["session_id"].as_str().unwrap();
    app.open_with(request).await.expect(201);
    let change = form_urlencoded::Serializer::new(String::new()).append_pair("reason", STRANGE).finish();
    app.manage(http::Method::PUT, &format!("/session-settings?{change}"))
        .json(json!({"idle_timeout": 7200}))
        .send()
        .await
        .expect(200);
    let console = Console::seen_by(&world, "bob", AdminRole::Owner).await;
    console
        .submit(&format!("/apps/strange/sessions/{session}/end"), &[("reason", STRANGE)])
        .await
        .expect(303);
    let fields = [("q", "client:strange"), ("reason", STRANGE)];
    let begun = console.submit("/apps/strange/end", &fields).await.expect(303);
    let mut mentions = 0;
    for (path, text) in pages(&console, session, begun.header("location").unwrap()).await {
        for live in ["<img src=x", "<script>alert", "</textarea><", "\"'>"] {
            assert!(!text.contains(live), "{path}: {text}");
        }
        mentions += text.matches("&#60;img src=x").count();
    }
    assert!(mentions > 20, "the pages do show it: {mentions}");
}
