//! `/v1/recovery`, and a store that went back in time.

use http::Method;
use serde_json::json;
use tenure_core::family::Family;
use tenure_core::id::{FamilyId, Kid};
use tenure_core::time::{Span, Timestamp};
use tenure_service::clock::Clock as _;
use tenure_service::recovery::{Restore, record};
use tenure_service::ring::RingFile;
use tenure_store::{Manifest, Sessions as _, Store};

use crate::support::answer::Answer;
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

async fn introspect(app: &TestApp<'_>, token: &str) -> Answer {
    app.manage(Method::POST, "/oauth/introspect").form(&[("token", token)]).send().await
}

#[tokio::test]
async fn rt_24_an_auth_token_of_a_session_that_a_restore_lost_is_not_called_dead_too_early() {
    let world = World::new().await;
    let app = world.app_with("shop", json!({"idle_timeout": 1800, "auth_token_ttl": 600})).await;
    let (gone, idle) = (app.open("ann").await, app.open("bob").await);
    let backup = row(&world, &idle.session).await;
    world.pass(1500);
    let made_at = world.clock.now().minus(Span::from_secs(1500));
    let (idle, gone) = (app.refreshed(&idle.refresh).await, app.refreshed(&gone.refresh).await);
    world.pass(400);
    world.memory.lose(row(&world, &gone.session).await.id).unwrap();
    world.memory.lose_commits_since(backup).unwrap();
    let world = restored(world, made_at).await;
    let app = TestApp::new(&world, "shop");
    for token in [&gone.auth, &idle.auth] {
        introspect(&app, token).await.refused(503, "temporarily_unavailable");
        app.call(Method::GET, "/me/sessions").key(token).send().await.refused(503, "unavailable");
    }
    open_recovery(&world, 3600).await;
    let idle = app.refreshed(&idle.refresh).await;
    assert!(app.is_active(&idle.auth).await);
    assert!(!app.is_active(&gone.auth).await);
    app.call(Method::GET, "/me/sessions").key(&gone.auth).send().await.refused(401, "invalid_auth_token");
}

/// The store as it is restored from a backup of `made_at`, with what it is told then.
async fn restored(world: World, made_at: Timestamp) -> World {
    let manifest = Manifest {
        made_at,
        program: "0.1.0".to_owned(),
        schema: 1,
        incarnation: 0x0123_4567_89ab_cdef,
        high_water: made_at,
        feed_head: 3,
        families: 1,
        records: 1,
        kids: vec![1],
        content_bytes: 4096,
        sha256: [1; 32],
    };
    let store = Store::new(world.memory.clone());
    let at = world.clock.now();
    let note = Restore { at, manifest: &manifest, file: "a.backup", ended_again: 0, ends_lost: Some(2) };
    record(&store, &note).await.unwrap();
    world.restarted().await
}

#[tokio::test]
async fn rt_24_a_session_token_that_a_restore_lost_waits_and_is_good_again() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (ann, bob) = (app.open("ann").await, app.open("bob").await);
    let (known, replaced) = (app.session_token(&ann.auth).await, app.session_token(&bob.auth).await);
    let backup = row(&world, &bob.session).await;
    world.pass(10);
    let made_at = world.clock.now();
    world.pass(60);
    let lost = app.session_token(&bob.auth).await;
    world.memory.lose_commits_since(backup).unwrap();
    let world = restored(world, made_at).await;
    let app = TestApp::new(&world, "shop");
    assert!(app.is_active(&known).await);
    introspect(&app, &lost).await.refused(503, "temporarily_unavailable");
    // Nobody knows of the one that took its place: it is good, as an ended session lives.
    assert!(app.is_active(&replaced).await);
    open_recovery(&world, 3600).await;
    assert!(app.is_active(&lost).await && app.is_active(&lost).await);
    assert!(!app.is_active(&replaced).await);
    assert_eq!(world.count_events("fast_forward").await, 1);
    // What comes to be from then on is as ever.
    let newer = app.session_token(&bob.auth).await;
    assert!(app.is_active(&newer).await && !app.is_active(&lost).await);
}

#[tokio::test]
async fn rt_24_nobody_is_told_anything_final_of_a_restored_store_until_somebody_says_so() {
    let world = World::new().await;
    let app = world.app("shop").await;
    open_recovery(&world, 3600).await;
    let first = app.open("ann").await;
    let backup = row(&world, &first.session).await;
    let made_at = world.clock.now();
    world.pass(60);
    let second = app.refreshed(&first.refresh).await;
    // Opened after the backup: the restored store has never heard of it.
    let other = world.another_store().await;
    let lost = TestApp::new(&other, "shop").open("bob").await;
    world.memory.lose_commits_since(backup).unwrap();
    let world = restored(world, made_at).await;
    let app = TestApp::new(&world, "shop");
    let shown = world.get("/v1/recovery").key(&world.admin).send().await;
    insta::assert_snapshot!("awaited", shown.shown());
    assert_eq!(world.count_events("restored").await, 1);
    for _ in 0..3 {
        app.refresh(&second.refresh).await.refused(503, "out_of_sync");
        app.refresh(&lost.refresh).await.refused(503, "out_of_sync");
    }
    assert!(world.count_events("out_of_sync").await > 0);
    app.sign_out(&lost.refresh).await.refused(503, "unavailable");
    for token in [&lost.refresh, &second.refresh] {
        introspect(&app, token).await.refused(503, "temporarily_unavailable");
    }
    let of_lost = format!("/sessions/{}", lost.session);
    app.manage(Method::GET, &of_lost).send().await.refused(503, "unavailable");
    app.manage(Method::DELETE, &of_lost).send().await.refused(503, "unavailable");
    open_recovery(&world, 3600).await;
    app.refresh(&second.refresh).await.expect(200);
    assert_eq!(app.refresh(&lost.refresh).await.expect(401).reason(), "unknown");
    app.sign_out(&lost.refresh).await.expect(200);
    let shown = world.get("/v1/recovery").key(&world.admin).send().await;
    insta::assert_snapshot!("open", shown.shown());
}

