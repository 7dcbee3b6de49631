//! `POST /v1/recovery`, and a store that went back in time.

use serde_json::json;
use tenure_core::family::Family;
use tenure_core::id::FamilyId;
use tenure_store::Sessions as _;

use crate::support::app::TestApp;
use crate::support::{KEY, Tokens, World};

/// The session's row as it stands.
async fn row(world: &World, session: &str) -> Family {
    let id = FamilyId::parse(session).unwrap();
    Family::clone(&*world.memory.load(id).await.unwrap().unwrap())
}

async fn open_recovery(world: &World, seconds: i64) {
    let call = world.post("/v1/recovery").key(&world.admin).json(json!({"seconds": seconds}));
    call.send().await.expect(200);
}

#[tokio::test]
async fn rt_24_a_client_ahead_of_the_store_is_kept_waiting_and_then_brought_back() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let backup = row(&world, &first.session).await;
    let second = app.refreshed(&first.refresh).await;
    let third = app.refreshed(&second.refresh).await;
    world.memory.lose_commits_since(backup.clone()).unwrap();
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    for _ in 0..3 {
        let waiting = app.refresh(&third.refresh).await;
        assert_eq!(waiting.header("retry-after"), Some("1"));
        waiting.refused(503, "out_of_sync");
        app.grant(&third.refresh).send().await.refused(503, "temporarily_unavailable");
    }
    assert_eq!(row(&world, &first.session).await, backup, "nothing has changed");
    assert!(world.count_events("out_of_sync").await > 0);
    insta::assert_snapshot!("out_of_sync", app.refresh(&third.refresh).await.shown());
    world.pass(60);
    let opened = world.post("/v1/recovery").key(&world.admin).json(json!({"seconds": 3600})).send().await;
    insta::assert_snapshot!("opened", opened.shown());
    let fourth = Tokens::of(&app.refresh_with(&third.refresh, KEY).await.expect(200));
    let retried = Tokens::of(&app.refresh_with(&third.refresh, KEY).await.expect(200));
    assert_eq!((&fourth.session, &retried.refresh), (&first.session, &fourth.refresh));
    let fifth = app.refreshed(&fourth.refresh).await;
    assert!(app.is_active(&fifth.auth).await);
    assert_eq!(world.count_events("fast_forward").await, 1);
    // From then on the usual rules hold for it.
    assert_eq!(app.refresh(&third.refresh).await.expect(401).reason(), "reused");
}

#[tokio::test]
async fn rt_24_recovery_closes_by_itself_and_adopts_only_what_was_lost_before() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let backup = row(&world, &first.session).await;
    let second = app.refreshed(&first.refresh).await;
    world.pass(1);
    open_recovery(&world, 60).await;
    world.pass(60);
    world.memory.lose_commits_since(backup).unwrap();
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    app.refresh(&second.refresh).await.refused(503, "out_of_sync");
    // A row that was written after recovery opened cannot be one that lost commits.
    open_recovery(&world, 60).await;
    let fresh = app.open("bob").await;
    let after = row(&world, &fresh.session).await;
    let newer = app.refreshed(&fresh.refresh).await;
    world.memory.lose_commits_since(after).unwrap();
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    app.refresh(&newer.refresh).await.refused(503, "out_of_sync");
    app.refresh(&second.refresh).await.expect(200);
}

#[tokio::test]
async fn rt_24_a_number_that_is_given_out_twice_is_out_of_sync_and_no_theft() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let backup = row(&world, &first.session).await;
    let second = app.refreshed(&first.refresh).await;
    world.memory.lose_commits_since(backup).unwrap();
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    app.refreshed(&first.refresh).await;
    app.refresh(&second.refresh).await.refused(503, "out_of_sync");
    assert!(app.is_live(&first.session).await);
}

#[tokio::test]
async fn it_is_open_for_a_bounded_time_only() {
    let world = World::new().await;
    for seconds in [json!(0), json!(-1), json!(2_592_001), json!("60"), json!(1e12), json!(null)] {
        let call = world.post("/v1/recovery").key(&world.admin).json(json!({"seconds": seconds}));
        call.send().await.refused(422, "invalid_fields");
    }
    assert_eq!(world.count_events("recovery_opened").await, 0);
    open_recovery(&world, 2_592_000).await;
    assert_eq!(world.count_events("recovery_opened").await, 1);
}
