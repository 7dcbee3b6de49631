//! Several nodes and one ring: a key is used when all of them hold it, and not before.

use serde_json::{Value, json};
use tenure_core::id::Kid;
use tenure_service::clock::Clock as _;
use tenure_service::ring::RingFile;
use tenure_store::{Directory as _, Expected, Kind, Write, Written};

use super::kid_of;
use crate::support::World;
use crate::support::app::TestApp;

async fn problem(world: &World) -> Value {
    world.get("/v1/ring").key(&world.admin).send().await.expect(200).json()["problem"].clone()
}

async fn take_over(world: &World, ring: &RingFile) {
    world.edit_ring(|own| *own = RingFile::parse(&text(ring)).unwrap());
    world.service.reload_ring().await;
}

fn text(ring: &RingFile) -> String {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("ring.toml");
    ring.write(&path).unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn a_key_that_another_node_does_not_hold_is_not_made_active() {
    let one = World::new().await;
    let app = one.app("shop").await;
    let other = one.another_node().await;
    let there = TestApp::new(&other, "shop");
    let mut ring = one.ring_file();
    ring.add(&[9; 32]).unwrap();
    // Both phases at once, on one node: refused, and the node goes on with what it had.
    let mut both = RingFile::parse(&text(&ring)).unwrap();
    both.activate(Kid(2)).unwrap();
    take_over(&one, &both).await;
    let says = problem(&one).await;
    assert!(
        says.as_str().unwrap().contains("makes key 2 active, and node other, which is running,"),
        "{says}"
    );
    let token = app.open("ann").await.refresh;
    assert_eq!(kid_of(&token), 1);
    let token = there.refreshed(&token).await.refresh;
    // As it should be: everywhere first, then active.
    take_over(&one, &ring).await;
    assert_eq!(problem(&one).await, Value::Null);
    take_over(&one, &both).await;
    assert_ne!(problem(&one).await, Value::Null, "the other one has still not got it");
    take_over(&other, &ring).await;
    take_over(&one, &both).await;
    assert_eq!(problem(&one).await, Value::Null);
    let token = app.refreshed(&token).await.refresh;
    assert_eq!(kid_of(&token), 2);
    there.refreshed(&token).await;
}

#[tokio::test]
async fn a_key_under_which_another_node_makes_tokens_is_not_retired() {
    let one = World::new().await;
    one.app("shop").await;
    let mut ring = one.ring_file();
    ring.add(&[9; 32]).unwrap();
    take_over(&one, &ring).await;
    let other = one.another_node().await;
    ring.activate(Kid(2)).unwrap();
    take_over(&one, &ring).await;
    let active = RingFile::parse(&text(&ring)).unwrap();
    ring.retire(Kid(1)).unwrap();
    take_over(&one, &ring).await;
    let says = problem(&one).await;
    assert!(says.as_str().unwrap().contains("retires key 1, under which node other"), "{says}");
    take_over(&other, &active).await;
    take_over(&one, &ring).await;
    assert_eq!(problem(&one).await, Value::Null);
}

#[tokio::test]
async fn a_node_that_stopped_or_fell_silent_is_not_waited_for() {
    for silent in [true, false] {
        let one = World::new().await;
        let other = one.another_node().await;
        let mut ring = one.ring_file();
        ring.add(&[9; 32]).unwrap();
        ring.activate(Kid(2)).unwrap();
        one.pass(59);
        one.service.reload_ring().await; // It says that it runs.
        take_over(&one, &ring).await;
        assert_ne!(problem(&one).await, Value::Null);
        match silent {
            true => one.pass(1),
            false => other.service.say_goodbye().await,
        }
        one.service.reload_ring().await;
        assert_eq!(problem(&one).await, Value::Null);
    }
}

#[tokio::test]
async fn a_retired_key_does_not_come_back_with_an_older_ring() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let left = app.open("ann").await;
    let mut ring = world.ring_file();
    ring.add(&[9; 32]).unwrap();
    ring.activate(Kid(2)).unwrap();
    let older = RingFile::parse(&text(&ring)).unwrap();
    ring.retire(Kid(1)).unwrap();
    take_over(&world, &ring).await;
    app.refresh(&left.refresh).await.expect(401);
    take_over(&world, &older).await;
    let says = problem(&world).await;
    assert!(
        says.as_str().unwrap().starts_with("key 1 was retired, and this key ring honours it again"),
        "{says}"
    );
    assert_eq!(app.refresh(&left.refresh).await.expect(401).json()["reason"], json!("key_retired"));
}

#[tokio::test]
async fn a_ring_that_lacks_a_key_is_refused_and_said() {
    let world = World::new().await;
    let app = world.app("shop").await;
    let first = world.ring_file();
    let token = app.open("ann").await.refresh;
    let mut ring = world.ring_file();
    ring.add(&[9; 32]).unwrap();
    take_over(&world, &ring).await;
    take_over(&world, &first).await;
    let says = problem(&world).await;
    assert!(says.as_str().unwrap().starts_with("the key ring lacks key 2"), "{says}");
    app.refreshed(&token).await;
}

#[tokio::test]
async fn of_many_nodes_each_one_is_waited_for_and_those_that_are_gone_are_forgotten() {
    let one = World::new().await;
    let at_ms = one.clock.now().millis();
    let both = json!([{"kid": 1, "state": "active"}, {"kid": 2, "state": "verify"}]);
    let said = |n| {
        let keys = if n == 149 { json!([{"kid": 1, "state": "active"}]) } else { both.clone() };
        let value = Some(json!({"at_ms": at_ms, "keys": keys}).to_string().into_bytes());
        Write { kind: Kind::Installation, key: format!("node/n{n:03}"), expected: Expected::Absent, value }
    };
    let writes: Vec<_> = (0..150).map(said).collect();
    assert_eq!(one.memory.write(&writes).await.unwrap(), Written::All);
    let mut ring = one.ring_file();
    ring.add(&[9; 32]).unwrap();
    ring.activate(Kid(2)).unwrap();
    take_over(&one, &ring).await;
    let says = problem(&one).await;
    assert!(says.as_str().unwrap().contains("node n149"), "{says}");
    one.pass(24 * 60 * 60);
    assert_eq!(names(&one).await.len(), 151);
    one.pass(1);
    one.service.give_space_back().await.unwrap();
    assert_eq!(names(&one).await, ["one"]);
}

async fn names(world: &World) -> Vec<String> {
    let report = world.get("/v1/ring").key(&world.admin).send().await.expect(200).json();
    let nodes = report["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["node"].as_str().unwrap().to_owned()).collect()
}
