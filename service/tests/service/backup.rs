//! Backups as the service conducts them: one at a time, and not with a clock that is behind.

use tenure_core::time::Span;
use tenure_service::error::Error;

use crate::node::Node;

#[tokio::test]
async fn one_backup_at_a_time() {
    let node = Node::first().await;
    // On the one thread of this test the first has begun and gets no turn before the second is asked for.
    let begun = node.service.start_backup("/tmp/a.backup").await.unwrap();
    assert_eq!(begun.running.as_ref().unwrap().to, "/tmp/a.backup");
    assert_eq!(begun.ring, "the server's environment");
    let Err(Error::Conflict(says)) = node.service.start_backup("/tmp/b.backup").await else {
        panic!("a second one has begun");
    };
    assert_eq!(says, "a backup is being made already: /tmp/a.backup");
    while node.service.backup_status().running.is_some() {
        tokio::task::yield_now().await;
    }
    node.service.start_backup("/tmp/b.backup").await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_behind_makes_no_backup() {
    let node = Node::first().await;
    node.open("ann").await;
    node.clock.advance(Span::from_hours(-1));
    let Err(error) = node.service.start_backup("/tmp/a.backup").await else { panic!("it has begun") };
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    assert!(error.to_string().contains("this machine's clock is 36"), "{error}");
    assert!(node.service.backup_status().running.is_none());
}
