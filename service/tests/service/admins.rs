//! Admins: links that work once, sessions that are checked afresh, roles, and the last owner.

use serde_json::json;
use tenure_core::id::AppId;
use tenure_core::policy::Activity;
use tenure_core::time::{Span, Timestamp};
use tenure_service::admins::{AdminCaller, AdminRole};
use tenure_service::error::Error;
use tenure_service::issue::Issued;
use tenure_store::{Directory as _, Filter, Kind, Page, Sessions as _, Status};
use tenure_wire::session::Device;
use tokio::task::JoinSet;

use crate::node::{Node, START};

impl Node {
    async fn link(&self, name: &str, role: Option<AdminRole>) -> String {
        self.service.make_admin_link(name, role).await.unwrap().reveal().to_owned()
    }

    async fn sign_in(&self, name: &str, role: Option<AdminRole>) -> Issued {
        self.service.admin_sign_in(&self.link(name, role).await, None).await.unwrap()
    }

    async fn admin(&self, issued: &Issued) -> Option<AdminCaller> {
        self.service.admin_of(&issued.result.auth_token).await.unwrap()
    }

    async fn live_admin_sessions(&self) -> usize {
        let now = Timestamp::from_secs(START);
        let filter = Filter { status: Some(Status::Live), ..Filter::of_app(AppId::console()) };
        self.memory.list(&filter, now, Page { after: None, limit: 100 }).await.unwrap().families.len()
    }
}

#[tokio::test]
async fn the_first_link_makes_an_owner_who_signs_in_and_out() {
    let node = Node::first().await;
    assert!(!node.service.an_admin_has_signed_in().await.unwrap());
    let device = Device { user_agent: Some("Browser".into()), ..Device::default() };
    let code = node.link("ann", None).await;
    let issued = node.service.admin_sign_in(&code, Some(device)).await.unwrap();
    assert!(node.service.an_admin_has_signed_in().await.unwrap());
    let ann = node.admin(&issued).await.unwrap();
    assert_eq!((ann.name.as_str(), ann.role), ("ann", AdminRole::Owner));
    assert_eq!(ann.authenticated_at, Timestamp::from_secs(START));
    node.service.admin_sign_out(&ann).await.unwrap();
    assert!(node.admin(&issued).await.is_none(), "an ended session is refused at once");
    let refresh = issued.result.refresh_token.unwrap();
    let refused = node.service.admin_refresh(&refresh, Activity::Unsaid).await;
    assert!(matches!(refused, Err(Error::Session(_))));
    node.service.admin_sign_out(&ann).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_who_use_a_link_at_once_one_gets_in() {
    let node = Node::first().await;
    let code = node.link("ann", None).await;
    let mut tries = JoinSet::new();
    for _ in 0..50 {
        let (service, code) = (node.service.clone(), code.clone());
        tries.spawn(async move { service.admin_sign_in(&code, None).await });
    }
    let answers = tries.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(Error::AdminLink))));
    assert_eq!(node.live_admin_sessions().await, 1);
}

#[tokio::test]
async fn a_link_is_refused_in_one_way_whatever_is_wrong_with_it() {
    let node = Node::first().await;
    let (used, late, of_nobody) = (
        node.link("ann", None).await,
        node.link("ann", None).await,
        node.link("eve", Some(AdminRole::Owner)).await,
    );
    node.service.admin_sign_in(&used, None).await.unwrap();
    node.service.remove_admin("eve").await.unwrap();
    let mut other_secret = late.clone();
    let last = if other_secret.pop() == Some('A') { 'Q' } else { 'A' };
    other_secret.push(last);
    let texts =
        ["", "al1_", "al1_x", "tk_x", &late[1..], &used, &of_nobody, &other_secret, &"al1_".repeat(5000)];
    for text in texts {
        assert!(matches!(node.service.admin_sign_in(text, None).await, Err(Error::AdminLink)), "{text}");
    }
    node.clock.advance(Span::from_millis(15 * 60_000 - 1));
    let in_time = node.link("ann", None).await;
    node.service.admin_sign_in(&late, None).await.unwrap();
    node.clock.advance(Span::from_mins(15));
    assert!(matches!(node.service.admin_sign_in(&in_time, None).await, Err(Error::AdminLink)));
}

