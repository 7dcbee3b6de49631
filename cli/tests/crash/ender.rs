//! The operator, who ends sessions while they are in use.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::Value;
use tokio::time::sleep;

use crate::support::random::Random;
use crate::wire::{Ask, Outcome, Wire};
use crate::world::{World, count};

/// Ends a session now and then; each end is asked for until it is acknowledged.
pub async fn until_stopped(mut random: Random, world: Arc<World>) {
    let mut wire = Wire::new(world.port);
    while !world.is_stopped() {
        sleep(Duration::from_millis(random.between(20, 150))).await;
        let Some(held) = world.take(|count| random.between(0, count)) else { continue };
        held.will_end();
        let ask = Ask {
            method: Method::DELETE,
            path: format!("/v1/apps/demo/sessions/{}", held.sid),
            header: Some(("authorization", format!("Bearer {}", world.api_key))),
            body: Value::Null,
        };
        loop {
            match wire.ask(&ask).await {
                Outcome::Answered { status: 200, .. } => break,
                Outcome::Answered { status: 503, .. } | Outcome::Down | Outcome::Lost => {}
                Outcome::Answered { status, body } => {
                    return world.fault(format!("{}: ending it said {status} {body}", held.sid));
                }
            }
            sleep(Duration::from_millis(10)).await;
        }
        held.has_ended();
        count(&world.tally.ended_by_admin);
    }
}
