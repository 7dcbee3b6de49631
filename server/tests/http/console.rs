//! The console's guard, on every route: who may look, who may change, and where it must come from; its pages one by one are below.

mod new_app;
mod session_management;

mod sessions;
mod strange;

use http::Method;
use serde_json::json;
use tenure_core::time::Span;
use tenure_service::admins::AdminRole;

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::console::{Console, routes};
use crate::support::world::CONSOLE_URL;

/// Open to everybody.
const OUTSIDE: [&str; 2] = ["/sign-in", "/assets/{edition}/{*name}"];
/// What changes nothing but the caller's own sign-in.
const HARMLESS: [&str; 3] = ["/sign-in", "/sign-out", "/apps/{app}/session-management/preview"];

/// A route with something in each of its places.
fn filled(route: &str, app: &str) -> String {
    route
        .replace("{app}", app)
        .replace("{sid}", "awdVnTuCkEkjjEcV06JmGA")
        .replace("{job}", "none")
        .replace("{name}", "none")
}

#[track_caller]
fn framed(answer: &Answer) {
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("x-frame-options"), Some("DENY"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.header("cache-control").is_some());
}

#[tokio::test]
async fn ad_2_nobody_sees_or_changes_anything_without_signing_in() {
    let world = World::new().await;
    let console = Console::of(&world);
    let routes = routes();
    assert!(routes.len() > 20, "{routes:?}");
    for (route, posts) in routes.iter().filter(|(route, _)| !OUTSIDE.contains(&route.as_str())) {
        let path = filled(route, "first");
        let calls = world.memory.calls();
        if *posts {
            console.submit(&path, &[("code", "x")]).await.expect(401);
        } else {
            let answer = console.open(&path).await.expect(303);
            assert_eq!(answer.header("location"), Some("/sign-in"), "{route}");
            framed(&answer);
            console.call(Method::GET, &path).header("sec-fetch-mode", "cors").send().await.expect(401);
        }
        assert_eq!(world.memory.calls(), calls, "{route} asked the store");
    }
}

#[tokio::test]
async fn what_no_page_of_the_console_sends_changes_nothing() {
    let world = World::new().await;
    let console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    for (route, _) in routes().iter().filter(|(_, posts)| *posts) {
        let path = filled(route, "first");
        let post = || console.call(Method::POST, &path).form(&[("reason", "x")]);
        let calls = world.memory.calls();
        for forged in [
            post(),
            post().header("origin", "null"),
            post().header("origin", "https://evil.example"),
            post().header("origin", "http://localhost:7800"),
            post().header("origin", "http://localhost:7801.evil.example"),
            post().header("sec-fetch-site", "cross-site"),
            post().header("sec-fetch-site", "same-site"),
            post().header("origin", "https://evil.example").header("sec-fetch-site", "same-origin"),
            post().header("origin", CONSOLE_URL).header("origin", "https://evil.example"),
        ] {
            framed(&forged.send().await.expect(403));
        }
        assert_eq!(world.memory.calls(), calls, "{route} asked the store");
    }
}

#[tokio::test]
async fn whoever_may_only_look_changes_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let ann = app.open("ann").await;
    let console = Console::seen_by(&world, "eve", AdminRole::ReadOnly).await;
    for (route, _) in routes().iter().filter(|(route, posts)| *posts && !HARMLESS.contains(&route.as_str())) {
        let path = filled(route, "shop").replace("awdVnTuCkEkjjEcV06JmGA", &ann.session);
        let answer = console.submit(&path, &[("reason", "x"), ("user_id", "ann"), ("name", "x")]).await;
        assert_eq!(answer.status(), 403, "{route}: {}", answer.text());
    }
    assert!(app.is_live(&ann.session).await);
    for page in ["/apps/shop/sessions", "/apps/shop/session-management"] {
        let text = console.open(page).await.expect(200).text();
        assert!(!text.contains("End matching") && !text.contains("Review and apply"), "{page}");
    }
    let lines = world.service.audit_log(None, 100).await.unwrap().lines;
    let told: Vec<_> = lines.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(told, ["signed_in"], "what was refused is not told as if it had been done");
}