#[tokio::test]
async fn a_new_name_needs_a_role_and_names_are_visible() {
    let node = Node::first().await;
    node.link("ann", None).await;
    let refused = node.service.make_admin_link("bob", None).await.err().unwrap();
    assert!(refused.to_string().starts_with("role must be given"), "{refused}");
    let long = "ä".repeat(65);
    for name in ["", " ", " ann", "ann ", "a\tb", "a\nb", "a\u{200b}b", "a\u{202e}b", "a\u{a0}b", &long] {
        let refused = node.service.make_admin_link(name, Some(AdminRole::Operator)).await.err().unwrap();
        assert!(matches!(refused, Error::Invalid(_)), "{name:?}");
    }
    for name in ["Ann Müller", &"ä".repeat(64), "安"] {
        node.link(name, Some(AdminRole::ReadOnly)).await;
    }
    assert_eq!(node.service.admins().await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_lower_role_counts_at_once_and_ends_the_sessions() {
    let node = Node::first().await;
    node.link("ann", None).await;
    let bob = node.sign_in("bob", Some(AdminRole::Owner)).await;
    // A link without a role, or with the same one, changes nothing.
    node.link("bob", None).await;
    node.link("bob", Some(AdminRole::Owner)).await;
    assert_eq!(node.admin(&bob).await.unwrap().role, AdminRole::Owner);
    let again = node.sign_in("bob", Some(AdminRole::ReadOnly)).await;
    assert!(node.admin(&bob).await.is_none());
    let lowered = node.admin(&again).await.unwrap();
    assert!(lowered.require(AdminRole::ReadOnly).is_ok());
    assert!(matches!(lowered.require(AdminRole::Operator), Err(Error::AdminMayNot("operator"))));
    assert!(matches!(lowered.require(AdminRole::Owner), Err(Error::AdminMayNot("owner"))));
    // More is in force in the session that is there.
    node.link("bob", Some(AdminRole::Operator)).await;
    assert_eq!(node.admin(&again).await.unwrap().role, AdminRole::Operator);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_always_an_owner() {
    let node = Node::first().await;
    node.link("ann", None).await;
    node.link("bob", Some(AdminRole::Operator)).await;
    let only = |refused: Error| assert!(refused.to_string().contains("the only owner"), "{refused}");
    only(node.service.remove_admin("ann").await.unwrap_err());
    only(node.service.make_admin_link("ann", Some(AdminRole::Operator)).await.err().unwrap());
    node.service.remove_admin("bob").await.unwrap();
    assert!(matches!(node.service.remove_admin("bob").await, Err(Error::NotFound("admin"))));
    // Two owners who remove each other at once, on two nodes.
    for _ in 0..20 {
        node.link("bob", Some(AdminRole::Owner)).await;
        let other = node.beside(&crate::node::ring(&[(1, "active", 7)])).await;
        let (one, two) = tokio::join!(
            tokio::spawn({
                let service = node.service.clone();
                async move { service.remove_admin("ann").await }
            }),
            tokio::spawn(async move { other.service.remove_admin("bob").await }),
        );
        let removed = [one.unwrap(), two.unwrap()].iter().filter(|removed| removed.is_ok()).count();
        let left = node.service.admins().await.unwrap();
        assert_eq!((removed, left.len()), (1, 1));
        node.link("ann", Some(AdminRole::Owner)).await;
    }
}

#[tokio::test]
async fn whoever_is_removed_is_out_and_a_namesake_does_not_inherit() {
    let node = Node::first().await;
    node.link("ann", None).await;
    let bob = node.sign_in("bob", Some(AdminRole::Operator)).await;
    let open = node.link("bob", None).await;
    node.service.remove_admin("bob").await.unwrap();
    assert!(node.admin(&bob).await.is_none());
    assert!(matches!(node.service.admin_sign_in(&open, None).await, Err(Error::AdminLink)));
    // A session that was being opened meanwhile, and so was not ended.
    let request = serde_json::from_value(json!({"user_id": "bob"})).unwrap();
    let late = node.service.open_session(&AppId::console(), &request).await.unwrap().issued;
    assert!(node.admin(&late).await.is_none());
    node.clock.advance(Span::from_millis(1));
    node.link("bob", Some(AdminRole::Owner)).await;
    assert!(node.admin(&late).await.is_none() && node.admin(&bob).await.is_none(), "another bob");
}

#[tokio::test]
async fn a_clock_that_was_set_back_a_little_keeps_no_admin_out() {
    let node = Node::first().await;
    let code = node.link("ann", None).await;
    node.clock.advance(Span::from_secs(-4));
    let issued = node.service.admin_sign_in(&code, None).await.unwrap();
    assert!(node.admin(&issued).await.is_some());
}

#[tokio::test]
async fn a_session_ends_after_15_minutes_without_activity_and_12_hours() {
    let node = Node::first().await;
    let mut issued = node.sign_in("ann", None).await;
    let next = |token: Issued, activity| {
        let service = node.service.clone();
        async move { service.admin_refresh(token.result.refresh_token.as_deref().unwrap(), activity).await }
    };
    for _ in 0..(12 * 60 / 5 - 1) {
        node.clock.advance(Span::from_mins(5));
        issued = next(issued, Activity::Present(Span::ZERO)).await.unwrap();
        assert!(node.admin(&issued).await.is_some());
    }
    node.clock.advance(Span::from_mins(5));
    assert!(node.admin(&issued).await.is_none());
    let over = next(issued, Activity::Present(Span::ZERO)).await.err().unwrap();
    assert!(over.to_string().ends_with("expired_absolute"), "{over}");
    // What a page does by itself does not keep it alive.
    let mut issued = node.sign_in("ann", None).await;
    for _ in 0..2 {
        node.clock.advance(Span::from_mins(5));
        issued = next(issued, Activity::Unsaid).await.unwrap();
    }
    node.clock.advance(Span::from_mins(5));
    let over = next(issued, Activity::Unsaid).await.err().unwrap();
    assert!(over.to_string().ends_with("expired_idle"), "{over}");
}

#[tokio::test]
async fn two_tabs_that_refresh_with_one_cookie_stay_signed_in_and_a_thief_does_not() {
    let node = Node::first().await;
    let first = node.sign_in("ann", None).await.result.refresh_token.unwrap();
    let one = node.service.admin_refresh(&first, Activity::Unsaid).await.unwrap();
    node.clock.advance(Span::from_secs(29));
    let two = node.service.admin_refresh(&first, Activity::Unsaid).await.unwrap();
    assert_eq!(one.result.refresh_token, two.result.refresh_token);
    node.clock.advance(Span::from_secs(2));
    assert!(node.service.admin_refresh(&first, Activity::Unsaid).await.is_err());
    assert!(node.admin(&two).await.is_none());
    let log = node.service.audit_log(None, 1).await.unwrap();
    assert_eq!((log.lines[0].action.as_str(), log.lines[0].target.as_str()), ("admin_session", "ann"));
    assert_eq!(log.lines[0].detail["detail"]["reason"], "reused");
}

#[tokio::test]
async fn an_outage_signs_nobody_out_and_lets_nobody_in() {
    let node = Node::first().await;
    let issued = node.sign_in("ann", None).await;
    let ann = node.admin(&issued).await.unwrap();
    let code = node.link("ann", None).await;
    node.memory.set_out_of_order(true);
    let away = |error: Option<Error>| assert!(matches!(error, Some(Error::Unavailable(_))));
    away(node.service.admin_of(&issued.result.auth_token).await.err());
    away(
        node.service
            .admin_refresh(issued.result.refresh_token.as_deref().unwrap(), Activity::Unsaid)
            .await
            .err(),
    );
    away(node.service.admin_sign_in(&code, None).await.err());
    away(node.service.admin_sign_out(&ann).await.err());
    away(node.service.make_admin_link("ann", None).await.err());
    away(node.service.remove_admin("ann").await.err());
    node.memory.set_out_of_order(false);
    assert!(node.admin(&issued).await.is_some());
    node.service.admin_sign_in(&code, None).await.unwrap();
}

#[tokio::test]
async fn links_make_room_for_links_and_nothing_stored_opens_anything() {
    let node = Node::first().await;
    let codes: Vec<_> = {
        let mut codes = Vec::new();
        for _ in 0..105 {
            codes.push(node.link("ann", None).await);
            node.clock.advance(Span::from_millis(1));
        }
        codes
    };
    let kept = node.memory.records(Kind::AdminLink, "", None, 1000).await.unwrap();
    assert_eq!(kept.len(), 100);
    for record in &kept {
        let text = String::from_utf8(record.bytes.clone()).unwrap();
        assert!(codes.iter().all(|code| !text.contains(&code[20..])), "{text}");
    }
    assert!(node.service.admin_sign_in(&codes[4], None).await.is_err());
    node.service.admin_sign_in(&codes[5], None).await.unwrap();
    node.clock.advance(Span::from_mins(16));
    node.link("ann", None).await;
    assert_eq!(node.memory.records(Kind::AdminLink, "", None, 1000).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_user_agent_that_is_too_long_costs_nobody_the_link() {
    let node = Node::first().await;
    let device = Device { user_agent: Some("x".repeat(5000)), ..Device::default() };
    let code = node.link("ann", None).await;
    node.service.admin_sign_in(&code, Some(device)).await.unwrap();
}

#[tokio::test]
async fn tokens_of_an_app_are_none_of_the_console() {
    let node = Node::first().await;
    let of_shop = node.open("ann").await;
    let nobody = node.service.admin_refresh(&of_shop, Activity::Unsaid).await;
    assert!(matches!(nobody, Err(Error::Session(_))), "before there is an admin");
    let issued = node.sign_in("ann", None).await;
    assert!(matches!(node.service.admin_refresh(&of_shop, Activity::Unsaid).await, Err(Error::Session(_))));
    let shop = node.refresh(&of_shop, None).await.unwrap();
    assert!(node.admin(&shop).await.is_none());
    assert_eq!(node.reason(&issued.result.refresh_token.clone().unwrap(), None).await, "wrong_client");
    assert!(node.admin(&issued).await.is_some());
}
