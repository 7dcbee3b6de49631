//! The audit log: in order, before the act, and only ever longer.

use serde_json::{Value, json};
use tenure_core::time::Span;
use tenure_service::admins::AdminCaller;
use tenure_service::audit::{Act, By};
use tenure_service::error::Error;

use crate::node::Node;

async fn ann(node: &Node) -> AdminCaller {
    let code = node.service.make_admin_link("ann", None).await.unwrap();
    let issued = node.service.admin_sign_in(code.reveal(), None).await.unwrap();
    node.service.admin_of(&issued.result.auth_token).await.unwrap().unwrap()
}

fn act(target: String) -> Act {
    Act { action: "session_ended", app: None, target, reason: Some("why".into()), detail: json!({"n": 1}) }
}

#[tokio::test]
async fn ad_4_lines_come_newest_first_in_pages_that_miss_none() {
    let node = Node::first().await;
    let ann = ann(&node).await;
    for n in 0..10 {
        node.service.audit(&ann, act(n.to_string())).await.unwrap();
        if n % 3 == 0 {
            node.clock.advance(Span::from_millis(1));
        }
    }
    node.service.audit_of_machine(act("10".into())).await.unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = node.service.audit_log(after.as_deref(), 4).await.unwrap();
        seen.extend(page.lines);
        after = page.next_after;
        if after.is_none() {
            break;
        }
    }
    let targets: Vec<_> = seen.iter().map(|line| line.target.as_str()).collect();
    assert_eq!(targets, ["10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0", "ann"]);
    assert_eq!((&seen[0].by, &seen[1].by), (&By::Machine, &By::Admin("ann".into())));
    assert_eq!(seen[0].by.to_string(), "the machine's owner");
    assert_eq!((seen[1].reason.as_deref(), &seen[1].detail), (Some("why"), &json!({"n": 1})));
    assert_eq!(seen[11].action, "signed_in");
    node.service.admin_sign_out(&ann).await.unwrap();
    assert_eq!(node.service.audit_log(None, 1).await.unwrap().lines[0].action, "signed_out");
}

#[tokio::test]
async fn what_cannot_be_put_down_is_refused() {
    let node = Node::first().await;
    let ann = ann(&node).await;
    node.memory.set_out_of_order(true);
    assert!(matches!(node.service.audit(&ann, act("x".into())).await, Err(Error::Unavailable(_))));
    node.memory.set_out_of_order(false);
    let long = Act { reason: Some("x".repeat(1001)), ..act("x".into()) };
    assert!(matches!(node.service.audit(&ann, long).await, Err(Error::Invalid(_))));
    let long = Act { detail: Value::String("x".repeat(20_000)), ..act("x".into()) };
    assert!(matches!(node.service.audit(&ann, long).await, Err(Error::Invalid(_))));
    assert_eq!(node.service.audit_log(None, 500).await.unwrap().lines.len(), 1);
    for limit in [0, 501] {
        assert!(matches!(node.service.audit_log(None, limit).await, Err(Error::Invalid(_))));
    }
}

/// Nothing that gives space back touches it, however long ago a line was written.
#[tokio::test]
async fn ad_4_no_line_is_ever_removed() {
    let node = Node::first().await;
    let ann = ann(&node).await;
    node.service.audit(&ann, act("x".into())).await.unwrap();
    node.clock.advance(Span::from_days(4000));
    while node.service.give_space_back().await.unwrap() > 0 {}
    assert_eq!(node.service.audit_log(None, 500).await.unwrap().lines.len(), 2);
}
