//! Sessions in the console: found, taken along, ended one by one and many at a time, and explained.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tenure_service::admins::AdminRole;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::app::TestApp;
use crate::support::console::Console;
use crate::support::stream::Stream;

async fn operator(world: &World) -> Console {
    Console::seen_by(world, "ann", AdminRole::Operator).await
}

async fn with_many(app: &TestApp<'_>, sessions: usize) {
    for _ in 0..sessions {
        app.open("bob").await;
    }
}

async fn live(app: &TestApp<'_>) -> Value {
    let answer = app.manage(Method::GET, "/sessions?status=live").send().await.expect(200);
    answer.json()["total"].clone()
}

/// What the form of a page holds under `name`.
fn hidden(page: &Answer, name: &str) -> String {
    let text = page.text();
    let field = format!("name=\"{name}\" value=\"");
    let rest = text.split(&field).nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// The form that ends what matches, with what it holds, and `own` in its other fields.
async fn end(console: &Console, q: &str, own: &[(&str, &str)]) -> Answer {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", q).finish();
    let page = console.open(&format!("/apps/shop/end?{query}")).await.expect(200);
    let (as_of, matches) = (hidden(&page, "as_of"), hidden(&page, "matches"));
    let mut fields = vec![("q", q), ("as_of", as_of.as_str()), ("matches", matches.as_str())];
    fields.extend_from_slice(own);
    console.submit("/apps/shop/end", &fields).await
}

/// Follows a job until it is over, and gives what is said then.
async fn followed(console: &Console, begun: &Answer) -> Value {
    let job = begun.header("location").unwrap();
    console.open(job).await.expect(200);
    loop {
        let state = console.open(&format!("{job}/state")).await.expect(200).json();
        if state["running"] == false {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_query_finds_and_a_mistake_is_pointed_at() {
    let world = World::new().await;
    let app = world.app("shop").await;
    app.open("ann smith").await;
    app.open("bob").await;
    let console = operator(&world).await;
    let found = console.open("/apps/shop/sessions?q=user:%22ann+smith%22").await.expect(200).text();
    assert!(found.contains("<strong class=\"numbers\">1 session</strong>"), "{found}");
    assert!(found.contains("ann smith") && !found.contains(">bob<"));
    let wrong = console.open("/apps/shop/sessions?q=user:bob+usr:%3Cb%3E").await.expect(200).text();
    assert!(
        wrong.contains("<mark>usr:&#60;b&#62;</mark>") && wrong.contains("Perhaps user: is meant"),
        "{wrong}"
    );
    assert!(!wrong.contains("<table"), "nothing is listed for what was not understood");
    let text = console.open("/apps/shop/sessions?q=user:a+user:b").await.expect(200).text();
    assert!(text.contains("twice"), "{text}");
}

#[tokio::test]
async fn what_matches_can_be_taken_along() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let device = json!({"name": "=cmd|' /C calc'!A0", "user_agent": "a,\"b\"", "ip": "192.0.2.1"});
    app.open_with(json!({"user_id": "+ann", "device": device})).await.expect(201);
    with_many(&app, 600).await;
    world.app("bank").await.open("elsewhere").await;
    let console = operator(&world).await;
    let csv = console.open("/apps/shop/sessions.csv?q=").await.expect(200);
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"shop-sessions.csv\""));
    let text = csv.text();
    assert_eq!(text.lines().count(), 602, "a head, and more than one page");
    assert!(text.starts_with("session_id,support_code,user_id,"));
    let of_ann = text.lines().find(|line| line.contains("+ann")).unwrap();
    assert!(
        of_ann.contains(",\"'+ann\",") && of_ann.contains(",\"'=cmd|' /C calc'!A0\",\"a,\"\"b\"\"\","),
        "{of_ann}"
    );
    assert!(!text.contains("elsewhere"));
    let lines = console.open("/apps/shop/sessions.ndjson?q=user:%2Bann").await.expect(200).text();
    let shown: Value = serde_json::from_str(lines.trim_end()).unwrap();
    assert_eq!((&shown["user_id"], &shown["device"]["user_agent"]), (&json!("+ann"), &json!("a,\"b\"")));
    console.open("/apps/shop/sessions.csv?q=usr:x").await.expect(400);
    console.open("/apps/nowhere/sessions.csv?q=").await.expect(404);
    let told = world.service.audit_log(None, 10).await.unwrap().lines;
    assert_eq!((told[0].action.as_str(), &told[0].detail["format"]), ("sessions_exported", &json!("ndjson")));
    world.memory.set_out_of_order(true);
    console.open("/apps/shop/sessions.csv?q=").await.expect(503);
}

#[tokio::test]
async fn many_end_only_for_whoever_types_their_number() {
    let world = World::new().await;
    let app = world.app("shop").await;
    with_many(&app, 101).await;
    let carl = app.open("carl").await;
    let console = operator(&world).await;
    for (reason, typed, says) in
        [("", "101", "Say why"), ("a leak", "", "Type 101"), ("a leak", "100", "Type 101")]
    {
        let asked = end(&console, "user:bob", &[("reason", reason), ("confirm", typed)]).await.expect(200);
        assert!(asked.text().contains(says), "{}", asked.text());
        assert!(asked.text().contains(&format!("value=\"{reason}\"")), "what was typed is kept");
    }
    assert_eq!(live(&app).await, 102);
    let begun = end(&console, "user:bob", &[("reason", "a leak"), ("confirm", "101")]).await.expect(303);
    let state = followed(&console, &begun).await;
    assert_eq!((&state["state"], &state["words"]), (&json!("done"), &json!("101 of 101 sessions ended")));
    assert_eq!(live(&app).await, 1);
    assert!(app.is_live(&carl.session).await);
    let told = world.service.audit_log(None, 10).await.unwrap().lines;
    assert_eq!((told[0].action.as_str(), told[0].reason.as_deref()), ("sessions_ended", Some("a leak")));
    assert_eq!(world.count_events("sessions_ended").await, 1);
}

#[tokio::test]
async fn everything_is_asked_about_and_who_signs_in_meanwhile_stays() {
    let world = World::new().await;
    let app = world.app("shop").await;
    with_many(&app, 3).await;
    let console = operator(&world).await;
    for q in ["", "status:live"] {
        let asked = end(&console, q, &[("reason", "x")]).await.expect(200);
        assert!(asked.text().contains("Say that every live session is meant"), "{}", asked.text());
    }
    assert_eq!(live(&app).await, 3);
    let page = console.open("/apps/shop/end?q=").await.expect(200);
    let (as_of, matches) = (hidden(&page, "as_of"), hidden(&page, "matches"));
    world.pass(2);
    let later = app.open("later").await;
    let fields =
        [("q", ""), ("as_of", &as_of), ("matches", &matches), ("reason", "x"), ("everything", "yes")];
    let begun = console.submit("/apps/shop/end", &fields).await.expect(303);
    followed(&console, &begun).await;
    assert!(app.is_live(&later.session).await);
    assert_eq!(live(&app).await, 1);
}

#[tokio::test]
async fn one_session_stays_and_all_others_of_its_user_end() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (here, there, other) = (app.open(" ann").await, app.open(" ann").await, app.open("bob").await);
    let console = operator(&world).await;
    let fields = [("user_id", " ann"), ("except", here.session.as_str()), ("reason", "lost a phone")];
    let answer = console.submit("/apps/shop/users/end", &fields).await.expect(303);
    assert_eq!(answer.header("location"), Some("/apps/shop/users?user_id=+ann&ended=1"));
    let alive = [&here, &there, &other].map(|tokens| app.is_live(&tokens.session));
    let [here, there, other] = alive;
    assert_eq!((here.await, there.await, other.await), (true, false, true));
    console.submit("/apps/shop/users/end", &[("user_id", " ann"), ("except", "x")]).await.expect(422);
    console.submit("/apps/shop/users/end", &[("reason", "x")]).await.expect(422);
}

