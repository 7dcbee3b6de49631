//! What a change does is said with numbers, and is done once it was asked for in full.

use serde_json::json;
use tenure_service::admins::AdminRole;

use super::{Fields, PAGES, opened, shop};
use crate::support::World;
use crate::support::app::TestApp;
use crate::support::console::Console;

/// Sessions of so many users, all of them two hours old and idle.
async fn with_sessions(world: &World, users: usize) {
    let shop = TestApp::new(world, "shop");
    shop.change_settings(json!({"preset": "consumer"})).await.expect(200);
    for user in 0..users {
        shop.open(&format!("user {user}")).await;
    }
    world.pass(120); // The auth token of whoever is at the console is good for five minutes.
}

async fn shortened(admin: &Console, applies: &str) -> Fields {
    let form = opened(admin)
        .await
        .with("idle_timeout", "1m")
        .with("auth_token_ttl", "30s")
        .with("expiring_notice", "10s");
    let review = form.with("applies", applies).send(admin, "review").await.expect(200);
    Fields::of(&review)
}

#[tokio::test]
async fn a_change_that_ends_many_is_confirmed_with_their_number() {
    let (world, admin) = shop().await;
    with_sessions(&world, 101).await;
    let fields = shortened(&admin, "now").await;
    let page = fields.send(&admin, "apply").await.expect(422).text();
    assert!(page.contains("data-ends=\"new\">Ends none of 101 live sessions."), "{page}");
    for way in ["next_refresh", "now"] {
        assert!(page.contains(&format!("data-ends=\"{way}\">Ends 101 of 101 live sessions.")), "{page}");
    }
    assert!(page.contains("101: without activity for 1 min or longer"), "{page}");
    assert!(page.contains("This ends 101 sessions: type that number to confirm it."), "{page}");
    let page = fields.clone().with("confirmation", "10").with("reason", "a leak").send(&admin, "apply").await;
    assert!(page.expect(422).text().contains("a leak</textarea>"), "what was typed stays");
    assert_eq!(TestApp::new(&world, "shop").settings().await["version"], 2, "nothing was changed");
    assert_eq!(world.service.audit_log(None, 1).await.unwrap().lines[0].action, "signed_in", "nor put down");
    fields.with("confirmation", "101").send(&admin, "apply").await.expect(303);
    let live =
        world.get("/v1/apps/shop/sessions?status=live").key(&world.admin).send().await.expect(200).json();
    assert_eq!(live["total"], 0);
    assert_eq!(world.service.audit_log(None, 1).await.unwrap().lines[0].detail["ends"], 101);
}

/// Few are ended without a number, and only by a way that ends them.
#[tokio::test]
async fn few_need_no_number() {
    let (world, admin) = shop().await;
    with_sessions(&world, 2).await;
    shortened(&admin, "new").await.send(&admin, "apply").await.expect(303);
    let live = async || {
        let live = world.get("/v1/apps/shop/sessions?status=live").key(&world.admin).send().await;
        live.expect(200).json()["total"].clone()
    };
    assert_eq!(live().await, 2);
    // The settings are in force already; whom they reach is asked anew.
    let review = opened(&admin).await.send(&admin, "review").await.expect(200);
    Fields::of(&review).with("applies", "now").send(&admin, "apply").await.expect(303);
    assert_eq!(live().await, 0);
}

/// Settings that are in force already are no change: neither a version nor a line of the log. To hold live sessions to them is one.
#[tokio::test]
async fn what_changes_nothing_is_said_and_not_put_down() {
    let (world, admin) = shop().await;
    with_sessions(&world, 1).await;
    let version = TestApp::new(&world, "shop").settings().await["version"].clone();
    let review = opened(&admin).await.send(&admin, "review").await.expect(200);
    assert!(review.text().contains("Nothing: the settings are like this already."), "{}", review.text());
    let done = Fields::of(&review).with("reason", "by mistake").send(&admin, "apply").await.expect(303);
    let page = admin.open(done.header("location").unwrap()).await.expect(200).text();
    assert!(page.contains("The settings were like this already: version 2 stays in force."), "{page}");
    let log = async || world.service.audit_log(None, 1).await.unwrap().lines.remove(0).action;
    assert_eq!(log().await, "signed_in", "nothing was done");
    assert_eq!(TestApp::new(&world, "shop").settings().await["version"], version);
    Fields::of(&review).with("applies", "next_refresh").send(&admin, "apply").await.expect(303);
    assert_eq!(log().await, "settings_changed");
    assert_eq!(TestApp::new(&world, "shop").settings().await["version"], 3);
    // The two versions hold the same settings: there is nothing to go back to.
    let undo = admin.submit(&format!("{PAGES}/undo"), &[("version", "3")]).await.expect(303);
    assert_eq!(undo.header("location"), Some("/apps/shop/session-management?notice=unchanged"));
    assert_eq!(log().await, "settings_changed");
    assert_eq!(TestApp::new(&world, "shop").settings().await["version"], 3);
}

