//! Ending many as a job: in steps, one an app, stopped and gone on with, and never half-done without saying so.

use serde_json::json;
use tenure_core::time::{Span, Timestamp};
use tenure_service::end_jobs::{EndJob, JobState, NewEndJob};
use tenure_service::error::{Error, Result};
use tenure_service::limits::ENDS_PER_COMMIT;
use tenure_wire::event::EventFilter;
use tenure_wire::session::SessionFilter;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

use crate::node::{Node, ring};

const STEP: u64 = ENDS_PER_COMMIT as u64;

/// A node with so many sessions of one user.
async fn with_sessions(sessions: u64) -> Node {
    let node = Node::first().await;
    for _ in 0..sessions {
        node.open("bob").await;
    }
    node
}

fn all() -> SessionFilter {
    SessionFilter::default()
}

fn now(node: &Node) -> Timestamp {
    node.service.now().unwrap()
}

async fn begin(node: &Node, filter: &SessionFilter, as_of: Timestamp) -> Result<String> {
    let new = NewEndJob { filter, words: "", why: Some("a test"), as_of };
    node.service.begin_end_job("ann", &node.app, new).await
}

async fn start(node: &Node) -> String {
    begin(node, &all(), now(node)).await.unwrap()
}

async fn job(node: &Node, id: &str) -> EndJob {
    node.service.end_job(&node.app, id).await.unwrap()
}

async fn over(node: &Node, id: &str) -> EndJob {
    loop {
        let job = job(node, id).await;
        if job.state != JobState::Running {
            return job;
        }
        yield_now().await;
    }
}

async fn live(node: &Node) -> u64 {
    node.service.count_live(&node.app, &SessionFilter::default()).await.unwrap().sessions
}

