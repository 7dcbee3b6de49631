//! A token that we did not mint is answered in one way, and touches nothing.

use std::net::Ipv4Addr;

use serde_json::json;

use crate::support::World;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[tokio::test]
async fn rt_12_every_character_changed_in_turn_changes_nothing() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let used = app.open("ann").await;
    let tokens = app.refreshed(&used.refresh).await;
    let unknown = app.refresh("tr1_garbage").await;
    insta::assert_snapshot!("unknown", unknown.shown());
    let calls = world.memory.calls();
    for token in [&used.refresh, &tokens.refresh] {
        for at in 0..token.len() {
            let tampered = replaced(token, at);
            let from = Ipv4Addr::new(198, 51, 100, at as u8);
            let answer = app.refreshing(&tampered).peer(from).send().await.expect(401);
            assert_eq!(answer.body, unknown.body, "character {at}");
            let form = [("grant_type", "refresh_token"), ("refresh_token", &tampered)];
            let grant = world.post(&app.at("/oauth/token")).form(&form).peer(from).send().await;
            assert_eq!(grant.refused(400, "invalid_grant").reason(), "unknown");
            let body = json!({"refresh_token": tampered});
            world.delete(&app.at("/tokens")).json(body).send().await.expect(200);
        }
    }
    assert_eq!(world.memory.calls(), calls, "no question to the store");
    assert!(app.is_live(&tokens.session).await);
    app.refresh(&tokens.refresh).await.expect(200);
}

/// `token` with another character of the alphabet at `at`, one that differs in the lowest bit.
fn replaced(token: &str, at: usize) -> String {
    let mut bytes = token.as_bytes().to_vec();
    let place = ALPHABET.iter().position(|b| *b == bytes[at]).unwrap();
    bytes[at] = ALPHABET[place ^ 1];
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn rt_12_other_lengths_alphabets_and_kinds_are_unknown_too() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let token = &tokens.refresh;
    let unknown = app.refresh("tr1_garbage").await.expect(401);
    let calls = world.memory.calls();
    let others = [
        String::new(),
        "tr1_".to_owned(),
        token[..token.len() - 1].to_owned(),
        format!("{token}A"),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
        token.replace("tr1_", "tr2_"),
        token.replace("tr1_", "TR1_"),
        token.replace("tr1_", ""),
        token.to_lowercase(),
        "tr1_".repeat(24),
        tokens.auth.clone(),
        world.admin.clone(),
        "\0".repeat(96),
        "x".repeat(15_000),
    ];
    for other in others {
        assert_eq!(app.refresh(&other).await.expect(401).body, unknown.body, "{other:?}");
    }
    assert_eq!(world.memory.calls(), calls);
    app.refresh(token).await.expect(200);
}

#[tokio::test]
async fn rt_12_the_token_of_a_family_that_was_removed_is_unknown() {
    use tenure_core::time::Timestamp;
    use tenure_store::{Horizon, Sessions as _};
    let world = World::new().await;
    let app = world.app("shop").await;
    let tokens = app.open("ann").await;
    let unknown = app.refresh("tr1_garbage").await.expect(401);
    world.memory.prune(Horizon::at(Timestamp::from_secs(4_000_000_000)), 100).await.unwrap();
    assert_eq!(app.refresh(&tokens.refresh).await.expect(401).body, unknown.body);
}
