//! `/v1/backups`. What a backup holds is tested where one is made: `sqlite/tests/backup.rs`, `cli/tests/cli/backup.rs`.

use serde_json::{Value, json};
use tenure_server::state::HttpOptions;

use crate::support::World;
use crate::support::answer::Answer;

async fn status(world: &World) -> Answer {
    world.get("/v1/backups").key(&world.admin).send().await
}

/// The status once nothing is running.
async fn finished(world: &World) -> Value {
    loop {
        let status = status(world).await.expect(200).json();
        if status["running"].is_null() {
            return status;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_backup_begins_and_its_failure_is_told() {
    let world = World::new().await;
    let none: Value = status(&world).await.expect(200).json();
    assert_eq!(
        (&none["running"], &none["last"], &none["failed"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert!(none["ring"].as_str().unwrap().ends_with("/ring.toml"), "{none}");
    let begin = || world.post("/v1/backups").own_socket().json(json!({"to": "/tmp/a.backup"})).send();
    let begun = begin().await.expect(202).json();
    assert_eq!(begun["running"]["to"], "/tmp/a.backup");
    let status = finished(&world).await;
    // This store keeps nothing that a copy would outlive.
    assert_eq!(status["failed"], "this kind of store is backed up with its own tools");
    assert_eq!(world.count_events("backup_failed").await, 1);
    begin().await.expect(202);
}

#[tokio::test]
async fn only_the_own_socket_makes_files_on_the_server() {
    let world = World::new().await;
    let call = world.post("/v1/backups").json(json!({"to": "/tmp/a.backup"}));
    call.key(&world.admin).send().await.refused(403, "forbidden");
    for to in
        [json!("a.backup"), json!(""), json!("/tmp/a\nb"), json!(format!("/{}", "x".repeat(4096))), json!(7)]
    {
        let call = world.post("/v1/backups").own_socket().json(json!({"to": to}));
        call.send().await.refused(422, "invalid_fields");
    }
    assert!(finished(&world).await["failed"].is_null());
}

#[tokio::test]
async fn a_store_that_was_never_backed_up_has_no_age() {
    let world = World::with(HttpOptions { open_metrics: true, ..HttpOptions::default() }).await;
    let metrics = world.get("/metrics").send().await.expect(200);
    let text = String::from_utf8(metrics.body).unwrap();
    assert!(text.contains("tenure_recovery_open 0") && !text.contains("tenure_backup_age_seconds"), "{text}");
}