#[tokio::test]
async fn no_page_is_of_an_app_that_is_not_there_or_of_the_consoles_own() {
    let world = World::new().await;
    let console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    for (route, posts) in routes().iter().filter(|(route, _)| route.contains("{app}")) {
        for app in ["nowhere", "tenure-console", "%00", "..%2f"] {
            let path = filled(route, app);
            let answer = if *posts {
                console
                    .submit(
                        &path,
                        &[
                            ("reason", "x"),
                            ("user_id", "ann"),
                            ("version", "1"),
                            ("given", "{}"),
                            ("applies", "new"),
                        ],
                    )
                    .await
            } else {
                console.open(&path).await
            };
            assert_eq!(answer.status(), 404, "{route} {app}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_understood_is_answered_by_a_page_in_words() {
    let world = World::new().await;
    let console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    for path in [
        "/apps/first/session-management/history?before=x",
        "/apps/first/users?user_id=ann&ended=many",
        "/apps/first/sessions?q=a&q=b",
        "/sign-in?out=perhaps",
        "/apps/%ff/sessions",
        "/apps/%ff/jobs/x",
    ] {
        let answer = console.open(path).await.expect(400);
        framed(&answer);
        let text = answer.text();
        assert!(text.contains("<h1>This was not understood</h1>"), "{path}: {text}");
        for of_programs in ["http.md", "serde", "deserialize", "invalid digit", "{\""] {
            assert!(!text.contains(of_programs), "{path}: {text}");
        }
    }
}

#[tokio::test]
async fn ad_5_a_session_of_another_app_is_not_found_under_this_one() {
    let world = World::new().await;
    let (shop, bank) = (world.app("shop").await, world.app("bank").await);
    let ann = bank.open("ann").await;
    shop.open("ann").await;
    let console = Console::seen_by(&world, "bob", AdminRole::Owner).await;
    console.open(&format!("/apps/shop/sessions/{}", ann.session)).await.expect(404);
    console.submit(&format!("/apps/shop/sessions/{}/end", ann.session), &[("reason", "x")]).await.expect(404);
    console.open(&format!("/apps/bank/sessions/{}", ann.session)).await.expect(200);
    assert!(bank.is_live(&ann.session).await);
}

#[tokio::test]
async fn a_name_that_is_not_the_consoles_gets_no_page() {
    let world = World::new().await;
    let console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    let named = |host: &str, method: Method| console.call(method, "/").header("host", host);
    for host in ["evil.example:7801", "localhost:7800", "localhost"] {
        let mut call = named(host, Method::GET);
        call = call.header("origin", CONSOLE_URL);
        let status = call.send().await.status();
        assert!([400, 307].contains(&status), "{host}: {status}");
    }
    named("evil.example:7801", Method::POST).header("origin", CONSOLE_URL).send().await.expect(400);
}

#[tokio::test]
async fn ad_8_links_are_good_once_and_for_a_while() {
    let world = World::new().await;
    let mut console = Console::of(&world);
    let link = || async { world.service.make_admin_link("ann", Some(AdminRole::Owner)).await.unwrap() };
    let (used, late) = (link().await, link().await);
    let enter = |code: String| {
        let console = &console;
        async move { console.submit("/sign-in", &[("code", &code)]).await }
    };
    enter(used.reveal().to_owned()).await.expect(303);
    let again = enter(used.reveal().to_owned()).await.expect(401);
    world.pass(901);
    let expired = enter(late.reveal().to_owned()).await.expect(401);
    let invented = enter(format!("al1_{}", "A".repeat(43))).await.expect(401);
    let none = enter(String::new()).await.expect(401);
    for answer in [&expired, &invented, &none] {
        assert_eq!(answer.text(), again.text(), "all are told the same");
        assert!(answer.headers.get("set-cookie").is_none());
    }
    console.cookies = "__Host-tenure.admin=x; __Host-tenure.admin-refresh=tr1_x".to_owned();
    assert_eq!(console.open("/").await.expect(303).header("location"), Some("/sign-in"));
}

#[tokio::test]
async fn an_admin_is_out_as_soon_as_their_session_or_their_role_is() {
    let world = World::new().await;
    let console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    let bob = Console::seen_by(&world, "bob", AdminRole::Operator).await;
    bob.open("/").await.expect(200);
    console.submit("/sign-out", &[]).await.expect(303);
    console.open("/").await.expect(303);
    world.app("shop").await;
    world.service.make_admin_link("carol", Some(AdminRole::Owner)).await.unwrap();
    world.service.make_admin_link("bob", Some(AdminRole::ReadOnly)).await.unwrap();
    let answer = bob.submit("/apps/shop/end", &[("reason", "x")]).await;
    assert!([401, 403].contains(&answer.status()), "{}", answer.status());
    world.service.remove_admin("bob").await.unwrap();
    bob.open("/").await.expect(303);
}

#[tokio::test]
async fn who_uses_the_console_stays_in_and_who_left_it_is_out() {
    let world = World::new().await;
    let mut console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    let alive = |console: &Console, activity: &str| {
        console
            .call(Method::GET, "/alive")
            .header("sec-fetch-mode", "cors")
            .header("tenure-activity", activity)
    };
    // Somebody works for an hour, and every page asks in between.
    for _ in 0..12 {
        world.pass(300);
        let answer = alive(&console, "focused;idle=10").send().await.expect(204);
        console.keep(&answer);
    }
    // Then the page stands alone: it asks, and does not keep its admin in.
    let mut minutes = 0;
    let left = loop {
        world.pass(60);
        minutes += 1;
        let answer = alive(&console, &format!("hidden;idle={}", minutes * 60)).send().await;
        console.keep(&answer);
        if answer.status() == 401 || minutes > 30 {
            break minutes;
        }
    };
    assert!((14..=16).contains(&left), "signed out after {left} minutes");
    console.open("/").await.expect(303);
}

#[tokio::test]
async fn an_outage_is_an_outage_and_signs_no_admin_out() {
    let world = World::new().await;
    let console = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    world.memory.set_out_of_order(true);
    let answer = console.open("/").await.expect(503);
    assert!(answer.header("retry-after").is_some() && answer.headers.get("set-cookie").is_none());
    world.memory.set_out_of_order(false);
    console.open("/").await.expect(200);
    world.pass(Span::from_mins(6).secs());
    world.memory.set_out_of_order(true);
    console.open("/").await.expect(503);
    world.memory.set_out_of_order(false);
    console.open("/").await.expect(200);
}

#[tokio::test]
async fn what_is_done_is_in_the_audit_log_before_it_is_done() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let ann = app.open("ann").await;
    let console = Console::seen_by(&world, "bob", AdminRole::Operator).await;
    let end = format!("/apps/shop/sessions/{}/end", ann.session);
    console.submit(&end, &[("reason", "lost the laptop")]).await.expect(303);
    assert!(!app.is_live(&ann.session).await);
    let lines = world.service.audit_log(None, 10).await.unwrap().lines;
    let last = &lines[0];
    assert_eq!((last.by.to_string().as_str(), last.action.as_str()), ("bob", "session_ended"));
    assert_eq!(
        (last.reason.as_deref(), last.target.as_str()),
        (Some("lost the laptop"), ann.session.as_str())
    );
    assert_eq!(last.detail, json!({"user_id": "ann"}));
    let page = console.open("/audit").await.expect(200).text();
    assert!(page.contains("lost the laptop") && page.contains("session ended"), "{page}");
}
