//! Many presentations of one token at the same time.

use std::collections::HashSet;

use tokio::task::JoinSet;

use crate::support::answer::Answer;
use crate::support::call::Call;
use crate::support::{KEY, Tokens, World};

async fn all(calls: impl IntoIterator<Item = Call>) -> Vec<Answer> {
    let mut sent = JoinSet::new();
    for call in calls {
        sent.spawn(call.send());
    }
    sent.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_9_sixty_four_with_one_key_get_one_successor() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = app.open("ann").await;
    let call = app.refreshing(&first.refresh).header("idempotency-key", KEY);
    let answers = all((0..64).map(|_| call.clone())).await;
    let tokens: Vec<_> = answers.into_iter().map(|answer| Tokens::of(&answer.expect(200))).collect();
    let successors: HashSet<_> = tokens.iter().map(|tokens| &tokens.refresh).collect();
    let auth: HashSet<_> = tokens.iter().map(|tokens| &tokens.auth).collect();
    assert_eq!((successors.len(), auth.len()), (1, 64));
    assert_eq!(app.session(&first.session).await["seq"], 2);
    app.refresh(&tokens[0].refresh).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rt_9_inside_the_leeway_no_key_is_needed_for_that() {
    let world = World::new().await;
    let app = world.app_with("shop", serde_json::json!({"retry_leeway": 30})).await;
    let first = app.open("ann").await;
    let call = app.refreshing(&first.refresh);
    let answers = all((0..64).map(|_| call.clone())).await;
    let successors: HashSet<_> = answers.into_iter().map(|a| Tokens::of(&a.expect(200)).refresh).collect();
    assert_eq!(successors.len(), 1);
    assert_eq!(app.session(&first.session).await["seq"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_at_most_one_is_served_and_none_is_a_fault() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for _ in 0..4 {
        let first = app.open("ann").await;
        let call = app.refreshing(&first.refresh);
        let answers = all((0..32).map(|_| call.clone())).await;
        let served = answers.iter().filter(|answer| answer.status() == 200).count();
        assert_eq!(served, 1);
        assert!(answers.iter().all(|answer| matches!(answer.status(), 200 | 401)));
        assert!(!app.is_live(&first.session).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_among_refreshes_holds() {
    let world = World::new().await;
    let app = world.app("shop").await;
    for _ in 0..8 {
        let first = app.open("ann").await;
        let refresh = app.refreshing(&first.refresh).header("idempotency-key", KEY);
        let body = serde_json::json!({"refresh_token": first.refresh});
        let sign_out = world.delete(&app.at("/tokens")).json(body);
        let calls = (0..16).map(|n| if n == 8 { sign_out.clone() } else { refresh.clone() });
        let answers = all(calls).await;
        assert!(answers.iter().all(|answer| matches!(answer.status(), 200 | 401)));
        assert!(!app.is_live(&first.session).await);
        assert_eq!(app.refresh(&first.refresh).await.expect(401).reason(), "ended_by_user");
    }
}
