//! `/apps/new`.

use tenure_service::admins::AdminRole;

use crate::support::World;
use crate::support::console::Console;

#[tokio::test]
async fn an_owner_creates_an_app_and_is_led_to_its_settings() {
    let world = World::new().await;
    let owner = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    assert!(owner.open("/apps/new").await.expect(200).text().contains("Create an app"));
    let made = owner.submit("/apps/new", &[("name", "Shop <1>"), ("id", "shop")]).await.expect(303);
    assert_eq!(made.header("location"), Some("/apps/shop/session-management?notice=created"));
    let page = owner.open("/apps/shop/session-management?notice=created").await.expect(200).text();
    assert!(page.contains("The app is there.") && page.contains("Shop &#60;1&#62;"), "{page}");
    let line = &world.service.audit_log(None, 1).await.unwrap().lines[0];
    assert_eq!((line.action.as_str(), line.target.as_str()), ("app_created", "Shop <1>"));
}

#[tokio::test]
async fn what_an_app_cannot_be_called_is_said_and_nothing_is_lost() {
    let world = World::new().await;
    let owner = Console::seen_by(&world, "ann", AdminRole::Owner).await;
    for (name, id, says) in [
        ("", "shop", "The name must be 1 to 200 bytes"),
        ("Shop", "no spaces", "The id cannot be used: an app id is 1 to 64 letters"),
        ("Shop", "first", "Nothing was created: there is an app first already."),
    ] {
        let page = owner.submit("/apps/new", &[("name", name), ("id", id)]).await.expect(422).text();
        assert!(page.contains(says), "{page}");
        assert!(page.contains(&format!("value=\"{id}\"")), "{page}");
    }
    assert_eq!(world.count_events("app_created").await, 1, "the first one alone");
}

#[tokio::test]
async fn only_owners_create_apps() {
    let world = World::new().await;
    for role in [AdminRole::ReadOnly, AdminRole::Operator] {
        let admin = Console::seen_by(&world, role.as_str(), role).await;
        admin.open("/apps/new").await.expect(403);
        admin.submit("/apps/new", &[("name", "Shop")]).await.expect(403);
        assert!(!admin.open("/apps").await.expect(200).text().contains("/apps/new"));
    }
}