#[tokio::test]
async fn rt_24_a_session_that_moved_on_from_a_retired_key_is_not_called_dead_too_early() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (moved, stayed) = (app.open("ann").await, app.open("bob").await);
    let backup = row(&world, &moved.session).await;
    let made_at = world.clock.now();
    world.pass(60);
    for edit in
        [|ring: &mut RingFile| drop(ring.add(&[9; 32])), |ring: &mut RingFile| ring.activate(Kid(2)).unwrap()]
    {
        world.edit_ring(edit);
        world.service.reload_ring().await;
    }
    let moved = app.refreshed(&moved.refresh).await;
    world.edit_ring(|ring| ring.retire(Kid(1)).unwrap());
    world.service.reload_ring().await;
    assert!(!app.is_active(&stayed.auth).await, "nothing is undecided yet");
    world.memory.lose_commits_since(backup).unwrap();
    let world = restored(world, made_at).await;
    let app = TestApp::new(&world, "shop");
    introspect(&app, &moved.auth).await.refused(503, "temporarily_unavailable");
    app.call(Method::GET, "/me/sessions").key(&moved.auth).send().await.refused(503, "unavailable");
    open_recovery(&world, 3600).await;
    assert!(!app.is_active(&stayed.auth).await);
    let moved = app.refreshed(&moved.refresh).await;
    assert!(app.is_active(&moved.auth).await);
}

#[tokio::test]
async fn rt_24_an_app_or_a_signing_key_that_a_restore_lost_is_not_called_absent_too_early() {
    let world = World::new().await;
    world.app("shop").await;
    let made_at = world.clock.now();
    world.pass(60);
    let other = world.another_store().await;
    let (late, shop) = (other.app("late").await, TestApp::new(&other, "shop"));
    let (of_late, of_shop) = (late.open("ann").await, shop.open("ann").await);
    let world = restored(world, made_at).await;
    let (late, shop) = (TestApp::new(&world, "late"), TestApp::new(&world, "shop"));
    late.refresh(&of_late.refresh).await.refused(503, "unavailable");
    late.grant(&of_late.refresh).send().await.refused(503, "temporarily_unavailable");
    late.sign_out(&of_late.refresh).await.refused(503, "unavailable");
    late.call(Method::GET, "/.well-known/jwks.json").send().await.refused(503, "unavailable");
    late.call(Method::GET, "/me/sessions").key(&of_late.auth).send().await.refused(503, "unavailable");
    introspect(&late, &of_late.refresh).await.refused(503, "temporarily_unavailable");
    // The app is there, and not the key that it signed with.
    introspect(&shop, &of_shop.auth).await.refused(503, "temporarily_unavailable");
    shop.call(Method::GET, "/me/sessions").key(&of_shop.auth).send().await.refused(503, "unavailable");
    assert!(!shop.is_active("no.auth.token").await, "what is no token of anybody's is none");
    shop.call(Method::GET, "/status-lists/1").send().await.refused(503, "unavailable");
    shop.call(Method::GET, "/status-lists/01").send().await.refused(404, "not_found");
    world.delete("/v1/recovery").key(&world.admin).send().await.expect(200);
    late.refresh(&of_late.refresh).await.refused(404, "not_found");
    shop.call(Method::GET, "/status-lists/1").send().await.refused(404, "not_found");
    assert!(!shop.is_active(&of_shop.auth).await);
    shop.call(Method::GET, "/me/sessions").key(&of_shop.auth).send().await.refused(401, "invalid_auth_token");
}

#[tokio::test]
async fn rt_24_what_a_restored_store_lost_can_be_given_up_without_opening_it() {
    let world = World::new().await;
    world.app("shop").await;
    let made_at = world.clock.now();
    world.pass(60);
    let other = world.another_store().await;
    let lost = TestApp::new(&other, "shop").open("bob").await;
    let world = restored(world, made_at).await;
    let app = TestApp::new(&world, "shop");
    app.refresh(&lost.refresh).await.refused(503, "out_of_sync");
    let closed = world.delete("/v1/recovery").key(&world.admin).send().await;
    insta::assert_snapshot!("closed", closed.shown());
    assert_eq!(app.refresh(&lost.refresh).await.expect(401).reason(), "unknown");
    // For good, and once is enough.
    world.delete("/v1/recovery").key(&world.admin).send().await.expect(200);
    let world = world.restarted().await;
    assert_eq!(TestApp::new(&world, "shop").refresh(&lost.refresh).await.expect(401).reason(), "unknown");
    assert_eq!(world.count_events("recovery_closed").await, 1);
}

#[tokio::test]
async fn it_is_closed_before_its_time_when_somebody_says_so() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let backup = row(&world, &first.session).await;
    let second = app.refreshed(&first.refresh).await;
    world.memory.lose_commits_since(backup).unwrap();
    world.pass(1);
    open_recovery(&world, 3600).await;
    world.delete("/v1/recovery").key(&world.admin).send().await.expect(200);
    let world = world.restarted().await;
    let app = TestApp::new(&world, "shop");
    app.refresh(&second.refresh).await.refused(503, "out_of_sync");
    open_recovery(&world, 3600).await;
    app.refresh(&second.refresh).await.expect(200);
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