/// What the events say of ends, added up.
async fn told(node: &Node) -> u64 {
    let asked = EventFilter { kind: Some("sessions_ended".into()), ..EventFilter::default() };
    let query = node.service.event_query(Some(&node.app), &asked).unwrap();
    let events = node.service.events(&query, 0, 100).await.unwrap().events;
    events.iter().map(|event| event.detail["ended"].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn a_job_ends_what_was_counted_and_nothing_that_came_later() {
    let node = with_sessions(2 * STEP + 1).await;
    let as_of = now(&node);
    node.clock.advance(Span::from_secs(2));
    let later = node.open("bob").await;
    let id = begin(&node, &all(), as_of).await.unwrap();
    let job = over(&node, &id).await;
    assert_eq!((job.state, job.ended, job.matched), (JobState::Done, 2 * STEP + 1, 2 * STEP + 1));
    assert_eq!((job.by.as_str(), job.why.as_deref()), ("ann", Some("a test")));
    assert_eq!(live(&node).await, 1);
    node.next(&later).await;
    assert_eq!(told(&node).await, 2 * STEP + 1);
}

#[tokio::test]
async fn of_many_jobs_of_an_app_at_once_one_runs_and_the_others_are_refused_in_words() {
    let node = with_sessions(4 * STEP).await;
    let (filter, at) = (all(), now(&node));
    let begun = tokio::join!(begin(&node, &filter, at), begin(&node, &filter, at), begin(&node, &filter, at));
    let [first, second, third] = <[Result<String>; 3]>::from(begun);
    let ids: Vec<_> = [&first, &second, &third].into_iter().filter_map(|begun| begun.as_ref().ok()).collect();
    assert_eq!(ids.len(), 1);
    for refused in [&first, &second, &third].into_iter().filter_map(|begun| begun.as_ref().err()) {
        assert!(matches!(refused, Error::Conflict(says) if says.contains("already")), "{refused}");
    }
    over(&node, ids[0]).await;
    node.clock.advance(Span::from_millis(1));
    let next = start(&node).await;
    assert_eq!(over(&node, &next).await.ended, 0);
    let jobs = node.service.end_jobs_of(&node.app).await.unwrap();
    let known: Vec<_> = jobs.iter().map(|(id, _)| id).collect();
    assert_eq!(known, [&next, ids[0]], "newest first");
}

#[tokio::test]
async fn a_stopped_job_says_how_far_it_came_and_goes_on_from_there() {
    let node = with_sessions(12 * STEP).await;
    let id = start(&node).await;
    while job(&node, &id).await.ended < STEP {
        yield_now().await;
    }
    node.service.stop_end_job(&node.app, &id).await.unwrap();
    let stopped = over(&node, &id).await;
    assert_eq!(stopped.state, JobState::Stopped);
    assert!((STEP..12 * STEP).contains(&stopped.ended));
    assert_eq!(live(&node).await, 12 * STEP - stopped.ended, "what it had not reached lives");
    assert_eq!(told(&node).await, stopped.ended);
    node.service.stop_end_job(&node.app, &id).await.unwrap();
    node.service.resume_end_job(&node.app, &id).await.unwrap();
    let done = over(&node, &id).await;
    assert_eq!((done.state, done.ended, live(&node).await), (JobState::Done, 12 * STEP, 0));
    assert!(!done.uncounted);
    assert_eq!(told(&node).await, 12 * STEP);
    assert!(matches!(node.service.resume_end_job(&node.app, &id).await, Err(Error::Conflict(_))));
    node.service.stop_end_job(&node.app, &id).await.unwrap();
    assert_eq!(job(&node, &id).await.state, JobState::Done, "what is done stays so");
    assert!(matches!(node.service.resume_end_job(&node.app, "none").await, Err(Error::NotFound(_))));
}

/// Lets a job come so far, and kills its process.
fn interrupted(process: Runtime, steps: u32) -> (Node, String) {
    let started = process.block_on(async {
        let node = with_sessions(4 * STEP).await;
        let id = start(&node).await;
        for _ in 0..steps {
            yield_now().await;
        }
        (node, id)
    });
    drop(process);
    started
}

#[test]
fn an_interrupted_job_waits_for_somebody_to_decide() {
    let runtime = || Builder::new_current_thread().enable_all().build().unwrap();
    for goes_on in [true, false] {
        let (dead, id) = interrupted(runtime(), 2);
        runtime().block_on(async {
            let ring = ring(&[(1, "active", 7)]);
            let node = Node::start(dead.memory.clone(), dead.clock.clone(), &ring).await.unwrap();
            let found = job(&node, &id).await;
            let lives = live(&node).await;
            assert_eq!((found.state, found.uncounted), (JobState::Interrupted, true));
            assert!(found.ended <= 4 * STEP - lives, "it says no more than what has ended");
            assert!(lives > 0);
            if goes_on {
                node.service.resume_end_job(&node.app, &id).await.unwrap();
                assert_eq!((over(&node, &id).await.state, live(&node).await), (JobState::Done, 0));
            } else {
                node.service.stop_end_job(&node.app, &id).await.unwrap();
                assert_eq!((job(&node, &id).await.state, live(&node).await), (JobState::Stopped, lives));
            }
            assert!(job(&node, &id).await.uncounted, "for good");
        });
    }
}

#[tokio::test]
async fn a_job_waits_for_a_store_that_does_not_answer() {
    let node = with_sessions(3 * STEP).await;
    let id = start(&node).await;
    node.memory.set_out_of_order(true);
    for _ in 0..10 {
        yield_now().await;
    }
    node.memory.set_out_of_order(false);
    let done = over(&node, &id).await;
    assert_eq!((done.state, done.ended, live(&node).await), (JobState::Done, 3 * STEP, 0));
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_and_leaves_no_job() {
    let node = with_sessions(1).await;
    for filter in [json!({"status": "x"}), json!({"session_id": "x"})] {
        let refused = begin(&node, &serde_json::from_value(filter).unwrap(), now(&node)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
    let why = "x".repeat(1001);
    let long = NewEndJob { filter: &all(), words: "", why: Some(&why), as_of: now(&node) };
    let refused = node.service.begin_end_job("ann", &node.app, long).await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
    node.memory.set_out_of_order(true);
    assert!(matches!(begin(&node, &all(), now(&node)).await, Err(Error::Unavailable(_))));
    node.memory.set_out_of_order(false);
    assert!(node.service.end_jobs_of(&node.app).await.unwrap().is_empty());
    assert_eq!(over(&node, &start(&node).await).await.ended, 1, "the turn was given back");
}
