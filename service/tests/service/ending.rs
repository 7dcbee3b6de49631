//! An end of many, a stretch at a time: bounded, stopped, and gone on with by another process.

use tenure_core::id::AppId;
use tenure_core::refusal::EndReason;
use tenure_core::time::{Span, Timestamp};
use tenure_service::count::Count;
use tenure_service::error::Error;
use tenure_service::limits::ENDS_PER_COMMIT;
use tenure_wire::session::SessionFilter;

use crate::node::{Node, START, ring};

const BEGUN: Timestamp = Timestamp::from_secs(START);
const A_STEP: u64 = ENDS_PER_COMMIT as u64;

fn of(user: &str) -> SessionFilter {
    SessionFilter { user_id: Some(user.to_owned()), ..SessionFilter::default() }
}

impl Node {
    async fn live(&self, filter: &SessionFilter) -> u64 {
        self.service.count_live(&self.app, filter).await.unwrap().sessions
    }

    async fn open_many(&self, user: &str, sessions: u64) {
        for _ in 0..sessions {
            self.open(user).await;
        }
    }
}

#[tokio::test]
async fn each_step_ends_a_bounded_number() {
    let node = Node::first().await;
    node.open_many("ann", 2 * A_STEP + 7).await;
    node.open("bob").await;
    let mut ending = node.service.ending(&node.app, &of("ann"), EndReason::Admin, BEGUN, None).unwrap();
    for (ends, is_last) in [(A_STEP, false), (A_STEP, false), (7, true)] {
        let before = node.live(&of("ann")).await;
        assert_eq!(node.service.end_some(&mut ending).await.unwrap(), ends);
        assert_eq!(node.live(&of("ann")).await, before - ends);
        assert_eq!(ending.after().is_none(), is_last);
    }
    assert_eq!(node.live(&of("bob")).await, 1);
}

#[tokio::test]
async fn an_end_that_was_stopped_goes_on_in_another_process() {
    let node = Node::first().await;
    node.open_many("ann", A_STEP + 10).await;
    let mut ending = node.service.ending(&node.app, &of("ann"), EndReason::Admin, BEGUN, None).unwrap();
    node.service.end_some(&mut ending).await.unwrap();
    let after = ending.after();
    assert!(after.is_some());

    let next =
        Node::start(node.memory.clone(), node.clock.clone(), &ring(&[(1, "active", 7)])).await.unwrap();
    next.clock.advance(Span::from_mins(10));
    next.open("ann").await;
    let mut ending = next.service.ending(&next.app, &of("ann"), EndReason::Admin, BEGUN, after).unwrap();
    assert_eq!(next.service.end_some(&mut ending).await.unwrap(), 10);
    assert_eq!(ending.after(), None);
    assert_eq!(next.live(&of("ann")).await, 1, "who signed in since it begun stays");
}

#[tokio::test]
async fn a_step_while_the_store_is_out_of_order_is_made_again() {
    let node = Node::first().await;
    node.open_many("ann", A_STEP + 1).await;
    let mut ending = node.service.ending(&node.app, &of("ann"), EndReason::Admin, BEGUN, None).unwrap();
    node.service.end_some(&mut ending).await.unwrap();
    let after = ending.after();
    node.memory.set_out_of_order(true);
    let error = node.service.end_some(&mut ending).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)));
    assert_eq!(ending.after(), after);
    node.memory.set_out_of_order(false);
    assert_eq!(node.service.end_some(&mut ending).await.unwrap(), 1);
}

#[tokio::test]
async fn what_no_step_could_do_is_refused_before_the_first() {
    let node = Node::first().await;
    let begin = |app: &str, filter: &SessionFilter| {
        let app = AppId::parse(app).unwrap();
        node.service.ending(&app, filter, EndReason::Admin, BEGUN, None).map(drop)
    };
    assert!(matches!(begin("nobodys", &of("ann")), Err(Error::NotFound("app"))));
    assert!(matches!(begin("shop", &of("")), Err(Error::Invalid(_))));
    begin("shop", &of("ann")).unwrap();
}

#[tokio::test]
async fn a_count_says_whether_there_are_more() {
    let node = Node::first().await;
    for _ in 0..3 {
        node.open("ann").await;
    }
    let counted = node.service.count_live(&node.app, &of("ann")).await.unwrap();
    assert_eq!(counted, Count { sessions: 3, is_bound: false });
    let ended = SessionFilter { status: Some("ended".into()), ..of("ann") };
    let none = node.service.count_live(&node.app, &ended).await.unwrap();
    assert_eq!(none, Count { sessions: 0, is_bound: false }, "an end takes none of these");
}
