//! What is typed, in the server's own words.

use serde_json::json;
use tenure_service::admins::AdminRole;

use super::{PAGES, opened, shop};
use crate::support::app::TestApp;
use crate::support::console::Console;

#[tokio::test]
async fn what_is_typed_is_said_with_the_sessions_that_there_are() {
    let (world, admin) = shop().await;
    let form = opened(&admin).await.with("refresh_tokens", "true").with("auth_token_ttl", "10m");
    let piece = form.send(&admin, "preview").await.expect(200).text();
    assert!(piece.starts_with("<h2>What this means</h2>"), "a piece, and no page: {piece}");
    assert!(piece.contains("144 times a day. No session is live now."), "{piece}");
    assert!(piece.contains("Wednesday at 18:00, after 5 days without activity"), "{piece}");
    assert_eq!(world.count_events("settings_changed").await, 0, "nothing was changed by looking");
    let shop = TestApp::new(&world, "shop");
    shop.change_settings(json!({"refresh_tokens": true})).await.expect(200);
    for user in ["ann", "ben"] {
        shop.open(user).await;
    }
    let piece = opened(&admin).await.send(&admin, "preview").await.expect(200).text();
    assert!(
        piece.contains("With all 2 live sessions in use at once: less than one refresh a second."),
        "{piece}"
    );
}

/// Words beside the field are those of the management API.
#[tokio::test]
async fn impossible_settings_show_the_servers_words_beside_the_field() {
    let (world, admin) = shop().await;
    let form = opened(&admin).await.with("refresh_tokens", "true");
    let form = form.with("auth_token_ttl", "4h").with("idle_timeout", "2h");
    let given = json!({"refresh_tokens": true, "auth_token_ttl": 14_400, "idle_timeout": 7200});
    let refused = TestApp::new(&world, "shop").change_settings(given).await.expect(422).json();
    let words = refused["fields"][0]["error"].as_str().unwrap();
    let piece = form.send(&admin, "preview").await.expect(200).text();
    assert!(piece.contains(&format!("data-field=\"auth_token_ttl\" data-says=\"{words}\"")), "{piece}");
    for below in ["review", "apply"] {
        let page = form.send(&admin, below).await.expect(422).text();
        assert!(page.contains(&format!("id=\"says-auth_token_ttl\">{words}<")), "{page}");
        assert!(page.contains("value=\"4h\""), "what was typed stays: {page}");
        let field = page.split("<input id=\"auth_token_ttl\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(field.contains("aria-invalid=\"true\"") && field.contains("says-auth_token_ttl"), "{field}");
    }
    assert_eq!(world.count_events("settings_changed").await, 0);
}

#[tokio::test]
async fn what_is_not_understood_is_said_and_stays() {
    let (world, admin) = shop().await;
    let form = opened(&admin).await.with("idle_timeout", "<b>\"soon\"").with("max_sessions", "many");
    let page = form.send(&admin, "review").await.expect(422).text();
    assert!(page.contains("must be a length of time such as 90s, 10m, 8h, 30d, or none"), "{page}");
    assert!(page.contains("must be a whole number, or none"), "{page}");
    assert!(page.contains("<details class=\"card\" open>"), "an advanced field is wrong, so they are seen");
    assert!(page.contains("value=\"&#60;b&#62;&#34;soon&#34;\"") && !page.contains("<b>"), "{page}");
    assert_eq!(world.count_events("settings_changed").await, 0);
}

#[tokio::test]
async fn who_may_change_nothing_sees_no_button() {
    let (world, _) = shop().await;
    let reader = Console::seen_by(&world, "rita", AdminRole::ReadOnly).await;
    let page = reader.open(PAGES).await.expect(200).text();
    assert!(page.contains("What this means"));
    for button in ["Review", "Choose</button>", "name=\"fill\""] {
        assert!(!page.contains(button), "{button}");
    }
    let history = reader.open(&format!("{PAGES}/history")).await.expect(200).text();
    assert!(!history.contains("Undo the last change"));
}
