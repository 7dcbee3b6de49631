//! Every version is there, with who and why, and the last one can be undone.

use super::{Fields, PAGES, opened, shop};
use crate::support::app::TestApp;
use serde_json::json;

#[tokio::test]
async fn the_last_change_is_undone_and_all_of_it_is_listed() {
    let (world, admin) = shop().await;
    let app = TestApp::new(&world, "shop");
    admin.open(&format!("{PAGES}/undo")).await.expect(409);
    app.change_settings(json!({"preset": "consumer"})).await.expect(200);
    let review = opened(&admin).await.with("idle_timeout", "1d").send(&admin, "review").await.expect(200);
    Fields::of(&review).with("reason", "<script>shorter</script>").send(&admin, "apply").await.expect(303);

    let page = admin.open(&format!("{PAGES}/undo")).await.expect(200);
    let change = r#"<td data-label="From">1 day</td><td data-label="To">5 days</td>"#;
    assert!(page.text().contains(change), "{}", page.text());
    let undone = Fields::of(&page).send(&admin, "undo").await.expect(303);
    assert_eq!(undone.header("location"), Some("/apps/shop/session-management?notice=undone"));
    assert_eq!(app.settings().await["settings"]["idle_timeout"], 432_000);
    // Once more from the same page would undo the undoing.
    let again = Fields::of(&page).send(&admin, "undo").await.expect(409);
    assert!(again.text().contains("the settings are at version 4"), "{}", again.text());

    let history = admin.open(&format!("{PAGES}/history")).await.expect(200).text();
    for says in [
        "Version 4",
        "by olga",
        "undo of version 3",
        "by an API key, or the machine&#39;s owner",
        "&#60;script&#62;shorter",
        "Version 1<",
    ] {
        assert!(history.contains(says), "{says}: {history}");
    }
    let lines = world.service.audit_log(None, 2).await.unwrap().lines;
    let acts: Vec<_> = lines.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(acts, ["settings_undone", "settings_changed"]);
    let versions = world.get("/v1/apps/shop/session-settings/versions").key(&world.admin).send().await.json();
    let by: Vec<_> = versions["versions"].as_array().unwrap().iter().map(|v| v["by"].clone()).collect();
    assert_eq!(by, [json!("olga"), json!("olga"), json!(null), json!(null)]);
}

#[tokio::test]
async fn a_long_history_has_pages() {
    let (world, admin) = shop().await;
    let app = TestApp::new(&world, "shop");
    for hours in 1..=25 {
        app.change_settings(json!({"idle_timeout": hours * 36_000})).await.expect(200);
    }
    let page = admin.open(&format!("{PAGES}/history")).await.expect(200).text();
    assert!(page.contains("Version 26") && page.contains("Version 7<") && !page.contains("Version 6<"));
    assert!(page.contains("history?before=7"));
    let older = admin.open(&format!("{PAGES}/history?before=7")).await.expect(200).text();
    assert!(
        older.contains("Version 6<") && older.contains("Version 1<") && !older.contains("Older versions")
    );
}