/// What several ways end is counted once, and at one moment, which the page states.
#[tokio::test]
async fn a_review_counts_each_thing_once() {
    let (world, admin) = shop().await;
    with_sessions(&world, 3).await;
    let form = opened(&admin).await.with("idle_timeout", "2m").with("auth_token_ttl", "60s");
    let form = form.with("expiring_notice", "30s");
    let calls = async |below: &str| {
        let before = world.memory.calls();
        let answer = form.send(&admin, below).await.expect(200);
        (world.memory.calls() - before, answer.text())
    };
    let (of_form, _) = calls("edit").await;
    let (of_review, page) = calls("review").await;
    assert_eq!(of_review - of_form, 3, "those that live, the old among them, and the idle");
    assert!(page.contains("Ends 3 of 3 live sessions."), "{page}");
    let now = world.service.now().unwrap().secs();
    assert!(page.contains(&format!("counted as of <time data-unix=\"{now}\">")), "{page}");
}

/// Where values go beyond the preset's standard, both the settings and the log say why.
#[tokio::test]
async fn a_deviation_needs_a_justification_and_a_reason() {
    let (world, admin) = shop().await;
    let chosen = opened(&admin).await.with("fill", "patient-portal").send(&admin, "edit").await.expect(200);
    let beyond = Fields::of(&chosen).with("idle_timeout", "2h");
    let page = beyond.send(&admin, "review").await.expect(422).text();
    assert!(page.contains("id=\"says-justification\">is required, because this deviates from"), "{page}");
    let review = beyond.with("justification", "a ward's rhythm").send(&admin, "review").await.expect(200);
    let page = review.text();
    assert!(page.contains("required before you apply"), "{page}");
    let fields = Fields::of(&review);
    assert!(fields.send(&admin, "apply").await.expect(422).text().contains("A reason is required"));
    fields.with("reason", "asked for by the wards").send(&admin, "apply").await.expect(303);
    let settings = TestApp::new(&world, "shop").settings().await;
    assert_eq!(settings["settings"]["justification"], "a ward's rhythm");
}

/// Two at once: the second is told, keeps what they typed, and overwrites nothing that they did not touch.
#[tokio::test]
async fn of_two_who_edit_at_once_the_second_is_told_and_loses_nothing() {
    let (world, admin) = shop().await;
    let other = Console::seen_by(&world, "otto", AdminRole::Operator).await;
    let mine = opened(&admin).await.with("max_sessions", "3").with("idle_timeout", "2d");
    let review = Fields::of(&mine.send(&admin, "review").await.expect(200)).with("reason", "fewer devices");

    let theirs = opened(&other).await.with("idle_timeout", "1d").with("absolute_lifetime", "20d");
    let reviewed = Fields::of(&theirs.send(&other, "review").await.expect(200));
    reviewed.with("reason", "<i>safer</i>").send(&other, "apply").await.expect(303);

    let answer = review.send(&admin, "apply").await.expect(409);
    let page = answer.text();
    for says in [
        "Somebody changed the settings meanwhile",
        "by otto",
        "&#60;i&#62;safer&#60;/i&#62;",
        "20 days",
        "changed meanwhile, too",
        "fewer devices</textarea>",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let app = TestApp::new(&world, "shop");
    assert_eq!(app.settings().await["version"], 2, "only theirs was made");
    let audited = async || world.service.audit_log(None, 1).await.unwrap().lines[0].by.to_string();
    assert_eq!(audited().await, "otto", "what was not done is not put down");
    // The form that was still open is told as well, and the review of it is of the settings as they are now.
    assert!(
        mine.send(&admin, "edit")
            .await
            .expect(200)
            .text()
            .contains("Somebody has changed the settings since")
    );

    Fields::of(&answer).send(&admin, "apply").await.expect(303);
    let settings = app.settings().await["settings"].clone();
    let values = ["max_sessions", "idle_timeout", "absolute_lifetime"].map(|key| settings[key].clone());
    assert_eq!(values, [json!(3), json!(172_800), json!(1_728_000)]);
    assert_eq!(audited().await, "olga");
}

#[tokio::test]
async fn forms_that_no_page_sends_change_nothing() {
    let (world, admin) = shop().await;
    for (name, value, status) in [
        ("version", "", 400),
        ("version", "x", 400),
        ("version", "0", 409),
        ("version", "7", 409),
        ("applies", "all", 400),
        ("signing_alg", "none", 422),
        ("refresh_tokens", "perhaps", 422),
        ("absolute_lifetime", "99999999999999999d", 422),
    ] {
        let sent = opened(&admin).await.with(name, value).send(&admin, "apply").await;
        assert_eq!(sent.status(), status, "{name} {value}: {}", sent.text());
    }
    admin.submit(&format!("{PAGES}/edit"), &[("version", "1"), ("fill", "none-of-ours")]).await.expect(400);
    assert_eq!(world.count_events("settings_changed").await, 0);
}
