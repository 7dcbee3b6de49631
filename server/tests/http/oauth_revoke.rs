//! `POST ISS/oauth/revoke` (RFC 7009).

use crate::support::World;
use crate::support::answer::Answer;
use crate::support::app::TestApp;

async fn revoke(world: &World, app: &TestApp<'_>, pairs: &[(&str, &str)]) -> Answer {
    world.post(&app.at("/oauth/revoke")).form(pairs).send().await
}

#[tokio::test]
async fn rv_1_200_whatever_the_token() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let first = revoke(&world, &app, &[("token", &tokens.refresh)]).await;
    insta::assert_snapshot!("revoked", first.shown());
    for token in [&tokens.refresh, "tr1_garbage", "garbage", "eyJhbGciOiJub25lIn0.e30."] {
        let again = revoke(&world, &app, &[("token", token)]).await.expect(200);
        assert!(again.body.is_empty());
    }
    assert_eq!(world.count_events("ended").await, 1);
    world.pass(400 * 86_400);
    revoke(&world, &app, &[("token", &tokens.refresh)]).await.expect(200);
}

#[tokio::test]
async fn rv_2_a_client_revokes_only_its_own_tokens() {
    let world = World::new().await;
    let (shop, bank) = (world.app("shop").await, world.app("bank").await);
    let tokens = shop.open("ann").await;
    revoke(&world, &bank, &[("token", &tokens.refresh)]).await.expect(200);
    revoke(&world, &bank, &[("token", &tokens.refresh), ("client_id", "bank")]).await.expect(200);
    let named = revoke(&world, &shop, &[("token", &tokens.refresh), ("client_id", "bank")]).await;
    named.refused(401, "invalid_client");
    let secret = revoke(&world, &shop, &[("token", &tokens.refresh), ("client_secret", "x")]).await;
    secret.refused(401, "invalid_client");
    assert!(shop.is_live(&tokens.session).await);
    shop.refresh(&tokens.refresh).await.expect(200);
}

#[tokio::test]
async fn rv_3_a_wrong_hint_does_no_harm() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for hint in ["access_token", "refresh_token", "id_token", "", "\u{1f36a}"] {
        let tokens = app.open("ann").await;
        let answer = revoke(&world, &app, &[("token", &tokens.refresh), ("token_type_hint", hint)]).await;
        answer.expect(200);
        assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_user");
    }
}

#[tokio::test]
async fn rv_4_revoking_a_refresh_token_ends_its_session_and_auth_tokens() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (first, elsewhere) = (app.open("ann").await, app.open("ann").await);
    let second = app.refreshed(&first.refresh).await;
    revoke(&world, &app, &[("token", &second.refresh), ("client_id", "shop")]).await.expect(200);
    for token in [&first.auth, &second.auth, &second.refresh] {
        assert!(!app.is_active(token).await);
    }
    app.refresh(&elsewhere.refresh).await.expect(200);
}

#[tokio::test]
async fn rv_4_revoking_a_session_token_ends_its_session_and_everything_of_it() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let (replaced, current) = (app.open("ann").await, app.open("bob").await);
    let old = app.session_token(&replaced.auth).await;
    let new = app.session_token(&replaced.auth).await;
    let token = app.session_token(&current.auth).await;
    // Any token of the session will do, as with refresh tokens: whoever wants it to end may have it.
    for (token, tokens) in [(&old, &replaced), (&token, &current)] {
        let hinted = [("token", token.as_str()), ("token_type_hint", "access_token")];
        revoke(&world, &app, &hinted).await.expect(200);
        assert!(!app.is_active(&new).await || tokens.session == current.session);
        assert!(!app.is_active(&tokens.auth).await);
        assert_eq!(app.refresh(&tokens.refresh).await.expect(401).reason(), "ended_by_user");
        assert!(revoke(&world, &app, &[("token", token)]).await.expect(200).body.is_empty());
    }
    assert_eq!(world.count_events("ended").await, 2);
    for token in ["ts1_garbage", "ts1_"] {
        revoke(&world, &app, &[("token", token)]).await.expect(200);
    }
}

#[tokio::test]
async fn rv_2_a_backend_may_prove_who_it_is_and_reaches_its_own_app_only() {
    let world = World::new().await;
    let (shop, bank) = (world.app("shop").await, world.app("bank").await);
    let tokens = shop.open("ann").await;
    let token = shop.session_token(&tokens.auth).await;
    revoke(&world, &bank, &[("token", &token)]).await.expect(200);
    let elsewhere = world.api_key("bank", "backend", false).await;
    let verify = world.api_key("shop", "verify", false).await;
    let call = world.post(&shop.at("/oauth/revoke")).form(&[("token", &token)]);
    call.clone().key("tk_wrong").send().await.refused(401, "invalid_client");
    call.clone().key(&elsewhere).send().await.refused(401, "invalid_client");
    call.clone().key(&verify).send().await.refused(400, "unauthorized_client");
    assert!(shop.is_active(&token).await);
    let backend = world.api_key("shop", "backend", false).await;
    let posted = [("token", token.as_str()), ("client_id", "shop"), ("client_secret", &backend)];
    revoke(&world, &shop, &posted).await.expect(200);
    assert!(!shop.is_active(&token).await);
}

#[tokio::test]
async fn an_access_token_cannot_be_revoked_by_itself() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let refused = revoke(&world, &app, &[("token", &tokens.auth)]).await;
    insta::assert_snapshot!("unsupported_token_type", refused.shown());
    assert!(app.is_active(&tokens.auth).await);
    revoke(&world, &app, &[]).await.refused(400, "invalid_request");
}