#[tokio::test]
async fn why_is_answered_for_a_code_and_for_a_user_at_a_moment() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let ann = app.open("ann").await;
    app.refreshed(&ann.refresh).await;
    let refused = app.refresh(&ann.refresh).await.refused(401, "invalid_refresh_token").json();
    let code = refused["support_code"].as_str().unwrap();
    let console = operator(&world).await;
    let sloppy = code.to_lowercase().replace('-', "+");
    for code in [code, sloppy.as_str()] {
        let page = console.open(&format!("/why?code={code}")).await.expect(200).text();
        assert!(page.contains("A refresh token that had been replaced came back"), "{page}");
        assert!(page.contains("retry_leeway is 0 s now."), "{page}");
        assert!(page.contains(&format!("/apps/shop/sessions/{}", ann.session)), "{page}");
    }
    for (query, says) in [
        ("code=K7QF", "This is no support code"),
        ("code=0000-0000-0000", "No session is kept"),
        ("app=shop&user=nobody", "This user has no session here"),
        ("app=shop&user=ann&at=yesterday", "is no moment such as"),
        ("app=shop&user=ann&at=2001-01-01T00:00", "This user has no session here"),
        ("app=shop&user=ann&at=2100-01-01T00:00", "A refresh token that had been replaced came back"),
        ("app=shop&user=ann", "A refresh token that had been replaced came back"),
    ] {
        let page = console.open(&format!("/why?{query}")).await.expect(200).text();
        assert!(page.contains(says), "{query}: {page}");
    }
    console.open("/why?app=nowhere&user=ann").await.expect(404);
}

#[tokio::test]
async fn events_are_followed_for_as_long_as_their_reader_is_an_admin() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let console = operator(&world).await;
    let call =
        console.call(Method::GET, "/apps/shop/events/stream?type=ended").header("sec-fetch-mode", "cors");
    let mut stream = Stream::of(call).await;
    assert_eq!(stream.parts.status, 200);
    assert_eq!(stream.block().await.unwrap(), "retry: 1000");
    let ann = app.open("ann").await;
    world.app("bank").await;
    app.sign_out(&ann.refresh).await.expect(200);
    let event = stream.event().await.unwrap();
    assert_eq!((&event["words"], &event["user_id"]), (&json!("The session was signed out"), &json!("ann")));
    assert_eq!(event["support_code"], app.session(&ann.session).await["support_code"]);
    let page = console.open("/apps/shop/events?type=ended&user=ann").await.expect(200).text();
    assert!(page.contains("The session was signed out"), "{page}");
    let none = console.open("/apps/shop/events?user=bob").await.expect(200).text();
    assert!(
        none.contains("Nothing that matches was found") && !none.contains("The session was signed out"),
        "{none}"
    );
    console.submit("/sign-out", &[]).await.expect(303);
    app.open("bob").await;
    stream.rest().await;
}
