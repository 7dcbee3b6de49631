//! `POST /dev/clock`, which only a page or program of this machine may move.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::call::Call;

fn jump(world: &World, seconds: Value) -> Call {
    world.post("/dev/clock").json(json!({"advance_seconds": seconds}))
}

#[tokio::test]
async fn it_moves_and_says_what_time_it_is() {
    let world = World::with_virtual_clock().await;
    let ask = |seconds: i64| jump(&world, json!(seconds)).header("host", "localhost:7800").send();
    let before = ask(0).await.expect(200).json()["now"].as_i64().unwrap();
    let after = ask(86_400).await.expect(200).json()["now"].as_i64().unwrap();
    assert!((86_400..86_460).contains(&(after - before)));
    let back = ask(-86_400).await.expect(200).json()["now"].as_i64().unwrap();
    assert!((0..60).contains(&(back - before)));
}

#[tokio::test]
async fn hosts_and_origins_of_this_machine_only() {
    let world = World::with_virtual_clock().await;
    for host in ["localhost:7800", "127.0.0.1:7800", "[::1]:7800"] {
        let call = jump(&world, json!(0)).header("host", host);
        call.clone().send().await.expect(200);
        call.header("origin", &format!("http://{host}")).send().await.expect(200);
    }
    let others = [
        "evil.example:7800",
        "localhost",
        "localhost:7801",
        "localhost.evil.example:7800",
        "",
        "x@localhost:7800",
    ];
    for host in others {
        jump(&world, json!(0)).header("host", host).send().await.refused(403, "forbidden");
        let origin = format!("http://{host}");
        let call = jump(&world, json!(0)).header("host", "localhost:7800").header("origin", &origin);
        call.send().await.refused(403, "forbidden");
    }
    for origin in ["null", "https://localhost:7800", "localhost:7800", "http://localhost:7800/"] {
        let call = jump(&world, json!(0)).header("host", "localhost:7800").header("origin", origin);
        call.send().await.refused(403, "forbidden");
    }
    jump(&world, json!(0)).send().await.refused(403, "forbidden");
}

#[tokio::test]
async fn bad_jumps_are_refused() {
    let world = World::with_virtual_clock().await;
    let ask = |seconds: Value| jump(&world, seconds).header("host", "localhost:7800").send();
    for seconds in [json!("x"), json!(1.5), json!(null), json!(1e30)] {
        ask(seconds).await.refused(422, "invalid_fields");
    }
    for seconds in [315_360_001_i64, -315_360_001, i64::MAX, i64::MIN] {
        ask(json!(seconds)).await.refused(400, "invalid_request");
    }
}

#[tokio::test]
async fn it_is_not_there_otherwise() {
    let world = World::new().await;
    jump(&world, json!(1)).header("host", "localhost:7800").send().await.refused(404, "not_found");
}
